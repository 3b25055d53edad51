import type { Batch } from '#engine/batches/batches.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'

export interface ClaimNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly spend: Spend
  readonly dailyCapMicros: () => number | null
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
  const dailyCapMicros = needs.dailyCapMicros()
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
      const room = spend.room({
        batchId: job.batchId,
        micros,
        batchCapMicros: batch?.capMicros ?? null,
        dailyCapMicros,
      })
      if (room.fits === 'later') {
        open = open.filter((candidate) => candidate.id !== job.batchId)
        continue
      }
      if (room.fits === 'no') {
        heldBatchIds.add(job.batchId)
        if (jobs.holdDearerThan(job.batchId, Math.min(room.leftMicros, micros - 1)) === 0) break
        continue
      }
      if (!jobs.toSubmitting(job.id)) break
      spend.reserve({ ...job, jobId: job.id, reservedMicros: micros })
      claimed.push({ ...job, state: 'submitting' })
    }
    return { jobs: claimed, heldBatchIds: [...heldBatchIds] }
  })
}
