import { uptime } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** Time for everything that counts, waits or dates. Tests pass one they wind by hand. */
export interface Clock {
  /** Milliseconds since 1970; never goes backwards while the library is open, whatever the machine's clock does. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** What a machine counts with. */
interface Counters {
  readonly wallMs: () => number
  /** Goes on evenly; on Linux it stands still while the machine sleeps. */
  readonly ticksMs: () => number
  /** Since the machine started, its sleep included; nobody can set it. */
  readonly uptimeMs: () => number
}

const machine: Counters = {
  wallMs: () => Date.now(),
  ticksMs: () => performance.now(),
  uptimeMs: () => uptime() * 1000,
}

/** Uptime comes in coarse steps on some systems. */
const leastSleepMs = 3000
const lookEveryMs = 100

/**
 * The machine's time, made steady: read once at the start, then carried on by the monotonic counter, so that a clock
 * set back or forward while running neither opens nor shuts a limit. An hour that the machine slept counts: it is read
 * from the uptime. `notBeforeMs` is the newest time the library holds: a clock set back between two starts counts as no
 * time passed.
 */
export function steadyClock(notBeforeMs: number, counters: Counters = machine): Clock {
  const startMs = Math.max(counters.wallMs(), notBeforeMs)
  const startTicks = counters.ticksMs()
  const startUptime = counters.uptimeMs()
  let sleptMs = 0
  let lookedTicks = startTicks
  return {
    now() {
      const ticks = counters.ticksMs()
      if (ticks - lookedTicks >= lookEveryMs) {
        lookedTicks = ticks
        const apartMs = counters.uptimeMs() - startUptime - (ticks - startTicks)
        if (apartMs - sleptMs >= leastSleepMs) sleptMs = apartMs
      }
      return Math.floor(startMs + (ticks - startTicks) + sleptMs)
    },
    async sleep(ms, signal) {
      await delay(Math.max(0, ms), undefined, signal ? { signal } : {})
    },
  }
}
