import type { Cache } from '#engine/cache/cache.ts'
import type { Images, SeenPicture } from '#engine/images/images.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { addPicture } from './add-picture.ts'

/** A picture whose file is durable. */
export interface StoredPicture {
  readonly sha256: string
  readonly byteLength: number
  readonly seed: number | null
  readonly seen: SeenPicture
}

export interface StoreRowsNeeds {
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
}

/**
 * The rows of a reply whose files are durable: blobs, cache entry, ledger, images, and `done` for the job and for every
 * queued twin of it, in any batch. Inside the caller's transaction. Gives the jobs that are done now.
 */
export function storeRows(
  { jobs, images, cache, spend }: StoreRowsNeeds,
  { job, pictures, costMicros }: { job: Job; pictures: readonly StoredPicture[]; costMicros: number },
): Job[] {
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
    addPicture(
      images,
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
    addPicture(
      images,
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
