import { oc } from '@orpc/contract'
import { z } from 'zod'
import { bucketPlace } from './buckets.ts'
import { id, problem, timeMs } from './common.ts'

/** Where a delivery goes; it makes a folder named after the batch there. */
export const deliveryDestination = z.discriminatedUnion('kind', [
  /** `folder` is absolute, on the host's machine. */
  z.object({ kind: z.literal('folder'), folder: z.string().min(1) }),
  bucketPlace.extend({
    kind: z.literal('bucket'),
    /** The `Cache-Control` of every picture, `public, max-age=31536000`; null for none. */
    cacheControl: z
      .string()
      .regex(/^[\x20-\x7e]{1,200}$/, 'A Cache-Control is written like public, max-age=3600.')
      .nullable()
      .default(null),
  }),
])
export type DeliveryDestination = z.infer<typeof deliveryDestination>

export const deliverySettings = z.object({
  batchId: id,
  destination: deliveryDestination,
  layout: z.enum(['approved', 'by-decision']),
  /** Name template without extension, `{id}-{variant}`; columns of the sheet by their names. */
  nameTemplate: z.string().min(1).max(500),
  /** `best`: the newest approved final, else the approved draft. */
  stage: z.enum(['best', 'final', 'draft']),
})
export type DeliverySettings = z.infer<typeof deliverySettings>

export const deliveryPlan = z.object({
  /** What would be written: `FOLDER/BATCH`. */
  target: z.string(),
  files: z.int(),
  bytes: z.int(),
  /** Files that are there already with the right content. */
  present: z.int(),
  /** The first 50 names, with the tile each shows. */
  samples: z.array(z.object({ path: z.string(), tileId: id })),
  /** Names that two pictures would share; they get `-2`, `-3`, ... */
  collisions: z.int(),
  problems: z.array(problem),
})
export type DeliveryPlan = z.infer<typeof deliveryPlan>

export const delivery = {
  plan: oc
    .route({ method: 'POST', path: '/deliveries/plan', summary: 'Names and sizes of a delivery, before it is written' })
    .input(deliverySettings)
    .output(deliveryPlan),
  start: oc
    .route({
      method: 'POST',
      path: '/deliveries',
      summary: 'Write an approved set; run again it writes only what is missing',
    })
    .input(deliverySettings)
    .output(z.object({ deliveryId: id })),
  get: oc
    .route({ method: 'GET', path: '/deliveries/{deliveryId}', summary: 'How far a delivery is' })
    .input(z.object({ deliveryId: z.coerce.number().int().positive() }))
    .output(
      z.object({
        deliveryId: id,
        batchId: id,
        target: z.string(),
        state: z.enum(['running', 'done', 'failed']),
        files: z.int(),
        written: z.int(),
        skipped: z.int(),
        failed: z.int(),
        /** The manifest's path once it is written, `null` before. */
        manifest: z.string().nullable(),
        error: z.string().nullable(),
        /** What the destination cannot do, and what was done instead; kept while the library is open, and in the manifest. */
        notes: z.array(z.string()),
        startedMs: timeMs,
        endedMs: timeMs.nullable(),
      }),
    ),
  list: oc
    .route({ method: 'GET', path: '/batches/{batchId}/deliveries', summary: 'Deliveries of a batch, the newest first' })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(
      z.array(
        z.object({
          deliveryId: id,
          target: z.string(),
          state: z.enum(['running', 'done', 'failed']),
          startedMs: timeMs,
        }),
      ),
    ),
}
