import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '#engine/storage/storage.ts'

/** A clock that runs `factor` times as fast as the wall's: waits of seconds pass in milliseconds, in the right order. */
export function fastClock(factor: number, startMs = Date.now()): Clock {
  const start = performance.now()
  return {
    now: () => Math.floor(startMs + (performance.now() - start) * factor),
    sleep: (ms, signal) => delay(Math.max(0, ms) / factor, undefined, signal ? { signal } : {}),
  }
}
