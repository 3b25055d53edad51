import type { BatchStatus } from '#shared/contract/batches.ts'
import { messageOf } from '#shared/errors.ts'
import { useRunPlan } from '../api/changes.ts'
import { useRerollPlan } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import styles from './tray.module.css'
import { priceLine, timeLine } from './tray-text.ts'
import { usePress } from './use-press.ts'

/** Drafts marked to re-roll: the same prompts with numbers never used before. Nothing is shown where none is marked. */
export const RerollLine = ({
  batch,
  guard,
}: {
  batch: BatchStatus
  guard: (highestMicros: number | null, run: () => void) => void
}) => {
  const query = useRerollPlan(batch.batchId)
  const run = useRunPlan()
  const { canPress, press } = usePress(query, ({ planId, highestMicros }) =>
    guard(highestMicros, () => run.mutate({ planId, highestMicros }, { onSettled: () => query.refetch() })),
  )
  const plan = query.data
  if (!plan || plan.tiles === 0) return null
  return (
    <div className={styles.reroll}>
      <span>
        {plan.tiles.toLocaleString('en-US')} to re-roll, {priceLine(plan).title}, {timeLine(plan).title}
      </span>
      <Button disabled={run.isPending || !canPress} onClick={press}>
        {run.isPending ? 'Starting' : 'Re-roll them'}
      </Button>
      {run.isError && <span role="alert">Nothing was started. {messageOf(run.error)}</span>}
    </div>
  )
}
