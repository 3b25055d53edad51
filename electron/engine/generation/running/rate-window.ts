/** At most `count` starts in any `windowMs`. */
export interface RateLimit {
  readonly count: number
  readonly windowMs: number
}

/** Requests travel for different times: a window is held a little longer than told, so that the far end sees it kept. */
const marginOf = (windowMs: number): number => Math.min(500, windowMs * 0.005)

/**
 * A sliding window over start times: says when the next request may start. Exact, so that a limit is used to the full
 * and never passed; `started` holds the starts of earlier runs, oldest first, ms since 1970.
 */
export function rateWindow(started: readonly number[]) {
  const keptMs = 86_400_000 + 1000
  let starts = [...started]

  return {
    /** Ms since 1970 from which a request may start; not after `nowMs` where it may start now. */
    freeFromMs(nowMs: number, limits: readonly RateLimit[]): number {
      let freeFrom = nowMs
      for (const { count, windowMs } of limits) {
        if (count <= 0) return Number.POSITIVE_INFINITY
        const oldest = starts[starts.length - count]
        if (oldest !== undefined) freeFrom = Math.max(freeFrom, oldest + windowMs + marginOf(windowMs))
      }
      return freeFrom
    },
    /** How many may start now, one after another, without passing any limit. */
    freeNow(nowMs: number, limits: readonly RateLimit[]): number {
      const free = limits.map(({ count, windowMs }) => {
        const recent = starts.length - firstAfter(starts, nowMs - windowMs - marginOf(windowMs))
        return Math.max(0, count - recent)
      })
      return Math.min(...free)
    },
    start(nowMs: number): void {
      starts.push(nowMs)
      if (starts.length % 1000 === 0) starts = starts.filter((at) => at > nowMs - keptMs)
    },
    /** How many were started after a time, and when the first of them was. */
    startedSince(ms: number): { count: number; sinceMs: number } {
      const first = firstAfter(starts, ms)
      return { count: starts.length - first, sinceMs: starts[first] ?? ms }
    },
  }
}

/** Index of the first time after `ms`, in a list that goes up. */
function firstAfter(times: readonly number[], ms: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) > ms) high = middle
    else low = middle + 1
  }
  return low
}
