import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'

/** What changed. Events name it and never say what to do, and never carry what a query can answer. */
export const libraryEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('batches-changed') }),
  z.object({ kind: z.literal('batch-changed'), batchId: id }),
  /** Tiles that got another state or an image; none was added or removed. */
  z.object({ kind: z.literal('tiles-changed'), batchId: id, tileIds: z.array(id) }),
  /** Tiles were added or removed. */
  z.object({ kind: z.literal('tiles-planned'), batchId: id }),
  z.object({ kind: z.literal('marks-changed'), batchId: id, tileIds: z.array(id) }),
  z.object({ kind: z.literal('queue-changed') }),
  /** A remote batch of this batch is new, got further, or is over. */
  z.object({ kind: z.literal('remote-batches-changed'), batchId: id }),
  z.object({ kind: z.literal('delivery-changed'), deliveryId: id, batchId: id }),
  z.object({ kind: z.literal('settings-changed') }),
  z.object({ kind: z.literal('providers-changed') }),
  z.object({ kind: z.literal('wildcards-changed') }),
  /** A sheet has another reference picture, or one less. */
  z.object({ kind: z.literal('references-changed') }),
  /** The listener missed events: everything it holds may be stale. */
  z.object({ kind: z.literal('resync') }),
])
export type LibraryEvent = z.infer<typeof libraryEvent>

export const numberedEvent = z.object({ number: z.int(), event: libraryEvent })
export type NumberedEvent = z.infer<typeof numberedEvent>

export const events = {
  follow: oc
    .route({ method: 'GET', path: '/events', summary: 'Changes as they happen, a server-sent event each' })
    .input(z.object({ after: z.coerce.number().int().nonnegative().nullable().default(null) }))
    .output(eventIterator(numberedEvent)),
}
