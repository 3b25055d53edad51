import type { BatchStatus } from '#shared/contract/batches.ts'
import { moneyText } from '#shared/money.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { Facts } from '../ui/table.tsx'
import styles from './details-pane.module.css'

/** How many tiles are looked at for the sums: those that are here. */
const counted = 5000

/** Several selected tiles together. Sums are of the tiles that are loaded, and say so where that is not all. */
export const SelectionSummary = ({ batch }: { batch: BatchStatus | undefined }) => {
  const session = useReview()
  const selected = useReviewState((state) => state.selection.ids)
  useReviewState((state) => state.pending)
  const views = [...selected].slice(0, counted).map((tileId) => session.view(tileId))
  const here = views.filter((view) => view.tile !== null)
  const count = (decision: string) => here.filter((view) => view.tile?.image && view.said.decision === decision).length
  const paid = here.reduce((sum, view) => sum + (view.tile?.settledMicros ?? 0), 0)
  return (
    <div className={styles.pane}>
      <h2 className="small-heading">Selected</h2>
      <p className={styles.summary}>{selected.size.toLocaleString('en-US')} drafts</p>
      {here.length < selected.size && (
        <p className={styles.muted}>Figures of the {here.length.toLocaleString('en-US')} that were looked at:</p>
      )}
      <Facts
        facts={[
          ['Undecided', count('undecided').toLocaleString('en-US')],
          ['Approved', count('approved').toLocaleString('en-US')],
          ['Rejected', count('rejected').toLocaleString('en-US')],
          ['Rows', new Set(here.map((view) => view.tile?.row)).size.toLocaleString('en-US')],
          ['Paid', moneyText(paid, batch?.currency)],
        ]}
      />
    </div>
  )
}
