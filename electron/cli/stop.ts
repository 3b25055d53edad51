import type { Output } from './output.ts'

/** How long requests that are out are waited for (DESIGN section 5, "Stopping"). */
export const stopWaitMs = 120_000

/** How long a second Ctrl+C leaves to store what became of them. */
const leaveWaitMs = 1500

/** What can be stopped: the engine, or the generation room alone. */
interface Stoppable {
  readonly running: () => number
  readonly stop: (waitMs: number) => Promise<void>
  readonly abandonNow: () => void
}

export interface Stop {
  /** Resolves at the first Ctrl+C, SIGTERM or SIGHUP. */
  readonly asked: Promise<void>
  readonly isAsked: () => boolean
  /** A second one came, or `leave` was called: nothing is waited for any longer. */
  readonly isForced: () => boolean
  /** The same as a second Ctrl+C. */
  readonly leave: () => void
  /** Sends nothing new and waits for what is out, shown; resolves at once when a second Ctrl+C comes. */
  readonly bringToRest: (work: Stoppable) => Promise<void>
  /** Resolves when the work does, or shortly after a second Ctrl+C, whichever is first. */
  readonly unlessForced: (work: Promise<unknown>) => Promise<void>
  /** Signals end the process again as they usually do. */
  readonly done: () => void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** From now on the first signal asks, and the second forces. */
export function watchForStop(out: Output): Stop {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let count = 0
  const onSignal = (): void => {
    count++
    first.resolve()
    if (count > 1) second.resolve()
  }
  const leave = (): void => {
    count = 1
    onSignal()
  }
  for (const signal of signals) process.on(signal, onSignal)
  const forced = second.promise.then(() => new Promise<void>((resolve) => setTimeout(resolve, leaveWaitMs).unref()))
  const unlessForced = async (work: Promise<unknown>): Promise<void> => void (await Promise.race([work, forced]))

  return {
    asked: first.promise,
    isAsked: () => count > 0,
    isForced: () => count > 1,
    leave,
    unlessForced,
    async bringToRest(work) {
      if (work.running() > 0) {
        const requests = work.running() === 1 ? '1 request' : `${work.running()} requests`
        out.note(`waiting for ${requests}, at most ${stopWaitMs / 1000} s; Ctrl+C again leaves them`)
      }
      void second.promise.then(work.abandonNow)
      // Stopping itself gives requests up by then; where a full disk keeps even that from ending, it is left as it is.
      const limit = setTimeout(leave, stopWaitMs + leaveWaitMs)
      await unlessForced(work.stop(stopWaitMs))
      clearTimeout(limit)
    },
    done() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
