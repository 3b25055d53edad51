import { setTimeout as wait } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import { errorCodeOf } from '#shared/errors.ts'

/** Prompts a slice: a few milliseconds of work. */
const slice = 200
/** Between two slices, ms, so that everything else goes on. */
const restMs = 10

/**
 * Makes prompts searchable by index beside all other work: those of a sheet that was just stored, and of a library from
 * before there was an index. Search finds the same meanwhile, reading those that are left. Starts at once, and again at
 * each `wake`; a full disk ends it until then.
 */
export function openPromptIndexing(batches: Batches) {
  const closing = new AbortController()
  let going: Promise<void> | null = null
  let isAskedAgain = false

  async function indexAll(): Promise<void> {
    const { signal } = closing
    try {
      while (!signal.aborted && !batches.indexSome(slice)) await wait(restMs, undefined, { ref: false, signal })
    } catch (error) {
      if (!signal.aborted && errorCodeOf(error) !== 'storage') throw error
    }
  }

  function wake(): void {
    if (closing.signal.aborted) return
    if (going) {
      isAskedAgain = true
      return
    }
    going = indexAll().finally(() => {
      going = null
      if (!isAskedAgain) return
      isAskedAgain = false
      wake()
    })
  }
  wake()

  return {
    wake,
    /** Resolves when no slice is under way; none begins after it. */
    async stop(): Promise<void> {
      closing.abort()
      await Promise.allSettled([going])
    },
  }
}
