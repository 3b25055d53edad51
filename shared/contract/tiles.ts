import { oc } from '@orpc/contract'
import { z } from 'zod'
import { operations } from '#shared/generation-request.ts'
import { currency, decision, errorCode, holdReason, id, jobState, micros, stage, timeMs } from './common.ts'

export const image = z.object({
  id,
  tileId: id,
  stage,
  decision,
  hires: z.boolean(),
  reroll: z.boolean(),
  rating: z.int().min(0).max(5),
  label: z.enum(['red', 'yellow', 'green', 'blue']).nullable(),
  sha256: z.string(),
  format: z.string(),
  width: z.int(),
  height: z.int(),
  byteLength: z.int(),
  seed: z.int().nullable(),
  provider: z.string(),
  model: z.string(),
  flags: z.array(z.enum(['blank', 'near-duplicate', 'wrong-size'])),
  /** The image this one was made from: a final's draft. */
  sourceImageId: id.nullable(),
  /** A final that is not the same picture larger. */
  redrawn: z.boolean(),
  cached: z.boolean(),
  settledMicros: micros,
  createdMs: timeMs,
})
export type Image = z.infer<typeof image>

export const tile = z.object({
  id,
  batchId: id,
  promptId: id,
  row: z.int(),
  variant: z.int(),
  /** The id column's cell; `row 17` where the sheet has none. */
  label: z.string(),
  prompt: z.string(),
  provider: z.string(),
  model: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** `edit` where it starts from a picture. */
  operation: z.enum(operations).optional(),
  /** The pictures that go in with its prompt, by SHA-256, in their order; absent for none. */
  references: z.array(z.string()).optional(),
  state: jobState,
  holdReason: holdReason.nullable(),
  /** Of a tile without a picture that goes in a remote batch: it waits to be sent, or is at the provider; absent for all others. */
  remote: z.enum(['waiting', 'out']).optional(),
  /** The model it was meant for, where a fall-back took it; absent or null where none did. */
  movedFrom: z.string().nullable().optional(),
  /** What went wrong and what to do, where it did. */
  failure: z.object({ code: errorCode, message: z.string() }).nullable(),
  estimateMicros: micros.nullable(),
  settledMicros: micros,
  currency,
  image: image.nullable(),
  /** Finals made from this tile's draft, the newest first. */
  finals: z.array(image),
  /** A final of this tile that is being made. */
  finalState: jobState.nullable(),
  /** The same of that final as `remote` of a draft. */
  finalRemote: z.enum(['waiting', 'out']).optional(),
  finalFailure: z.object({ code: errorCode, message: z.string() }).nullable(),
  /** The sheet's cells of this row by column. */
  columns: z.record(z.string(), z.string()),
  /** Why its sheet has it no more: the row was taken out, or is another now; absent or null for all others. */
  noLonger: z.enum(['removed', 'changed']).nullable().optional(),
  /** What was made for this row before it changed, the newest first. */
  earlier: z.array(z.object({ prompt: z.string(), image })).optional(),
})
export type Tile = z.infer<typeof tile>

/** What a tile asked for before it was asked in other words or of another model, and how that ended. */
export const earlierWish = z.object({
  prompt: z.string(),
  provider: z.string(),
  model: z.string(),
  /** A person edited it, or a fall-back took it to another model. */
  because: z.enum(['edited', 'moved']),
  endedMs: timeMs,
  /** `null` where it was canceled. */
  failure: z.object({ code: errorCode, message: z.string() }).nullable(),
  /** Requests that were sent for it. */
  requests: z.int(),
  settledMicros: micros,
  currency,
})
export type EarlierWish = z.infer<typeof earlierWish>

export const label = z.enum(['red', 'yellow', 'green', 'blue'])
export type Label = z.infer<typeof label>

export const tileFilter = z.object({
  decisions: z.array(decision).optional(),
  /** A failure that a person has dismissed is in no list by state: `dismissed` asks for those. */
  states: z.array(jobState).optional(),
  /** Only tiles whose failure a person has dismissed (or only the others). */
  dismissed: z.boolean().optional(),
  /** Only tiles with (or without) a final. */
  hasFinal: z.boolean().optional(),
  hires: z.boolean().optional(),
  minRating: z.int().min(1).max(5).optional(),
  rows: z.array(z.int()).optional(),
  models: z.array(z.string()).optional(),
  flagged: z.boolean().optional(),
  /** Only tiles of rows that are no longer in the sheet, or only earlier versions of rows; absent: what the sheet has. */
  sheet: z.enum(['removed', 'earlier']).optional(),
  labels: z.array(label).optional(),
  /** Column of the sheet -> what its cell holds, in any case (ASCII). */
  columns: z.record(z.string(), z.string().min(1).max(500)).optional(),
  /** Words that prompt, id or any column holds, all of them, in any case. */
  search: z.string().max(500).optional(),
})
export type TileFilter = z.infer<typeof tileFilter>

export const tileOrder = z.enum(['sheet', 'newest', 'undecided-first'])
export type TileOrder = z.infer<typeof tileOrder>

/** What rows or columns of a shoot-out stand for: `row`, `model`, `variant`, or `column:NAME` of the sheet. */
export const matrixAxis = z.union([z.enum(['row', 'model', 'variant']), z.templateLiteral(['column:', z.string()])])
export type MatrixAxis = z.infer<typeof matrixAxis>

/** Tiles that a cell names; beyond it there is only a number. */
export const mostInCell = 4

/** A shoot-out's cells: `rows[r].cells[c]` belongs to `columns[c]`. The approved come first in a cell, the rejected last. */
export const matrix = z.object({
  columns: z.array(z.string()),
  rows: z.array(
    z.object({
      name: z.string(),
      cells: z.array(z.object({ count: z.int(), tileIds: z.array(id).max(mostInCell) })),
    }),
  ),
})
export type Matrix = z.infer<typeof matrix>

/** What a column of a shoot-out was worth, over all its drafts. */
export const share = z.object({
  name: z.string(),
  /** Drafts with a picture. */
  made: z.int(),
  approved: z.int(),
  rejected: z.int(),
  /** Settled for its drafts, those that failed and were charged included; pictures from the cache cost nothing. */
  paidMicros: micros,
})
export type Share = z.infer<typeof share>

/** Every tile of a filter in order, as text that costs little to make, to send and to read: see `packed-list.ts`. */
export const packedList = z.object({
  /** Tile ids in order: `1-400,512,9-12`. */
  ids: z.string(),
  /** Runs of tiles of one row, in the order of `ids`: `1-100*4,7*2` are rows 1 to 100 with four tiles each, then row 7 with two. */
  rows: z.string(),
  count: z.int(),
  /** Index into the ids of the first undecided draft, -1 where there is none. */
  firstUndecided: z.int(),
  /** All tiles of the batch, filtered or not. */
  total: z.int(),
})
export type PackedList = z.infer<typeof packedList>

const listInput = z.object({
  batchId: z.coerce.number().int().positive(),
  filter: tileFilter.default({}),
  order: tileOrder.default('sheet'),
})

const matrixInput = z.object({
  batchId: z.coerce.number().int().positive(),
  filter: tileFilter.default({}),
  columnAxis: matrixAxis,
})

export const tiles = {
  ids: oc
    .route({ method: 'POST', path: '/batches/{batchId}/tiles/ids', summary: 'Every tile id of a filter, in order' })
    .input(listInput)
    .output(
      z.object({
        ids: z.array(id),
        /** Runs of tiles of one row, in the order of `ids`: the row's number and how many tiles follow. */
        rows: z.array(z.tuple([z.int(), z.int()])),
        /** Index into `ids` of the first undecided draft, -1 where there is none. */
        firstUndecided: z.int(),
        /** All tiles of the batch, filtered or not. */
        total: z.int(),
      }),
    ),
  list: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/tiles/list',
      summary: 'Every tile id of a filter, in order, packed: what a window of 100,000 drafts asks for',
    })
    .input(listInput)
    .output(packedList),
  many: oc
    .route({ method: 'POST', path: '/tiles/many', summary: 'The details of some tiles, in the order asked' })
    .input(z.object({ tileIds: z.array(id).max(1000) }))
    .output(z.array(tile)),
  matrix: oc
    .route({ method: 'POST', path: '/batches/{batchId}/tiles/matrix', summary: 'Every draft in a matrix of two axes' })
    .input(matrixInput.extend({ rowAxis: matrixAxis }))
    .output(matrix),
  shares: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/tiles/shares',
      summary: 'What each column of a matrix was worth: made, approved, rejected, paid',
    })
    .input(matrixInput)
    .output(z.array(share)),
  earlier: oc
    .route({
      method: 'GET',
      path: '/tiles/{tileId}/earlier',
      summary: 'What a tile asked for before, the newest first',
    })
    .input(z.object({ tileId: z.coerce.number().int().positive() }))
    .output(z.array(earlierWish)),
  /** The next undecided draft in sheet order after (or before) a tile, `null` where none is left. */
  nextUndecided: oc
    .route({ method: 'GET', path: '/tiles/{tileId}/next-undecided', summary: 'The next undecided draft' })
    .input(
      z.object({
        tileId: z.coerce.number().int().positive(),
        backwards: z.stringbool().or(z.boolean()).default(false),
      }),
    )
    .output(z.object({ tileId: id.nullable() })),
}
