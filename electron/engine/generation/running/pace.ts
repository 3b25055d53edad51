const answersKept = 400
const fewest = 10

/** How fast a lane really is, from its newest answers: the time left is read from here. */
export function openPace() {
  let answers: number[] = []
  let totalMs = 0
  let count = 0

  return {
    /** The first start after a rest begins a new measure. */
    started(nowMs: number): void {
      if (answers.length === 0) answers = [nowMs]
    },
    answered(durationMs: number, nowMs: number): void {
      answers.push(nowMs)
      if (answers.length > answersKept) answers.shift()
      totalMs += durationMs
      count++
    },
    /** Nothing runs: the time until the next start is not the lane's. */
    idle(): void {
      answers = []
    },
    /**
     * For so many requests, ms: the measured pace until the last ones are out, then their slowest, as for service times
     * that spread like an exponential's. By mean time and slots while too little is measured; null before the first.
     */
    durationMs(requests: number, concurrency: number, nowMs: number): number | null {
      if (count === 0) return null
      const meanMs = totalMs / count
      const [first] = answers
      const atOnce = Math.min(requests, concurrency)
      const isMeasured = answers.length > fewest && first !== undefined
      const eachMs = isMeasured ? Math.max(1, nowMs - first) / (answers.length - 1) : meanMs / concurrency
      return (requests - atOnce) * eachMs + meanMs * harmonic(atOnce)
    },
  }
}

/** 1 + 1/2 + ... + 1/n: how much longer the slowest of n takes than the mean. */
const harmonic = (n: number): number => (n < 1 ? 0 : Math.log(n) + 0.577 + 1 / (2 * n))
