import { finalPriority, type SettleNeeds, settlePicture } from '../running/settle-picture.ts'
import type { FinalsPlan } from './plan-finals.ts'
import type { RunRoutes } from './planned-work.ts'

/** Stores planned finals as jobs in their drafts' places, the first step of each. Inside the caller's transaction. */
export function storeFinals(
  needs: SettleNeeds,
  plan: FinalsPlan,
  { batchId, routes, startId }: { batchId: number; routes: RunRoutes; startId: number },
): void {
  const { jobs, cache } = needs
  let position = jobs.nextPosition(batchId)
  for (const final of plan.finals) {
    const known = cache.find(final.hash)
    const { route, highestMicros: price } = routes.of(final.request, final.price)
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
      route,
      startId,
    })
    if (final.chain !== null)
      jobs.addStep(jobId, {
        batchId,
        firstJobId: jobId,
        chain: final.chain,
        step: 1,
        steps: final.rest.length + 1,
        rest: final.rest,
        beforeMicros: 0,
      })
    jobs.prioritise(jobId, finalPriority)
    const job = known ? jobs.get(jobId) : null
    if (known && job)
      settlePicture(
        needs,
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
