import type { BatchStatus } from '#shared/contract/batches.ts'
import { Meter } from '../ui/meter.tsx'

/** While it runs: how much is made. After that: how much is decided, and how. */
export const BatchMeter = ({ batch }: { batch: BatchStatus }) => {
  const { drafts, decisions, tiles } = batch
  const isRunning = drafts.left > 0
  return isRunning ? (
    <Meter
      label={`${drafts.done} of ${tiles} drafts made`}
      whole={tiles}
      parts={[
        { look: 'accent', value: drafts.done },
        { look: 'warn', value: drafts.failed + drafts.unknown },
      ]}
    />
  ) : (
    <Meter
      label={`${decisions.approved} approved, ${decisions.rejected} rejected of ${drafts.done}`}
      whole={Math.max(drafts.done, decisions.approved + decisions.rejected)}
      parts={[
        { look: 'ok', value: decisions.approved },
        { look: 'no', value: decisions.rejected },
      ]}
    />
  )
}
