import { setTimeout as wait } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import { errorCodeOf } from '#shared/errors.ts'

/** Prompts a slice: a few milliseconds of work. */
const slice = 200
/** Between two slices, ms, so that everything else goes on. */
const restMs = 10

/**
 * Makes the prompts of a library from before there was a search index searchable by it, beside all other work. Search finds
 * the same meanwhile, reading every prompt. Resolves when all are in or `isClosing`; a full disk ends it until the next open.
 */
export async function indexPrompts(batches: Batches, isClosing: () => boolean): Promise<void> {
  try {
    while (!isClosing() && !batches.indexOlder(slice)) await wait(restMs, undefined, { ref: false })
  } catch (error) {
    if (errorCodeOf(error) !== 'storage') throw error
  }
}
