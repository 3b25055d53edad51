import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import { isOfflineError, isUnsent } from '#engine/network/network.ts'
import type { LedgerOutcome, Spend } from '#engine/spend/spend.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import { type FallBackNeeds, fallBack } from '../planning/fall-back.ts'
import { isLeftAsItIs } from './exchange.ts'
import type { Lane } from './lane.ts'
import { maxRetries, maxWaits, retryDelayMs } from './retry-delay.ts'

export interface ConcludeNeeds extends FallBackNeeds {
  readonly storage: Storage
  readonly spend: Spend
  readonly clock: Clock
}

/** While there is no route to the network the lane tries again so often. */
const offlineWaitMs = 5000

/**
 * What becomes of a job whose request did not give a picture, read from the one table of error codes: the job's move and
 * the ledger's line are one transaction. Gives the jobs that changed (twins included).
 */
export function conclude(needs: ConcludeNeeds, lane: Lane, job: Job, error: unknown, isStopping: boolean): Job[] {
  const { storage, jobs, spend, clock } = needs
  const code = errorCodeOf(error) ?? 'outcome-unknown'
  const message = errorCodeOf(error) ? messageOf(error) : `Proofsheet itself failed: ${messageOf(error)}`
  const isFree = job.estimateMicros === 0
  const { treatment } = errorCodes[code]

  const end = (outcome: LedgerOutcome, move: () => boolean, followers: 'lead' | 'fail' | 'cancel' = 'lead'): Job[] =>
    storage.transaction(() => {
      spend.finish(job.id, outcome, code)
      const changed = move() ? [job] : []
      // It was unknown until it was looked up: its twins wait for nobody now.
      if (job.state === 'unknown') jobs.freeTwins(job.promptHash)
      if (followers === 'lead') return [...changed, ...leadTwin(jobs, job)]
      const end = (twin: Job) =>
        followers === 'fail' ? jobs.toFailed(twin.id, code, message) : jobs.toCanceled(twin.id)
      return [...changed, ...twinsInBatch(jobs, job).filter(end)]
    })
  const again = (wait: { retries: number; waits: number; delayMs: number }): Job[] =>
    end({ state: isUnsent(error) ? 'unsent' : 'released' }, () =>
      jobs.toQueued(job.id, { retries: wait.retries, waits: wait.waits, notBeforeMs: clock.now() + wait.delayMs }),
    )
  /** Down for good: where the batch names another model, the job goes there; it was not charged. */
  const failOrFallBack = (): Job[] =>
    storage.transaction(() => {
      const outcome: LedgerOutcome = { state: isUnsent(error) ? 'unsent' : 'released' }
      const shown = code === 'model-failed' ? code : 'provider-unavailable'
      if (!fallBack(needs, job)) return end(outcome, () => jobs.toFailed(job.id, shown, message))
      spend.finish(job.id, outcome, code)
      return [job]
    })
  const fail = (outcome: LedgerOutcome): Job[] =>
    end(outcome, () => jobs.toFailed(job.id, code, message), treatment === 'fail' ? 'fail' : 'lead')

  const becomeUnknown = (): Job[] =>
    storage.transaction(() => {
      spend.finish(job.id, { state: 'unknown' }, code)
      return jobs.toUnknown(job, message) ? [job, ...jobs.twins(job.promptHash, job.id)] : []
    })

  const stored = jobs.get(job.id)?.state
  if (isLeftAsItIs(error)) return []
  if (code === 'canceled' && isStopping) {
    // Followed jobs keep their handle or addresses for the next start; one that never left goes back to the queue.
    if (stored !== 'submitting' || job.state === 'unknown') return []
    return end({ state: 'unsent' }, () =>
      jobs.toQueued(job.id, { retries: job.retries, waits: job.waits, notBeforeMs: 0 }),
    )
  }
  if (code === 'canceled') return end(costOfFailure(code, error, job), () => jobs.toCanceled(job.id), 'cancel')
  if (code === 'model-failed') {
    // Over at the far end and not charged, as it says itself: the same request may be sent once more.
    lane.answered(0, clock.now(), false)
    return job.retries < maxRetries
      ? again({ retries: job.retries + 1, waits: job.waits, delayMs: retryDelayMs(job.retries) })
      : failOrFallBack()
  }
  // What the provider has accepted may be charged: it is never submitted again by itself.
  const isAccepted = !isFree && (stored === 'running' || stored === 'saving')
  if (isAccepted && treatment === 'retry') return becomeUnknown()
  if (treatment === 'retry' && isOfflineError(error)) {
    lane.isOffline = true
    lane.waitUntil(clock.now() + offlineWaitMs)
    return again({ retries: job.retries, waits: job.waits, delayMs: 0 })
  }
  if (code === 'rate-limited') {
    const delayMs = (error instanceof AppError ? error.retryAfterMs : null) ?? retryDelayMs(job.waits)
    lane.refused(delayMs, clock.now())
    return job.waits < maxWaits
      ? again({ retries: job.retries, waits: job.waits + 1, delayMs })
      : fail({ state: 'released' })
  }
  if (treatment === 'retry' || (code === 'outcome-unknown' && isFree)) {
    lane.failed(message, clock.now(), error)
    if (lane.pause) return again({ retries: job.retries, waits: job.waits, delayMs: 0 })
    const told = error instanceof AppError ? error.retryAfterMs : null
    if (told !== null) lane.waitUntil(clock.now() + told)
    if (job.retries < maxRetries)
      return again({ retries: job.retries + 1, waits: job.waits, delayMs: told ?? retryDelayMs(job.retries) })
    return failOrFallBack()
  }
  if (code === 'outcome-unknown') return becomeUnknown()
  // A picture that the request needs cannot be read: that is this job's matter, and nothing was sent.
  if (code === 'storage' && stored === 'submitting') return fail({ state: 'unsent' })
  if (treatment === 'pause') {
    lane.pause ??= { code, message, retryAtMs: null }
    // What runs there is followed again when the lane goes on, by its handle: never submitted twice.
    if (stored === 'running' || stored === 'saving') return []
    return again({ retries: job.retries, waits: job.waits, delayMs: 0 })
  }
  return fail(costOfFailure(code, error, job))
}

/**
 * A 2xx counts even without a usable picture; a refusal, and what somebody stopped at the far end, counts unless the
 * provider says that it was not charged; the rest was not.
 */
export function costOfFailure(code: string, error: unknown, job: Job): LedgerOutcome {
  const billed = error instanceof AppError ? error.billed : null
  const counts = code === 'bad-response' || code === 'content-policy' || code === 'canceled'
  if (billed === false || !counts) return { state: 'released' }
  const told = error instanceof AppError ? error.costMicros : null
  return { state: 'settled', micros: told ?? job.estimateMicros ?? 0 }
}

/** The same request ends the same way: its followers in this batch are not sent. */
export const twinsInBatch = (jobs: Jobs, job: Job): Job[] =>
  jobs.twins(job.promptHash, job.id).filter((twin) => twin.batchId === job.batchId)

/** Nothing was learnt about the request itself: where the job left the queue for good, the next twin takes its place. */
export function leadTwin(jobs: Jobs, job: Job): Job[] {
  const state = jobs.get(job.id)?.state
  if (state === 'queued') return []
  const [next] = twinsInBatch(jobs, job)
  if (next) jobs.lead(next.id)
  return []
}
