import type { BatchStatus } from '#shared/contract/batches.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import styles from './grid-empty.module.css'

/** The grid with nothing in it: because the filter hides all, or because nothing was planned. */
export const GridEmpty = ({
  total,
  batch,
  onClear,
}: {
  total: number
  batch: BatchStatus | undefined
  onClear: () => void
}) => (
  <div className={styles.over}>
    {total > 0 ? (
      <EmptyState
        icon="search"
        title="No draft passes this filter"
        actions={<Button onClick={onClear}>Show all</Button>}
      >
        {batch && batch.decisions.undecided === 0
          ? `All ${batch.drafts.done.toLocaleString('en-US')} drafts of this batch are decided.`
          : `${total.toLocaleString('en-US')} drafts are in this batch.`}
      </EmptyState>
    ) : (
      <EmptyState
        icon="image"
        title="This batch has no drafts"
        actions={<LinkButton href="#/">To the library</LinkButton>}
      >
        Every row of its sheet had a problem. Load the sheet again to see them.
      </EmptyState>
    )}
  </div>
)
