import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * V8 lets its young generation grow to 128 MB and keeps it: more than all that a library of 100,000 jobs holds. It doubles, and
 * may do so once more before that is seen here: twice this is enough, too.
 */
const enoughBytes = 8_000_000
/** By how much the heap may be over what lives before it is collected, in percent. */
const growth = { quiet: 40, running: 100 } as const

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0

/**
 * Keeps this process's memory near what it uses (V8 14, tried 2026-11): the young generation stops growing where larger
 * ones save no time, and the old one is collected when it is two fifths over what lives; twice that while requests are out,
 * as the pictures that pass through would have it collected three times a second. For every host, however it was started:
 * flags of the command line would reach only some. Gives what ends that.
 */
export function keepHeapSmall(isRunning: () => boolean): () => void {
  let isYoungEnough = false
  let percent = 0

  function look(): void {
    const wanted = isRunning() ? growth.running : growth.quiet
    if (wanted !== percent) setFlagsFromString(`--heap-growing-percent=${wanted}`)
    percent = wanted
    // It grows by this factor after a collection. From the start, 1 would keep it too small to work in.
    if (isYoungEnough || youngBytes() < enoughBytes) return
    isYoungEnough = true
    setFlagsFromString('--semi-space-growth-factor=1')
  }

  look()
  const observer = new PerformanceObserver(look)
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
