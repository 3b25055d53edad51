import type { Batch } from '#engine/batches/batches.ts'
import { type Job, requestOf, type StartLine } from '#engine/jobs/jobs.ts'
import type { Caps, Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'
import { type SettleNeeds, settlePicture } from './settle-picture.ts'

export interface ClaimNeeds extends SettleNeeds {
  readonly storage: Storage
  readonly spend: Spend
  /** The library's caps; the batch's own comes with the batch. */
  readonly caps: (provider: string) => Omit<Caps, 'batchMicros'>
}

/** A batch that may run, with those of its lines whose time it is. */
export interface ActiveBatch extends Batch {
  readonly lines: readonly StartLine[]
}

export interface Claimed {
  readonly jobs: readonly Job[]
  /** Their picture was here already: they are done, and nothing is sent. */
  readonly done: readonly Job[]
  /** Batches in which jobs were held, because the cap cannot be kept otherwise. */
  readonly heldBatchIds: readonly number[]
}

/** A transaction stays short, so that the host never stalls. */
const doneAtOnce = 100

/**
 * Takes up to `count` live jobs of a provider: one transaction moves each to `submitting` and reserves the most it can cost,
 * before anything is sent: the price of now where that is higher than the one it was planned with. One whose picture came
 * since it was planned (another batch made it, or it was asked for again after a failure) takes that: nothing is paid for
 * twice.
 */
export function claim(needs: ClaimNeeds, provider: string, batches: readonly ActiveBatch[], count: number): Claimed {
  const { storage, jobs, spend } = needs
  if (batches.length === 0 || count <= 0) return { jobs: [], done: [], heldBatchIds: [] }
  const caps = needs.caps(provider)
  return storage.transaction(() => {
    const claimed: Job[] = []
    const done: Job[] = []
    const heldBatchIds = new Set<number>()
    let open = batches
    while (claimed.length < count && done.length < doneAtOnce) {
      const job = jobs.next(
        provider,
        open.flatMap((batch) => batch.lines),
      )
      if (!job) break
      const cached = fromCache(needs, job)
      if (cached.length > 0) {
        done.push(...cached)
        continue
      }
      if (job.estimateMicros === null) {
        heldBatchIds.add(job.batchId)
        jobs.hold(job.id, 'no-price')
        continue
      }
      const batch = open.find((candidate) => candidate.id === job.batchId)
      // A price may have gone up since it was planned; what was agreed to is never lowered.
      const micros = Math.max(job.estimateMicros, needs.facts.priceOf(requestOf(job))?.highestMicros ?? 0)
      if (micros > job.estimateMicros) jobs.raiseEstimate(job.id, micros)
      const room = spend.room({ ...job, micros }, { ...caps, batchMicros: batch?.capMicros ?? null })
      if (room.fits === 'later') {
        open = open.filter((candidate) => candidate.id !== job.batchId)
        continue
      }
      if (room.fits === 'no') {
        heldBatchIds.add(job.batchId)
        if (jobs.holdDearerThan(job.batchId, provider, Math.min(room.leftMicros, micros - 1)) === 0) break
        continue
      }
      if (!jobs.toSubmitting(job.id)) break
      spend.reserve({ ...job, jobId: job.id, reservedMicros: micros })
      claimed.push({ ...job, state: 'submitting' })
    }
    return { jobs: claimed, done, heldBatchIds: [...heldBatchIds] }
  })
}

/** The job, and every queued one that asks for the same, done with the picture that the cache has; empty where it has none. */
export function fromCache(needs: SettleNeeds, job: Job): Job[] {
  const { cache, jobs } = needs
  const known = cache.find(job.promptHash)
  if (!known) return []
  const request = requestOf(job)
  const same = [job, ...jobs.twins(job.promptHash, job.id)].filter((each) => jobs.toDone(each.id))
  for (const each of same)
    settlePicture(
      needs,
      { job: each, request },
      { sha256: known.sha256, seed: known.seed, outputIndex: 0, origin: 'cache', settledMicros: 0 },
    )
  return same
}
