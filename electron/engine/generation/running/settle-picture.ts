import { type Cache, promptHash } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { fromPicture, requestFromPicture } from '../planning/from-picture.ts'
import type { ModelFacts } from '../planning/model-facts.ts'
import { isProblem } from '../planning/wished-final.ts'
import { type ArrivedPicture, addPicture } from './add-picture.ts'

/** Finals overtake drafts: a person asked for them now. */
export const finalPriority = 10

export interface SettleNeeds {
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly facts: ModelFacts
}

interface Settled {
  readonly job: Job
  readonly request: GenerationRequest
}

/**
 * What becomes of a stored picture of a job that is done: its image; or, where further steps make the final, the next
 * step's job. Inside the caller's transaction, so that a kill leaves neither or both: a chain has always one job that
 * goes on, and nothing has to be found again at a start.
 */
export function settlePicture(needs: SettleNeeds, of: Settled, picture: ArrivedPicture): void {
  const { jobs, images } = needs
  const place = of.job.stage === 'final' ? jobs.stepOf(of.job.id) : null
  if (!place || place.step === place.steps) {
    const before = picture.outputIndex === 0 ? (place?.beforeMicros ?? 0) : 0
    addPicture(images, of, { ...picture, settledMicros: picture.settledMicros + before })
    return
  }
  if (picture.outputIndex > 0) return
  jobs.pass(of.job.id, picture.origin)
  beginNext(needs, of, place, picture)
}

function beginNext(
  needs: SettleNeeds,
  { job, request: before }: Settled,
  place: NonNullable<ReturnType<Jobs['stepOf']>>,
  { sha256, settledMicros }: ArrivedPicture,
): void {
  const { jobs, images, cache, facts } = needs
  const [next, ...rest] = place.rest
  const blob = images.blob(sha256)
  if (!next || !blob) return
  const start = { sha256, ...blob }
  const made = fromPicture(facts, next.profile, before, start)
  const problem = isProblem(made) ? made : null
  const request = isProblem(made) ? requestFromPicture(facts, next.profile, before, start) : made.request
  const hash = promptHash(request)
  const known = problem ? null : cache.find(hash)
  const price = facts.priceOf(request)?.highestMicros ?? null
  const follows =
    !problem && !known && jobs.withHash(hash).some((other) => other.batchId === job.batchId && isOpen(other))
  const jobId = jobs.nextId()
  jobs.add(jobId, {
    batchId: job.batchId,
    promptId: job.promptId,
    tileId: job.tileId,
    stage: 'final',
    // Beside its step before: a final that was begun is ended before the next is begun.
    position: job.position,
    variant: job.variant,
    promptHash: hash,
    request,
    state: problem ? 'failed' : known ? 'done' : 'queued',
    holdReason: problem || known ? null : holdOf(jobs.hasUnknown(hash), price, next.highestMicros),
    follows,
    sourceImageId: job.sourceImageId,
    redrawn: job.redrawn === 1 || (!isProblem(made) && made.redrawn),
    estimateMicros: price,
    currency: facts.findModel(request.provider, request.model)?.price.currency ?? job.currency,
    error: problem ? { code: 'unsupported', message: `${problem.message}.` } : null,
  })
  jobs.addStep(jobId, {
    ...place,
    step: place.step + 1,
    rest,
    beforeMicros: place.beforeMicros + settledMicros,
  })
  jobs.prioritise(jobId, finalPriority)
  if (follows) jobs.holdFollowers(job.batchId)
  if (place.isStopped && !problem && !known) jobs.toCanceled(jobId)
  const done = known ? jobs.get(jobId) : null
  if (known && done)
    settlePicture(
      needs,
      { job: done, request },
      { sha256: known.sha256, seed: known.seed, outputIndex: 0, origin: 'cache', settledMicros: 0 },
    )
}

const isOpen = ({ state }: Job): boolean =>
  state === 'queued' || state === 'submitting' || state === 'running' || state === 'saving'

/** A step that turns out dearer than the plan said waits for a person, as one over a cap does. */
function holdOf(hasUnknown: boolean, price: number | null, planned: number | null) {
  if (hasUnknown) return 'unknown-twin'
  if (price === null) return 'no-price'
  return planned !== null && price > planned ? 'budget' : null
}
