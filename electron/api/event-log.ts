import { withEventMeta } from '@orpc/server'
import type { LibraryEvent, NumberedEvent } from '#shared/contract/events.ts'
import { joinEvents } from './join-events.ts'

/** How long a burst is gathered before it is told, and how many events a listener may fall behind. */
const joinMs = 100
const keptEvents = 1000

/** Runs `task` once after `ms`; the returned function takes that back. */
type Timer = (ms: number, task: () => void) => () => void

const systemTimer: Timer = (ms, task) => {
  const timeout = setTimeout(task, ms)
  return () => clearTimeout(timeout)
}

interface EventLogOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly timer?: Timer
}

export interface EventLog {
  /** Takes an event in; it is told, joined with others of its burst, within 100 ms. */
  readonly add: (event: LibraryEvent) => void
  /**
   * Every event numbered above `after` (null: from now on), then each new one as it comes, until `signal` aborts, the
   * reader stops or the log is closed. A reader that missed any gets one `resync` in their place.
   */
  readonly follow: (after: number | null, signal?: AbortSignal) => AsyncIteratorObject<NumberedEvent, undefined, void>
  /** Tells what is still gathered and ends every follower. Events after it are dropped. */
  readonly close: () => void
}

/**
 * The log that all transports read. Numbers only rise, also from one start of the program to the next (they begin at
 * the clock), so a listener that comes back to a restarted host is answered with `resync` and never with a gap.
 */
export function createEventLog({ now = Date.now, timer = systemTimer }: EventLogOptions = {}): EventLog {
  const kept: NumberedEvent[] = []
  const waiting = new Set<() => void>()
  let gathered: LibraryEvent[] = []
  let cancelTimer: (() => void) | null = null
  let newest = now() * 1000
  let closed = false

  const wakeAll = () => {
    for (const wake of [...waiting]) wake()
  }
  const tell = () => {
    cancelTimer?.()
    cancelTimer = null
    for (const event of joinEvents(gathered)) {
      newest += 1
      kept.push(withEventMeta({ number: newest, event }, { id: String(newest) }))
    }
    gathered = []
    if (kept.length > keptEvents) kept.splice(0, kept.length - keptEvents)
    wakeAll()
  }

  /** The next event after `number`, null where none is there yet. */
  const nextAfter = (number: number): NumberedEvent | null => {
    if (number === newest) return null
    const oldest = newest - kept.length + 1
    if (number > newest || number < oldest - 1) return { number: newest, event: { kind: 'resync' } }
    return kept[number + 1 - oldest] ?? null
  }

  const follow: EventLog['follow'] = (after, signal) => {
    let last = after ?? newest
    let ended = false
    let wake: (() => void) | null = null
    const end = () => {
      ended = true
      wake?.()
    }
    signal?.addEventListener('abort', end, { once: true })
    const finish = (): IteratorReturnResult<undefined> => {
      ended = true
      signal?.removeEventListener('abort', end)
      return { done: true, value: undefined }
    }
    const change = () =>
      new Promise<void>((resolve) => {
        wake = () => {
          if (wake !== null) waiting.delete(wake)
          wake = null
          resolve()
        }
        waiting.add(wake)
      })
    const iterator: AsyncIteratorObject<NumberedEvent, undefined, void> = {
      async next() {
        while (!ended && signal?.aborted !== true) {
          const found = nextAfter(last)
          if (found !== null) {
            last = found.number
            return { done: false, value: found }
          }
          if (closed) break
          await change()
        }
        return finish()
      },
      async return() {
        end()
        return finish()
      },
      [Symbol.asyncIterator]: () => iterator,
      [Symbol.asyncDispose]: async () => end(),
    }
    return iterator
  }

  return {
    add: (event) => {
      if (closed) return
      gathered.push(event)
      cancelTimer ??= timer(joinMs, tell)
    },
    follow,
    close: () => {
      if (closed) return
      closed = true
      tell()
    },
  }
}
