import type { BatchStatus } from '#shared/contract/batches.ts'
import { moneyText } from '#shared/money.ts'
import { hrefOf } from '../app/router.ts'
import styles from './batch-cards.module.css'
import { batchLine, batchTrouble } from './batch-line.ts'
import { BatchMeter } from './batch-meter.tsx'

/** Every batch as a card, for the library page. */
export const BatchCards = ({ batches }: { batches: readonly BatchStatus[] }) => (
  <ul className={styles.cards}>
    {batches.map((batch) => (
      <li key={batch.batchId}>
        <a className={styles.card} href={hrefOf({ page: 'batch', batchId: batch.batchId, tileId: null })}>
          <b>{batch.batch}</b>
          <span>
            {batchLine(batch, Date.now())}
            {batchTrouble(batch) && <em> · {batchTrouble(batch)}</em>}
          </span>
          <BatchMeter batch={batch} />
          <span className={styles.figures}>
            <span>{batch.tiles.toLocaleString('en-US')} drafts</span>
            <span>{batch.decisions.approved.toLocaleString('en-US')} approved</span>
            <span>{moneyText(batch.settledMicros, batch.currency)} spent</span>
          </span>
        </a>
      </li>
    ))}
  </ul>
)
