import type { Batch } from '#engine/batches/batches.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Caps, Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'

export interface ClaimNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly spend: Spend
  /** The library's caps; the batch's own comes with the batch. */
  readonly caps: (provider: string) => Omit<Caps, 'batchMicros'>
}

export interface Claimed {
  readonly jobs: readonly Job[]
  /** Batches in which jobs were held, because the cap cannot be kept otherwise. */
  readonly heldBatchIds: readonly number[]
}

/**
 * Takes up to `count` jobs of a provider: one transaction moves each to `submitting` and reserves the most it can cost,
 * before anything is sent.
 */
export function claim(needs: ClaimNeeds, provider: string, batches: readonly Batch[], count: number): Claimed {
  const { storage, jobs, spend } = needs
  if (batches.length === 0 || count <= 0) return { jobs: [], heldBatchIds: [] }
  const caps = needs.caps(provider)
  return storage.transaction(() => {
    const claimed: Job[] = []
    const heldBatchIds = new Set<number>()
    let open = batches
    while (claimed.length < count) {
      const job = jobs.next(
        provider,
        open.map((batch) => batch.id),
      )
      if (!job) break
      const batch = open.find((candidate) => candidate.id === job.batchId)
      const micros = job.estimateMicros ?? 0
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
    return { jobs: claimed, heldBatchIds: [...heldBatchIds] }
  })
}
