import { oc } from '@orpc/contract'
import { z } from 'zod'
import { currency, id, micros, timeMs } from './common.ts'
import { draftSettings } from './generation.ts'

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
  currency,
  timeLeftMs: z.int().nullable(),
  deliveredMs: timeMs.nullable(),
})
export type BatchStatus = z.infer<typeof batchStatus>

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
  rename: oc
    .route({ method: 'POST', path: '/batches/{batchId}/name', summary: 'Give a batch another name' })
    .input(z.object({ batchId: z.coerce.number().int().positive(), name: z.string().min(1).max(120) }))
    .output(z.object({ batchId: id, batch: z.string() })),
}
