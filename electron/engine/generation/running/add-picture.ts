import type { Images } from '#engine/images/images.ts'
import type { Job } from '#engine/jobs/jobs.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

export interface ArrivedPicture {
  readonly sha256: string
  readonly seed: number | null
  readonly outputIndex: number
  readonly origin: 'request' | 'cache' | 'twin'
  readonly settledMicros: number
  /** Its prompt has no other tile, so that there is none that it could look like. */
  readonly isAlone?: boolean
}

/** What of a job goes into its image. */
export type PicturedJob = Pick<
  Job,
  'id' | 'batchId' | 'promptId' | 'tileId' | 'stage' | 'sourceImageId' | 'redrawn' | 'provider' | 'model' | 'currency'
>

/**
 * Makes a stored picture the image of a job. A faithful final inherits its draft's approval, a redrawn one arrives
 * undecided. Inside the caller's transaction.
 */
export function addPicture(
  images: Images,
  { job, request }: { readonly job: PicturedJob; readonly request: GenerationRequest },
  picture: ArrivedPicture,
): number {
  const blob = images.blob(picture.sha256)
  const isWrongSize =
    request.operation !== 'upscale' &&
    request.width !== null &&
    request.height !== null &&
    blob !== null &&
    (blob.width !== request.width || blob.height !== request.height)
  const isFaithfulFinal = job.stage === 'final' && job.redrawn === 0
  return images.add({
    batchId: job.batchId,
    promptId: job.promptId,
    tileId: job.tileId,
    jobId: job.id,
    outputIndex: picture.outputIndex,
    stage: job.stage,
    sha256: picture.sha256,
    sourceImageId: job.sourceImageId,
    redrawn: job.redrawn === 1,
    origin: picture.origin,
    seed: picture.seed ?? request.seed,
    provider: job.provider,
    model: job.model,
    flags:
      job.stage === 'draft'
        ? images.flagsFor({
            promptId: job.promptId,
            tileId: job.tileId,
            blank: blob?.blank ?? false,
            look: blob?.look ?? '0',
            isWrongSize,
            isAlone: picture.isAlone ?? false,
          })
        : isWrongSize
          ? ['wrong-size']
          : [],
    settledMicros: picture.settledMicros,
    currency: job.currency,
    decision: isFaithfulFinal ? 'approved' : 'undecided',
  })
}
