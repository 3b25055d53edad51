import type { SeenPicture } from '#engine/images/images.ts'
import { type Job, requestOf } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type SettleNeeds, settlePicture } from './settle-picture.ts'

/** A picture whose file is durable. */
export interface StoredPicture {
  readonly sha256: string
  readonly byteLength: number
  readonly seed: number | null
  readonly seen: SeenPicture
}

export interface StoreRowsNeeds extends SettleNeeds {
  readonly spend: Spend
}

/**
 * The rows of a reply whose files are durable: blobs, cache entry, ledger, images or the next step of their chain, and `done` for the job and for every
 * queued twin of it, in any batch. Inside the caller's transaction. Gives the jobs that are done now.
 */
export function storeRows(
  needs: StoreRowsNeeds,
  { job, pictures, costMicros }: { job: Job; pictures: readonly StoredPicture[]; costMicros: number },
): Job[] {
  const { jobs, images, cache, spend } = needs
  const [first] = pictures
  const request = requestOf(job)
  if (!first) return []
  for (const picture of pictures) images.addBlob(picture.sha256, picture.byteLength, picture.seen)
  cache.add(job.promptHash, {
    sha256: first.sha256,
    seed: first.seed,
    settledMicros: costMicros,
    currency: job.currency,
  })
  spend.finish(job.id, { state: 'settled', micros: costMicros })
  if (!jobs.toDone(job.id)) return []
  for (const [outputIndex, picture] of pictures.entries())
    settlePicture(
      needs,
      { job, request },
      {
        sha256: picture.sha256,
        seed: picture.seed,
        outputIndex,
        origin: 'request',
        settledMicros: outputIndex === 0 ? costMicros : 0,
      },
    )
  const twins = jobs.twins(job.promptHash, job.id)
  for (const twin of twins) {
    jobs.toDone(twin.id)
    settlePicture(
      needs,
      { job: twin, request },
      {
        sha256: first.sha256,
        seed: first.seed,
        outputIndex: 0,
        origin: 'twin',
        settledMicros: 0,
      },
    )
  }
  return [job, ...twins]
}
