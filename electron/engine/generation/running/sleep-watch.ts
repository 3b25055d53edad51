import type { Clock } from '#engine/storage/storage.ts'
import { asleepAfterMs } from './exchange.ts'

/** How often the clock is looked at. */
const watchMs = 1000

/** Notices that the machine slept, or that this process stood still: the clock went on and nothing here did. */
export function watchForSleep(clock: Clock, onWake: (nowMs: number) => void) {
  const ending = new AbortController()
  let seenMs = clock.now()

  function look(): void {
    const nowMs = clock.now()
    const isAwake = nowMs - seenMs < watchMs + asleepAfterMs
    seenMs = nowMs
    if (!isAwake) onWake(nowMs)
  }

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      // The wait is ended by `stop` only.
      await clock.sleep(watchMs, ending.signal).catch(() => undefined)
      look()
    }
  }
  void watch()

  /** `look`: at once, before something starts. */
  return { look, stop: (): void => ending.abort() }
}
