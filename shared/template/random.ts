/** Numbers from 0 up to but not including 1. */
export type Random = () => number

/**
 * The same numbers for the same seed, on every machine: mulberry32 (32 bits of state, public domain), started
 * from both halves of the seed so that neighbours and seeds beyond 32 bits differ. For variety, not for secrets.
 */
export function randomFrom(seed: number): Random {
  const high = Math.floor(Math.abs(seed) / 2 ** 32)
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(high | 0, 0x85ebca77)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
