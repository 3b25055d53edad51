import { oc } from '@orpc/contract'
import { z } from 'zod'
import { bucketPlace } from './buckets.ts'
import { id, problem, timeMs } from './common.ts'

/** Where a delivery goes; a folder or bucket gets a folder named after the batch. */
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
  z.object({
    kind: z.literal('addresses'),
    /**
     * The address that takes each file by PUT: `{upload url}` for a column of them, or a template over names and columns like
     * `https://host/{id}/{file}?token=…`. What stands in a query is never shown, logged or written into a manifest.
     */
    address: z.string().trim().min(1).max(4000),
    /** For the manifest and all that is no picture; absolute, on the host's machine. */
    folder: z.string().min(1),
    /** Servers of a private network that the sheet's own addresses may reach: `http://10.0.0.5:9000`. */
    origins: z
      .array(z.string().regex(/^https?:\/\/[^/\s@?#]+$/i, 'An origin is written like http://10.0.0.5:9000.'))
      .max(20)
      .default([]),
  }),
])
export type DeliveryDestination = z.infer<typeof deliveryDestination>

export const outputFormats = ['original', 'png', 'jpeg', 'webp', 'avif'] as const
export const outputFits = ['contain', 'cover', 'inside', 'pad'] as const

/**
 * One way in which each picture is handed over; the library's own bytes are never changed. Where nothing is to be changed
 * (format `original`, no size, colour and metadata kept) the bytes are delivered as they came, with whatever they carry.
 */
export const deliveryOutput = z.object({
  /** Unlike the other outputs of the delivery: `{output}` in a name, or the folder of its own that each of several has. */
  name: z.string().trim().min(1).max(40),
  /** `original`: the format that the picture has. */
  format: z.enum(outputFormats).default('original'),
  /** For JPEG, WebP and AVIF. */
  quality: z.int().min(1).max(100).default(82),
  /** Pixels; null to follow from the other side, or to stay. */
  width: z.int().min(1).max(16_384).nullable().default(null),
  height: z.int().min(1).max(16_384).nullable().default(null),
  /**
   * `inside`: never larger than the picture is; `contain`: as large as fits, enlarged too; `cover`: fills both sides and
   * cuts off the rest; `pad`: as large as fits, with background up to both sides.
   */
  fit: z.enum(outputFits).default('inside'),
  /** `#rrggbb` behind what is transparent and around what is padded; null keeps it transparent where the format can. */
  background: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .nullable()
    .default(null),
  /** The picture's own colour profile, or its colours turned to sRGB. */
  colour: z.enum(['keep', 'srgb']).default('keep'),
  /**
   * `keep`: what the picture came with, and where it comes from (prompt, model, seed, decision). `minimal`: only that a
   * model made it, and the colour profile. `strip`: nothing, in sRGB.
   */
  metadata: z.enum(['keep', 'minimal', 'strip']).default('keep'),
})
export type DeliveryOutput = z.infer<typeof deliveryOutput>

export const deliverySettings = z.object({
  batchId: id,
  destination: deliveryDestination,
  /**
   * `approved`, `flat` and `by-column` hold approved pictures only: in `approved/`, in no folder, or in folders named by
   * the cells of `column`.
   */
  layout: z.enum(['approved', 'by-decision', 'flat', 'by-column']),
  /** The sheet's column that names the folders of `by-column`. */
  column: z.string().min(1).max(200).nullable().default(null),
  /** Name template without extension, `{id}-{variant}`; columns of the sheet by their names. */
  nameTemplate: z.string().min(1).max(500),
  /** What `{number}` begins with. */
  numberStart: z.int().min(0).max(999_999).default(1),
  /** `best`: the newest approved final, else the approved draft. */
  stage: z.enum(['best', 'final', 'draft']),
  /** Each picture is delivered once for each; none: as it came. */
  outputs: z.array(deliveryOutput).max(20).default([]),
  /** `link`: unchanged bytes take no second place on the disk where it can (a clone, else a hard link). */
  links: z.enum(['copy', 'link']).default('copy'),
  /** An XMP file beside each picture. */
  sidecars: z.boolean().default(false),
  /** One HTML page with a small copy of every picture. */
  contactSheet: z.boolean().default(false),
  /** `checksums.sha256`, as `sha256sum -c` reads it. */
  checksums: z.boolean().default(false),
})
export type DeliverySettings = z.infer<typeof deliverySettings>
/** As it is asked for: what has a default may be left out. */
export type DeliveryWish = z.input<typeof deliverySettings>

export const deliveryPlan = z.object({
  /** What would be written: `FOLDER/BATCH`. */
  target: z.string(),
  files: z.int(),
  /** Of the files whose size is known; a picture that is changed on its way has none before it is made. */
  bytes: z.int(),
  unknownSizes: z.int(),
  /** Files that are there already with the right content. */
  present: z.int(),
  /** The first 50 names, with the tile each shows, and where it would be sent (origin and path) if not to the target. */
  samples: z.array(z.object({ path: z.string(), tileId: id, address: z.string().nullable() })),
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
        /** The kind of its destination. */
        to: z.enum(['folder', 'bucket', 'addresses']),
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
  files: oc
    .route({
      method: 'GET',
      path: '/deliveries/{deliveryId}/files',
      summary: 'Where each picture of a finished delivery is; of an address that it was sent to, without its query',
    })
    .input(z.object({ deliveryId: z.coerce.number().int().positive() }))
    .output(z.object({ files: z.array(z.object({ path: z.string(), address: z.string() })) })),
  last: oc
    .route({
      method: 'GET',
      path: '/batches/{batchId}/deliveries/last',
      summary: 'What a batch, else the library, was last delivered with: where the next delivery begins',
    })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(deliverySettings.nullable()),
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
