import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Lane, Queue } from '#shared/contract/generation.ts'
import type { ErrorCode } from '#shared/errors.ts'
import type { HoldReason } from '#shared/job-state.ts'
import { openFailures } from '../batches/batch-line.ts'
import { countText, durationText } from '../ui/time-text.ts'

export type QueueBatch = Queue['batches'][number]

/** A batch that something is left of, or that has failures: what the queue page lists. */
export interface ListedBatch {
  readonly status: BatchStatus
  /** What is queued and running; `null` where only failures are left. */
  readonly work: QueueBatch | null
}

export const troubleCount = (status: BatchStatus): number =>
  openFailures(status) + status.drafts.unknown + status.finals.unknown

/** Batches with work in the queue's own order, then those that only failed. */
export function listedBatches(queue: Queue, statuses: readonly BatchStatus[]): ListedBatch[] {
  const works = queue.batches.flatMap((work) => {
    const status = statuses.find((each) => each.batchId === work.batchId)
    return status && (work.left > 0 || work.running > 0 || heldCount(work) > 0 || troubleCount(status) > 0)
      ? [{ status, work }]
      : []
  })
  const listed = new Set(works.map(({ status }) => status.batchId))
  const failed = statuses
    .filter((status) => !listed.has(status.batchId) && troubleCount(status) > 0)
    .map((status) => ({ status, work: null }))
  return [...works, ...failed]
}

const heldCount = (work: QueueBatch): number =>
  Object.values(work.held).reduce<number>((sum, count) => sum + (count ?? 0), 0)

/** `4 running, 96 waiting, 120 a minute at most`. */
export function laneLine(lane: Lane, nowMs: number): string {
  const parts = [
    `${lane.running.toLocaleString('en-US')} of ${countText(lane.concurrency, 'slot')}`,
    lane.waiting > 0 ? `${lane.waiting.toLocaleString('en-US')} waiting` : null,
    lane.perMinute !== null ? `at most ${Math.round(lane.perMinute).toLocaleString('en-US')} a minute` : null,
    lane.waitUntilMs !== null && lane.waitUntilMs > nowMs
      ? `goes on in ${durationText(lane.waitUntilMs - nowMs)} (limit)`
      : null,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

/** `86 left, 4 running, 3 min`; `remote`: how many of them are at a provider in batches, which no pace says the end of. */
export function workLine(work: QueueBatch, remote?: BatchStatus['remote']): string {
  const out = remote?.out ?? 0
  const running = work.running - out
  const parts = [
    work.left > 0 ? `${work.left.toLocaleString('en-US')} left` : null,
    running > 0 ? `${running.toLocaleString('en-US')} running` : null,
    out > 0 ? `${out.toLocaleString('en-US')} at the provider` : null,
    isPaced(work, remote) && work.timeLeftMs !== null ? `${durationText(work.timeLeftMs)}` : null,
  ]
  if (work.left === 0 && heldCount(work) > 0) parts.unshift(`${heldCount(work).toLocaleString('en-US')} held`)
  return (work.paused && work.left > 0 ? ['paused', ...parts] : parts).filter((part) => part !== null).join(', ')
}

/** Whether a lane's pace says when it is done: not while it waits, nor where a provider takes its own time. */
const isPaced = (work: QueueBatch, remote: BatchStatus['remote']): boolean =>
  work.left > 0 && !work.paused && work.startsMs === undefined && (remote?.out ?? 0) + (remote?.waiting ?? 0) === 0

/** What holds jobs back, and the step that lets them go. */
export interface HoldText {
  readonly text: string
  readonly release: string | null
  /** Something to change first, in the settings. */
  readonly settings: 'money' | 'providers' | null
}

export function holdText(reason: HoldReason, count: number): HoldText {
  const drafts = `${count.toLocaleString('en-US')}`
  switch (reason) {
    case 'sample':
      return {
        text: `${drafts} wait until the sample was looked at.`,
        release: `Make the other ${drafts}`,
        settings: null,
      }
    case 'budget':
      return { text: `${drafts} wait: the cap is reached.`, release: 'Go on', settings: 'money' }
    case 'no-price':
      return {
        text: `${drafts} wait: nobody has said what a picture of their model costs.`,
        release: 'Go on',
        settings: 'providers',
      }
    case 'unknown-twin':
      return {
        text: `${drafts} wait for the same request, whose outcome nobody knows. Decide about it below.`,
        release: null,
        settings: null,
      }
  }
}

/** A code as a person would head a list with it. */
const causeTitles: Readonly<Record<ErrorCode, string>> = {
  'invalid-input': 'Not accepted',
  'not-found': 'Not found',
  conflict: 'In conflict',
  unsupported: 'Not offered by the model',
  'content-policy': 'Refused by content policy',
  'bad-response': 'Unusable answer',
  canceled: 'Canceled',
  'rate-limited': 'Too many requests',
  'provider-unavailable': 'Provider did not answer',
  'model-failed': 'Model failed at the provider',
  'outcome-unknown': 'Outcome unknown',
  auth: 'Key refused',
  quota: 'Out of credit',
  storage: 'Could not be stored',
}

export const causeTitle = (code: ErrorCode): string => causeTitles[code]
