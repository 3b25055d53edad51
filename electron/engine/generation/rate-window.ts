/** At most `count` starts in any `windowMs`. */
export interface RateLimit {
  readonly count: number
  readonly windowMs: number
}

/**
 * A sliding window over start times: says when the next request may start. Exact, so that a limit is used to the full
 * and never passed; `started` may hold the starts of an earlier run.
 */
export function rateWindow(limits: readonly RateLimit[], started: readonly number[]) {
  const longest = Math.max(0, ...limits.map((limit) => limit.windowMs))
  let starts = [...started]

  return {
    /** Ms since 1970 from which a request may start; not after `nowMs` where it may start now. */
    freeFromMs(nowMs: number): number {
      let freeFrom = nowMs
      for (const { count, windowMs } of limits) {
        if (count <= 0) return Number.POSITIVE_INFINITY
        const oldest = starts[starts.length - count]
        if (oldest !== undefined) freeFrom = Math.max(freeFrom, oldest + windowMs)
      }
      return freeFrom
    },
    start(nowMs: number): void {
      if (longest === 0) return
      if (starts.length > 0 && (starts[0] ?? 0) <= nowMs - longest) starts = starts.filter((at) => at > nowMs - longest)
      starts.push(nowMs)
    },
  }
}
