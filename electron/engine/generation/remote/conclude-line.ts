import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { LedgerOutcome, Spend } from '#engine/spend/spend.ts'
import type { Clock } from '#engine/storage/storage.ts'
import { errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import { costOfFailure, leadTwin, twinsInBatch } from '../running/conclude.ts'
import { maxRetries } from '../running/retry-delay.ts'

export interface ConcludeLineNeeds {
  readonly jobs: Jobs
  readonly spend: Spend
  readonly clock: Clock
}

/** Before the first, second and third follow-up: what failed in a whole batch is not over in a second. */
const againAfterMs = [60_000, 300_000, 1_200_000]

/**
 * What becomes of a job of a remote batch that got no picture, from the one table of error codes: the job's move and the
 * ledger's line. What may be repeated goes into a follow-up batch, three times at most. Inside the caller's transaction.
 * Gives the jobs that changed, twins included.
 */
export function concludeLine(needs: ConcludeLineNeeds, job: Job, error: unknown): Job[] {
  const { jobs } = needs
  const code = errorCodeOf(error) ?? 'outcome-unknown'
  const message = errorCodeOf(error) ? messageOf(error) : `Proofsheet itself failed: ${messageOf(error)}`
  const { treatment } = errorCodes[code]
  if (code === 'outcome-unknown') return becomeUnknown(needs, job, message)
  if (code === 'canceled')
    return end(needs, job, code, costOfFailure(code, error, job), () => jobs.toCanceled(job.id), 'cancel')
  if (treatment === 'retry' || treatment === 'pause') return again(needs, job, code, message)
  return end(needs, job, code, costOfFailure(code, error, job), () => jobs.toFailed(job.id, code, message), 'fail')
}

/** Not charged, and asked for once more; after three follow-ups it is on the failure list. */
export function again(
  needs: ConcludeLineNeeds,
  job: Job,
  code: Parameters<Jobs['toFailed']>[1],
  message: string,
): Job[] {
  const { jobs, clock } = needs
  const notBeforeMs = clock.now() + (againAfterMs[job.retries] ?? 0)
  const move = () =>
    job.retries < maxRetries
      ? jobs.toQueued(job.id, { retries: job.retries + 1, waits: job.waits, notBeforeMs })
      : jobs.toFailed(job.id, code, message)
  return end(needs, job, code, { state: 'released' }, move, 'lead')
}

/** It may have been made and charged: its cost stays counted until a person says what becomes of it. */
export function becomeUnknown({ jobs, spend }: ConcludeLineNeeds, job: Job, message: string): Job[] {
  spend.finish(job.id, { state: 'unknown' }, 'outcome-unknown')
  return jobs.toUnknown(job, message) ? [job, ...jobs.twins(job.promptHash, job.id)] : []
}

function end(
  { jobs, spend }: ConcludeLineNeeds,
  job: Job,
  code: Parameters<Jobs['toFailed']>[1],
  outcome: LedgerOutcome,
  move: () => boolean,
  followers: 'lead' | 'fail' | 'cancel',
): Job[] {
  spend.finish(job.id, outcome, code)
  const changed = move() ? [job] : []
  // It was unknown until its result came after all: its twins wait for nobody now.
  if (job.state === 'unknown') jobs.freeTwins(job.promptHash)
  if (followers === 'lead') return [...changed, ...leadTwin(jobs, job)]
  const endTwin = (twin: Job) =>
    followers === 'fail' ? jobs.toFailed(twin.id, code, 'The same request ended this way.') : jobs.toCanceled(twin.id)
  return [...changed, ...twinsInBatch(jobs, job).filter(endTwin)]
}
