import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** V8 lets its young generation grow to 128 MB and keeps it: more than all that a library of 100,000 jobs holds. */
const enoughBytes = 16_000_000

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0

/**
 * Keeps this process's memory near what it uses (V8 14, tried 2026-11): the young generation stops growing where larger
 * ones save no time, and the old one is collected when it is two fifths over what lives. For every host, however it was
 * started: flags of the command line would reach only some.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40')
  // It grows by this factor after a collection. From the start, 1 would keep it too small to work in.
  const stopGrowing = (): boolean => {
    if (youngBytes() < enoughBytes) return false
    setFlagsFromString('--semi-space-growth-factor=1')
    return true
  }
  if (stopGrowing()) return
  const observer = new PerformanceObserver(() => {
    if (stopGrowing()) observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}
