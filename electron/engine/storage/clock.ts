import { setTimeout as delay } from 'node:timers/promises'

/** Time for everything that counts, waits or dates. Tests pass one they wind by hand. */
export interface Clock {
  /** Milliseconds since 1970; never goes backwards while the library is open, whatever the machine's clock does. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * The machine's time, made steady: read once at the start, then carried on by the monotonic counter, so that a clock
 * set back or forward while running neither opens nor shuts a limit. `notBeforeMs` is the newest time the library
 * holds: a clock set back between two starts counts as no time passed.
 */
export function steadyClock(notBeforeMs: number): Clock {
  const startMs = Math.max(Date.now(), notBeforeMs)
  const startTicks = performance.now()
  return {
    now: () => Math.floor(startMs + (performance.now() - startTicks)),
    async sleep(ms, signal) {
      await delay(Math.max(0, ms), undefined, signal ? { signal } : {})
    },
  }
}
