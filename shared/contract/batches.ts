import { oc } from '@orpc/contract'
import { z } from 'zod'
import { currency, id, micros, timeMs } from './common.ts'
import { plan } from './plans.ts'
import { draftSettings, runSending } from './wishes.ts'

/** Every tile of a batch is counted exactly once; `done` includes `cached`. */
export const draftCounts = z.object({
  done: z.int(),
  cached: z.int(),
  failed: z.int(),
  unknown: z.int(),
  held: z.int(),
  canceled: z.int(),
  left: z.int(),
})

export const batchStatus = z.object({
  batch: z.string(),
  batchId: id,
  createdMs: timeMs,
  sheetId: id.nullable(),
  sheetName: z.string().nullable(),
  settings: draftSettings,
  paused: z.boolean(),
  rows: z.int(),
  prompts: z.int(),
  tiles: z.int(),
  drafts: draftCounts,
  finals: draftCounts,
  decisions: z.object({ undecided: z.int(), approved: z.int(), rejected: z.int(), marked: z.int() }),
  /** Requests that left this machine, every attempt counted. */
  requests: z.int(),
  /** Estimate of all jobs; money held for requests now out; money spent; money that unknown requests may have cost. */
  estimateMicros: micros,
  reservedMicros: micros,
  settledMicros: micros,
  unknownMicros: micros,
  /** What drafts first, duplicates and the cache saved so far against making every tile at final quality. */
  savedMicros: z.object({ draftsFirst: micros, duplicates: micros, cache: micros }),
  capMicros: micros.nullable(),
  /** What of it goes in remote batches: still to be sent, at the provider, and in how many; absent where nothing does. */
  remote: z.object({ waiting: z.int(), out: z.int(), remoteBatches: z.int() }).optional(),
  /** When what waits for its time may start next; absent where nothing does. */
  startsMs: timeMs.optional(),
  /** Tiles that its sheet has no more: of rows taken out of it, and earlier versions of rows; not counted above. */
  earlierTiles: z.object({ removed: z.int(), changed: z.int() }).optional(),
  /** Of the drafts and finals that failed: those that a person has dismissed. */
  dismissed: z.object({ drafts: z.int(), finals: z.int() }).optional(),
  currency,
  timeLeftMs: z.int().nullable(),
  deliveredMs: timeMs.nullable(),
})
export type BatchStatus = z.infer<typeof batchStatus>

/** A row that a newer sheet adds, changes, takes away or brings back. */
export const rowDifference = z.object({
  kind: z.enum(['added', 'changed', 'removed', 'returned']),
  /** Its row in the newer sheet, and in the older one. */
  row: z.int().nullable(),
  oldRow: z.int().nullable(),
  /** The id column's cell; `row 17` where the sheet has none. */
  label: z.string(),
  /** Of a changed row the cells that differ; else those that hold its prompt. Null: the sheet has no such cell. */
  cells: z.array(z.object({ column: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
  /** Drafts that are to be made, and those that stay with their decisions. */
  newTiles: z.int(),
  keptTiles: z.int(),
})
export type RowDifference = z.infer<typeof rowDifference>

export const sheetComparison = z.object({
  /** What the newer sheet makes; `batches.update` runs it. */
  plan,
  /** How the batch was last sent, as far as it still can be: so goes what `batches.update` is told nothing else about. */
  sending: runSending,
  same: z.int(),
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  returned: z.int(),
  columns: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
  /** Drafts that stay as they are; those of removed or earlier rows that go out of view; requests canceled with them. */
  keptTiles: z.int(),
  asideTiles: z.int(),
  canceled: z.int(),
  /** The first 100; `batches.differences` has all. */
  rows: z.array(rowDifference),
})
export type SheetComparison = z.infer<typeof sheetComparison>

/** A wish to bring a batch to a newer version of its sheet, which is stored already. */
export const updatePlanInput = z.object({
  batchId: id,
  sheetId: id,
  /** What one picture of a model without a price costs, in micros; `null` where nobody said. */
  pricePerImageMicros: micros.nonnegative().nullable().default(null),
})
export type UpdatePlanInput = z.infer<typeof updatePlanInput>

/** A sheet as it came, with our columns added: a file to save. */
export const writtenSheet = z.object({ name: z.string(), bytesBase64: z.string() })
export type WrittenSheet = z.infer<typeof writtenSheet>

const differencesInput = z.object({
  planId: z.string(),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1000).default(100),
  kind: rowDifference.shape.kind.optional(),
})
export type DifferencesInput = z.infer<typeof differencesInput>

const updateInput = z.object({
  planId: z.string(),
  /** The plan's own highest price: refused where it now costs more. */
  highestMicros: micros.nullable(),
  /** The most that it may spend, in micros; `null` for the library's own caps alone. Absent: the batch keeps its cap. */
  capMicros: micros.nonnegative().nullable().optional(),
  /** What is left out of these stays as the batch was last sent. */
  ...runSending.shape,
})
export type UpdateInput = z.infer<typeof updateInput>

export const batches = {
  list: oc
    .route({ method: 'GET', path: '/batches', summary: 'All batches, the newest first' })
    .output(z.array(batchStatus)),
  get: oc
    .route({ method: 'GET', path: '/batches/{batchId}', summary: 'Counts, decisions and money of a batch' })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(batchStatus),
  find: oc
    .route({ method: 'GET', path: '/batches/find', summary: 'A batch by its name or number, or `last`' })
    .input(z.object({ batch: z.string().min(1) }))
    .output(z.object({ batchId: id, batch: z.string() })),
  compareSheet: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/comparisons',
      summary: 'What a newer version of the sheet adds, changes and takes away, and what that costs',
    })
    .input(updatePlanInput.extend({ batchId: z.coerce.number().int().positive() }))
    .output(sheetComparison),
  differences: oc
    .route({ method: 'GET', path: '/plans/{planId}/differences', summary: 'The rows that differ, a page of them' })
    .input(differencesInput)
    .output(z.object({ rows: z.array(rowDifference), total: z.int() })),
  update: oc
    .route({
      method: 'POST',
      path: '/plans/{planId}/update',
      summary: 'Give a batch the newer sheet: only what is new or changed is made; asked twice it is done once',
    })
    .input(updateInput)
    .output(z.object({ batchId: id, batch: z.string() })),
  writeSheet: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/written-sheet',
      summary: 'The sheet as it came, with status, decision, file, model, seed and price of each row',
    })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(writtenSheet),
  rename: oc
    .route({ method: 'POST', path: '/batches/{batchId}/name', summary: 'Give a batch another name' })
    .input(z.object({ batchId: z.coerce.number().int().positive(), name: z.string().min(1).max(120) }))
    .output(z.object({ batchId: id, batch: z.string() })),
}
