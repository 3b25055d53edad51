import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import { addPicture } from '../running/add-picture.ts'
import type { FinalsPlan } from './plan-finals.ts'

/** Finals overtake drafts: a person asked for them now. */
const finalPriority = 10

/** Stores planned finals as jobs in their drafts' places. Inside the caller's transaction. */
export function storeFinals(
  { jobs, images, cache }: { readonly jobs: Jobs; readonly images: Images; readonly cache: Cache },
  plan: FinalsPlan,
  batchId: number,
): void {
  let position = jobs.nextPosition(batchId)
  for (const final of plan.finals) {
    const known = cache.find(final.hash)
    const price = final.price?.highestMicros ?? null
    const jobId = jobs.nextId()
    jobs.add(jobId, {
      batchId,
      promptId: final.target.promptId,
      tileId: final.target.tileId,
      stage: 'final',
      position: position++,
      variant: jobs.get(final.target.tileId)?.variant ?? 1,
      promptHash: final.hash,
      request: final.request,
      state: known ? 'done' : 'queued',
      holdReason: known ? null : jobs.hasUnknown(final.hash) ? 'unknown-twin' : price === null ? 'no-price' : null,
      follows: final.outcome === 'duplicate' && !known,
      sourceImageId: final.target.imageId,
      redrawn: final.redrawn,
      estimateMicros: price,
      currency: final.currency,
      error: null,
    })
    jobs.prioritise(jobId, finalPriority)
    const job = known ? jobs.get(jobId) : null
    if (known && job)
      addPicture(
        images,
        { job, request: final.request },
        {
          sha256: known.sha256,
          seed: known.seed,
          outputIndex: 0,
          origin: 'cache',
          settledMicros: 0,
        },
      )
  }
}
