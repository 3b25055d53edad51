import type { BatchStatus } from '#shared/contract/batches.ts'
import { useBatches } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { useRoute } from '../app/use-route.ts'
import { LinkButton } from '../ui/button.tsx'
import { batchLine, batchTrouble } from './batch-line.ts'
import { BatchMeter } from './batch-meter.tsx'
import styles from './batches-pane.module.css'
import { Lanes } from './lanes.tsx'

/** The left pane: every batch with its state, and the queue in short. */
export const BatchesPane = () => {
  const batches = useBatches()
  const route = useRoute()
  const shownId = route.page === 'batch' ? route.batchId : null
  return (
    <div className={styles.pane}>
      <div className={styles.head}>
        <h2 className="small-heading">Batches</h2>
        <LinkButton href={hrefOf({ page: 'library' })} look="quiet" icon="plus">
          New
        </LinkButton>
      </div>
      {batches.isPending && <Skeletons />}
      {batches.isError && <p className={styles.none}>The list could not be read.</p>}
      {batches.data?.length === 0 && <p className={styles.none}>None yet. A sheet makes the first.</p>}
      <ul>
        {batches.data?.map((batch) => (
          <li key={batch.batchId}>
            <BatchItem batch={batch} isShown={batch.batchId === shownId} />
          </li>
        ))}
      </ul>
      <Lanes />
    </div>
  )
}

const BatchItem = ({ batch, isShown }: { batch: BatchStatus; isShown: boolean }) => {
  const trouble = batchTrouble(batch)
  return (
    <a
      className={styles.batch}
      href={hrefOf({ page: 'batch', batchId: batch.batchId, tileId: null })}
      aria-current={isShown ? 'page' : undefined}
    >
      <span className={styles.name}>{batch.batch}</span>
      <span className={styles.line}>
        {batchLine(batch, Date.now())}
        {trouble && <span className={styles.trouble}> · {trouble}</span>}
      </span>
      <BatchMeter batch={batch} />
    </a>
  )
}

const Skeletons = () => (
  <div aria-hidden="true">
    <div className={styles.skeleton} />
    <div className={styles.skeleton} />
  </div>
)
