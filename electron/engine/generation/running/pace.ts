const answersKept = 200
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
    /** Mean time from claim to reply, ms; null before the first. */
    meanMs: (): number | null => (count === 0 ? null : totalMs / count),

    /** For so many requests: by the measured pace, else by mean time and slots; null while nothing was measured. */
    durationMs(requests: number, concurrency: number, nowMs: number): number | null {
      const [first] = answers
      if (answers.length > fewest && first !== undefined)
        return (requests * Math.max(1, nowMs - first)) / (answers.length - 1)
      return count === 0 ? null : Math.ceil(requests / concurrency) * (totalMs / count)
    },
  }
}
