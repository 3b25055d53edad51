import type { BatchStatus } from '#shared/contract/batches.ts'
import { atText, countText, dayText, durationText } from '../ui/time-text.ts'

const whole = (number: number) => number.toLocaleString('en-US')

/** One line on where a batch stands: what needs a person first, then what runs, then what is decided. */
export function batchLine(batch: BatchStatus, nowMs: number): string {
  const { drafts, decisions } = batch
  const made = drafts.done
  if (drafts.left > 0 || batch.finals.left > 0) {
    const left = drafts.left + batch.finals.left
    if (batch.paused) return `paused, ${whole(left)} left`
    const waiting = waitingText(batch, nowMs)
    if (waiting !== null) return waiting
    return batch.timeLeftMs === null
      ? `running, ${whole(left)} left`
      : `running, ${durationText(batch.timeLeftMs)} left`
  }
  if (drafts.held > 0) return `${whole(drafts.held)} held`
  const decided = decisions.approved + decisions.rejected
  if (batch.deliveredMs !== null) return `delivered ${dayText(batch.deliveredMs, nowMs)}`
  if (decided > 0) return `${whole(decided)} of ${whole(made)} decided`
  if (made === 0 && drafts.failed > 0) return `${countText(drafts.failed, 'draft')} failed`
  return `${countText(made, 'draft')} to decide`
}

/** Failures that nobody has dismissed. */
export const openFailures = ({ drafts, finals, dismissed }: BatchStatus): number =>
  drafts.failed + finals.failed - (dismissed?.drafts ?? 0) - (dismissed?.finals ?? 0)

/**
 * What of it is not in Proofsheet's own hands now: `starts tomorrow 02:00`, `480 in a batch at the provider`. Null where all
 * that is left goes as fast as it can.
 */
export function waitingText(
  { drafts, finals, remote, startsMs }: Pick<BatchStatus, 'drafts' | 'finals' | 'remote' | 'startsMs'>,
  nowMs: number,
): string | null {
  const starts = startsMs === undefined ? null : `starts ${atText(startsMs, nowMs)}`
  if (!remote) return starts
  const { out, waiting, remoteBatches } = remote
  const live = drafts.left + finals.left - out - waiting
  const parts = [
    live > 0 && starts === null ? `${whole(live)} now` : null,
    out > 0
      ? `${whole(out)} in ${remoteBatches > 1 ? countText(remoteBatches, 'batch', 'batches') : 'a batch'} at the provider`
      : null,
    waiting > 0 && starts === null ? `${whole(waiting)} to be sent in a batch` : starts,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

/** What needs a person, or `null`. */
export function batchTrouble(batch: BatchStatus): string | null {
  const failed = openFailures(batch)
  const parts = [
    failed > 0 ? `${whole(failed)} failed` : null,
    batch.drafts.unknown + batch.finals.unknown > 0
      ? `${whole(batch.drafts.unknown + batch.finals.unknown)} unknown`
      : null,
  ].filter((part) => part !== null)
  return parts.length > 0 ? parts.join(', ') : null
}
