import { oc } from '@orpc/contract'
import { z } from 'zod'
import { currency, id, micros, timeMs } from './common.ts'

/**
 * Where a remote batch stands. `preparing`: its file is being written and sent; `uploaded`: it waits to be started;
 * `starting`: asked for, and not known to have begun; `working`: the provider is at it; `reading`: it is over there, and
 * its results come in; `over`: all of it is known here; `lost`: nobody knows whether it was ever started.
 */
export const remoteBatchState = z.enum(['preparing', 'uploaded', 'starting', 'working', 'reading', 'over', 'lost'])
export type RemoteBatchState = z.infer<typeof remoteBatchState>

/** Many requests of one batch that a provider makes together, within a day and for less. */
export const remoteBatch = z.object({
  remoteBatchId: id,
  batchId: id,
  batch: z.string(),
  provider: z.string(),
  /** The provider's name for people. */
  label: z.string(),
  model: z.string(),
  state: remoteBatchState,
  /** How it ended at the provider; `null` until then. `unsent`: it was given up before anything was started. */
  how: z.enum(['completed', 'failed', 'expired', 'canceled', 'unsent']).nullable(),
  /** A results file that was read from disk, and not sent from here. */
  isImported: z.boolean(),
  /** Requests in it. */
  requests: z.int(),
  /** As the service counts them, `null` where it does not say. */
  counts: z.object({ total: z.int().nullable(), succeeded: z.int().nullable(), failed: z.int().nullable() }),
  /** What came of it here: pictures, refusals, requests that failed otherwise, that nobody knows about, that were canceled. */
  made: z.int(),
  refused: z.int(),
  failed: z.int(),
  unknown: z.int(),
  canceled: z.int(),
  /** Requests that go again in a follow-up batch. */
  again: z.int(),
  /** Held for what is out, spent, and what unknown requests may have cost. */
  reservedMicros: micros,
  settledMicros: micros,
  unknownMicros: micros,
  currency,
  createdMs: timeMs,
  startedMs: timeMs.nullable(),
  endedMs: timeMs.nullable(),
  /** Until when the provider wants to be done. */
  expiresMs: timeMs.nullable(),
  /** The newest look, and when it goes on by itself (the next look, start or try); `null` where it waits for nothing. */
  lookedMs: timeMs.nullable(),
  nextMs: timeMs.nullable(),
  isCancelAsked: z.boolean(),
  /** What a person should know: the provider's words, why it waits, that most of it was refused. */
  message: z.string().nullable(),
})
export type RemoteBatch = z.infer<typeof remoteBatch>

const remoteBatchesInput = z.object({
  /** Only those of one batch. */
  batchId: z.coerce.number().int().positive().nullable().default(null),
  /** Without those that are over. */
  open: z.stringbool().or(z.boolean()).default(false),
})
export type RemoteBatchesInput = z.infer<typeof remoteBatchesInput>

const batchFilesInput = z.object({
  planId: z.string(),
  /** A whole path on the host's machine; made where it is not there. */
  folder: z.string().min(1),
})
export type BatchFilesInput = z.infer<typeof batchFilesInput>

const batchFiles = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      provider: z.string(),
      model: z.string(),
      requests: z.int(),
      bytes: z.int(),
    }),
  ),
  /** Requests that no file has, by why. */
  left: z.array(z.object({ message: z.string(), count: z.int() })),
})
export type BatchFiles = z.infer<typeof batchFiles>

const readResultsInput = z.object({
  batchId: z.coerce.number().int().positive(),
  /** A whole path on the host's machine. */
  path: z.string().min(1),
  /** Whose results they are; `null` where the batch has one provider with batches. */
  provider: z.string().nullable().default(null),
  /** What each picture cost, in micros. */
  priceMicros: micros.nonnegative().default(0),
})
export type ReadResultsInput = z.infer<typeof readResultsInput>

const readResults = z.object({
  made: z.int(),
  failed: z.int(),
  /** Lines of requests that have their picture, or are out; and lines of nothing in this batch. */
  known: z.int(),
  foreign: z.int(),
})
export type ReadResults = z.infer<typeof readResults>

export const remoteBatches = {
  list: oc
    .route({ method: 'GET', path: '/remote-batches', summary: 'Remote batches, the newest first' })
    .input(remoteBatchesInput)
    .output(z.array(remoteBatch)),
  cancel: oc
    .route({
      method: 'POST',
      path: '/remote-batches/{remoteBatchId}/cancel',
      summary: 'Ask the provider to stop one: what is made by then is kept, and charged',
    })
    .input(z.object({ remoteBatchId: z.coerce.number().int().positive() }))
    .output(remoteBatch),
  lookNow: oc
    .route({
      method: 'POST',
      path: '/remote-batches/look',
      summary: 'Look at one, or at all that are open, without waiting for the next look',
    })
    .input(z.object({ remoteBatchId: id.nullable().default(null) }))
    .output(z.object({ looked: z.int() })),
  writeOut: oc
    .route({
      method: 'POST',
      path: '/plans/{planId}/batch-files',
      summary: 'Write the requests of a plan as files for batch services, to be sent from elsewhere',
    })
    .input(batchFilesInput)
    .output(batchFiles),
  readIn: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/results',
      summary: 'Read a results file of a batch service back into a batch',
    })
    .input(readResultsInput)
    .output(readResults),
}
