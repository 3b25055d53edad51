import { z } from 'zod'
import { decision, jobState, stage } from '#shared/contract/common.ts'
import { deliveryOutput, deliverySettings } from '#shared/contract/delivery.ts'
import { generationRequest } from '#shared/generation-request.ts'

export const manifestVersion = 2

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const isoTime = z.iso.datetime()
const path = z.string().min(1).describe('Relative to the manifest, with "/".')

const deliveredFile = z.object({
  file: path,
  address: z
    .url()
    .optional()
    .describe('Where it was sent to, without query; absent where it lies beside the manifest.'),
  output: z.string().nullable().describe('The name of the output that it is; null for a picture as it came.'),
  sha256,
  bytes: z.int().nonnegative(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  format: z.string(),
  makeKey: sha256
    .nullable()
    .describe('Names all that went into the file; the same key gives the same bytes. Null where nothing was changed.'),
  metadata: z
    .enum(['as it came', 'keep', 'minimal', 'strip'])
    .describe('What was done with the metadata that the picture carried.'),
  sidecar: z.object({ file: path, sha256 }).nullable(),
})
export type DeliveredFile = z.infer<typeof deliveredFile>

const step = z.object({
  promptHash: z.string(),
  request: generationRequest,
  sha256: sha256.describe('Of the picture that it gave, which the next request starts from.'),
})

const source = z.object({
  stage,
  sha256,
  file: path.nullable().describe('Where it is delivered too; null where it is not.'),
  promptHash: z.string().nullable(),
  request: generationRequest.nullable(),
  costMicros: z.int().nullable(),
})
export type ManifestSource = z.infer<typeof source>

const manifestPicture = z.object({
  file: path.nullable().describe('The first of its files; null where there is none, and "reason" says why.'),
  reason: z.string().nullable(),
  files: z.array(deliveredFile),
  sha256: sha256.nullable().describe('Of the picture as it came, whatever was made of it.'),
  bytes: z.int().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  format: z.string().nullable(),
  row: z.int().describe('1 is the first row under the sheet’s header.'),
  line: z.int().describe('The line of the sheet’s own file.'),
  id: z.string(),
  variant: z.int(),
  stage,
  state: jobState,
  decision: decision.nullable(),
  rating: z.int().min(0).max(5).nullable(),
  label: z.string().nullable(),
  prompt: z.string(),
  negativePrompt: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  seed: z.int().nullable(),
  options: generationRequest.shape.options,
  promptHash: z.string(),
  request: generationRequest.describe('All that is needed to ask for the picture again.'),
  steps: z
    .array(step)
    .optional()
    .describe(
      'The requests before "request", in order, where a final was made in several; absent where there are none.',
    ),
  source: source.nullable().describe('The picture that this one was made from.'),
  redrawn: z.boolean().describe('A final that is not its draft larger.'),
  costMicros: z.int().describe('What this picture alone cost, in millionths of the currency; its source has its own.'),
  currency: z.string().nullable(),
  created: isoTime.nullable(),
  columns: z
    .record(z.string(), z.string())
    .describe('The sheet’s cells of this row; of an address with a secret in it, only origin and path.'),
})
export type ManifestPicture = z.infer<typeof manifestPicture>

const count = z.int().nonnegative()

/** `manifest.json`; `docs/manifest.schema.json` is made from it. */
const manifestSchema = z.object({
  manifestVersion: z.literal(manifestVersion),
  app: z.object({ name: z.string(), version: z.string() }),
  created: isoTime,
  batch: z.object({ name: z.string(), identity: z.string(), createdMs: z.int(), rows: z.int() }),
  sheet: z.object({ name: z.string(), sha256 }).nullable(),
  settings: deliverySettings
    .omit({ batchId: true, destination: true })
    .required()
    .extend({ outputs: z.array(deliveryOutput.required()) }),
  counts: z.object({
    tiles: count,
    files: count.describe('Pictures’ files that are there.'),
    approved: count,
    rejected: count,
    pendingReview: count,
    failed: count,
    removed: count,
  }),
  columns: z.array(z.string()),
  removed: z.array(path).describe('Files of earlier deliveries that this one took away.'),
  others: z.array(z.object({ file: path, sha256 })).describe('Contact sheet and checksums, where they were asked for.'),
  notes: z.array(z.string()).optional().describe('What the destination cannot do, and what was done instead.'),
  pictures: z.array(manifestPicture).describe('Every tile of the batch, in the order of the sheet.'),
})

/** The schema as JSON Schema (2020-12), as it stands in `docs/`. */
export const manifestJsonSchema = (): object => ({
  title: 'Manifest of a Proofsheet delivery',
  ...z.toJSONSchema(manifestSchema, { io: 'output', reused: 'ref' }),
})
