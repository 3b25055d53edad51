/**
 * The shortest that these requests could take over so many slots, ms: a slot is never idle while one waits, and each
 * starts in the order given. A slot is free again at the reply's last byte.
 */
export function bestPossibleMs(serviceMs: readonly number[], slots: number): number {
  const freeAtMs = new Array<number>(slots).fill(0)
  for (const ms of serviceMs) {
    const soonest = freeAtMs.indexOf(Math.min(...freeAtMs))
    freeAtMs[soonest] = (freeAtMs[soonest] ?? 0) + ms
  }
  return Math.max(...freeAtMs)
}

interface Started {
  readonly startMs: number
  readonly serviceMs: number
}

/**
 * How long a slot stood still between two requests while nothing but slots bound the first `count` of them, ms: the
 * client's own time for a reply. `requests` are in the order of their starts.
 */
export function turnaroundMs(requests: readonly Started[], count: number, slots: number): number {
  const first = requests.slice(0, count)
  const [fromMs, toMs] = [first[0]?.startMs ?? 0, first.at(-1)?.startMs ?? 0]
  const busyMs = first.reduce((sum, { startMs, serviceMs }) => sum + Math.min(serviceMs, toMs - startMs), 0)
  return Math.max(0, (slots * (toMs - fromMs) - busyMs) / Math.max(1, first.length))
}

/**
 * The most requests that could have started from `fromMs` to the last start: each at the first moment when a slot was
 * free and `count` in any `windowMs` allowed it, after what was started before, with the same service times (over again
 * where they run out). `requests` are in the order of their starts.
 */
export function startsAllowed(
  requests: readonly Started[],
  limits: { fromMs: number; count: number; windowMs: number; slots: number },
): number {
  const { fromMs, count, windowMs, slots } = limits
  const lastMs = requests.at(-1)?.startMs ?? fromMs
  const before = requests.filter(({ startMs }) => startMs < fromMs)
  const after = requests.slice(before.length)
  const busy = before.map(({ startMs, serviceMs }) => startMs + serviceMs).filter((endMs) => endMs > fromMs)
  const freeAtMs = Array.from({ length: slots }, (_, slot) => busy[slot] ?? fromMs)
  const starts = before.map(({ startMs }) => startMs)
  for (let made = 0; after.length > 0; made++) {
    const soonest = freeAtMs.indexOf(Math.min(...freeAtMs))
    const oldest = starts[starts.length - count]
    const nextMs = Math.max(freeAtMs[soonest] ?? fromMs, oldest === undefined ? fromMs : oldest + windowMs)
    if (nextMs > lastMs) return made
    freeAtMs[soonest] = nextMs + (after[made % after.length]?.serviceMs ?? 0)
    starts.push(nextMs)
  }
  return 0
}
