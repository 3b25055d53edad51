import { z } from 'zod'
import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Clock } from '#engine/storage/storage.ts'
import { draftSettings } from '#shared/contract/wishes.ts'
import { generationRequest } from '#shared/generation-request.ts'
import type { StoredPicture } from './store-rows.ts'

/**
 * What stands beside every picture: enough to make its rows again where the database is lost. Money in micros;
 * `requestMicros` is what the whole reply cost, `costMicros` this picture's part (all of it on the first one).
 */
export const pictureRecord = z.object({
  promptHash: z.string(),
  request: generationRequest,
  sha256: z.string(),
  seed: z.int().nullable(),
  costMicros: z.int(),
  requestMicros: z.int(),
  currency: z.string(),
  madeMs: z.int(),
  outputIndex: z.int(),
  picture: z.object({
    format: z.enum(['png', 'jpeg', 'webp', 'avif']),
    width: z.int(),
    height: z.int(),
    byteLength: z.int(),
    blank: z.boolean(),
    look: z.string(),
  }),
  job: z.object({
    id: z.int(),
    stage: z.enum(['draft', 'final']),
    variant: z.int(),
    redrawn: z.boolean(),
    /** The next step of its final started from it: it is no image of its own. */
    passing: z.boolean().optional(),
  }),
  /** The draft that a final was made from. */
  sourceSha256: z.string().nullable(),
  batch: z.object({
    name: z.string(),
    createdMs: z.int(),
    rows: z.int(),
    settings: draftSettings,
    sheetName: z.string().nullable(),
    sheetSha256: z.string().nullable(),
  }),
  prompt: z.object({
    row: z.int(),
    line: z.int(),
    clientId: z.string().nullable(),
    text: z.string(),
    negative: z.string().nullable(),
    wantedWidth: z.int().nullable(),
    wantedHeight: z.int().nullable(),
    columns: z.record(z.string(), z.string()),
  }),
})
export type PictureRecord = z.infer<typeof pictureRecord>

/** The record of one picture of a job's reply. */
export function recordOf(
  { batches, images, jobs, clock }: { batches: Batches; images: Images; jobs: Jobs; clock: Clock },
  job: Job,
  picture: StoredPicture & { readonly outputIndex: number },
  requestMicros: number,
): PictureRecord {
  const batch = batches.get(job.batchId)
  const { format, width, height, blank, look } = picture.seen
  const step = job.stage === 'final' ? jobs.stepOf(job.id) : null
  return {
    promptHash: job.promptHash,
    request: requestOf(job),
    sha256: picture.sha256,
    seed: picture.seed,
    costMicros: picture.outputIndex === 0 ? requestMicros : 0,
    requestMicros,
    currency: job.currency,
    madeMs: clock.now(),
    outputIndex: picture.outputIndex,
    picture: { format, width, height, byteLength: picture.byteLength, blank, look },
    job: {
      id: job.id,
      stage: job.stage,
      variant: job.variant,
      redrawn: job.redrawn === 1,
      ...(step && step.step < step.steps ? { passing: true } : {}),
    },
    sourceSha256: job.sourceImageId === null ? null : images.stored(job.sourceImageId).sha256,
    batch: {
      name: batch.name,
      createdMs: batch.createdMs,
      rows: batch.rows,
      settings: batch.settings,
      sheetName: batches.sheetName(batch.sheetId),
      sheetSha256: batches.sheetHash(batch.sheetId),
    },
    prompt: batches.wholePrompt(job.promptId),
  }
}
