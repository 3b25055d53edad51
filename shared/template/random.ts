/** Numbers from 0 up to but not including 1. */
export type Random = () => number

/**
 * The same numbers for the same seed, on every machine: mulberry32 (32 bits of state, public domain), started
 * from both halves of the seed so that neighbours and seeds beyond 32 bits differ, and from what else tells the draw
 * apart (a row, the number of a prompt). For variety, not for secrets.
 */
export function randomFrom(seed: number, ...more: readonly number[]): Random {
  const high = Math.floor(Math.abs(seed) / 2 ** 32)
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(high | 0, 0x85ebca77)) >>> 0
  for (const number of more) {
    state = Math.imul(state ^ (state >>> 16) ^ Math.imul((number + 1) | 0, 0x9e3779b1), 0x85ebca6b) >>> 0
    state = (state ^ (state >>> 13)) >>> 0
  }
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `n` different whole numbers below `total`, ascending: all of them where there are no more. The same for the same seed. */
export function sampleOf(total: number, n: number, seed: number, ...more: readonly number[]): number[] {
  const wanted = Math.min(n, total)
  const random = randomFrom(seed, ...more)
  // Floyd's way: as many draws as numbers wanted, however many there are.
  const chosen = new Set<number>()
  for (let upTo = total - wanted; upTo < total; upTo++) {
    const drawn = Math.floor(random() * (upTo + 1))
    chosen.add(chosen.has(drawn) ? upTo : drawn)
  }
  return [...chosen].sort((one, other) => one - other)
}
