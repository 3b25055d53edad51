import type { LibraryEvent } from '#shared/contract/events.ts'
import type { ListChange } from './list-change.ts'
import { queryKeys } from './queries.ts'

export interface Stale {
  readonly keys: readonly (readonly unknown[])[] | 'all'
  readonly tileIds: readonly number[] | 'all'
  /** Lists of tiles that may be others now: all of a batch, or those whose filter reads marks or states. */
  readonly lists?: { readonly batchId: number; readonly because: ListChange }
}

const nothing: readonly number[] = []

/** What an event makes stale. Every event stands here: a new one does not compile until it does. */
export function staleAfter(event: LibraryEvent): Stale {
  switch (event.kind) {
    case 'batches-changed':
      return { keys: [queryKeys.batches(), queryKeys.library()], tileIds: nothing }
    case 'batch-changed':
      return { keys: [queryKeys.batches(), queryKeys.batch(event.batchId), queryKeys.finalPlans()], tileIds: nothing }
    case 'tiles-changed':
      return {
        keys: [
          queryKeys.batches(),
          queryKeys.batch(event.batchId),
          queryKeys.failures(event.batchId),
          // What is left, and the lanes' free slots, change with every picture.
          queryKeys.queue(),
        ],
        tileIds: event.tileIds,
        lists: { batchId: event.batchId, because: 'states' },
      }
    case 'tiles-planned':
      // New tiles, or so many changed ones that the event names none of them.
      return {
        keys: [
          queryKeys.batches(),
          queryKeys.batch(event.batchId),
          queryKeys.history(event.batchId),
          queryKeys.finalPlans(),
          queryKeys.rerollPlans(),
          queryKeys.deliveryPlans(),
        ],
        tileIds: 'all',
        lists: { batchId: event.batchId, because: 'planned' },
      }
    case 'marks-changed':
      return {
        keys: [
          queryKeys.batches(),
          queryKeys.batch(event.batchId),
          queryKeys.history(event.batchId),
          queryKeys.finalPlans(),
          queryKeys.rerollPlans(),
          queryKeys.deliveryPlans(),
        ],
        tileIds: event.tileIds,
        lists: { batchId: event.batchId, because: 'marks' },
      }
    case 'queue-changed':
      return { keys: [queryKeys.queue(), queryKeys.batches()], tileIds: nothing }
    case 'remote-batches-changed':
      return {
        keys: [
          queryKeys.remoteBatches(),
          queryKeys.queue(),
          queryKeys.batches(),
          queryKeys.batch(event.batchId),
          queryKeys.failures(event.batchId),
        ],
        tileIds: nothing,
      }
    case 'delivery-changed':
      return {
        keys: [
          queryKeys.delivery(event.deliveryId),
          queryKeys.deliveries(event.batchId),
          queryKeys.batches(),
          queryKeys.batch(event.batchId),
        ],
        tileIds: nothing,
      }
    case 'settings-changed':
      return { keys: [queryKeys.settings()], tileIds: nothing }
    case 'providers-changed':
      return {
        keys: [queryKeys.providers(), queryKeys.customServices(), queryKeys.queue(), queryKeys.plans()],
        tileIds: nothing,
      }
    case 'wildcards-changed':
      return { keys: [queryKeys.wildcards(), queryKeys.previews(), queryKeys.plans()], tileIds: nothing }
    case 'references-changed':
      return { keys: [queryKeys.references(), queryKeys.plans()], tileIds: nothing }
    case 'resync':
      return { keys: 'all', tileIds: 'all' }
  }
}
