import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RateLimit, rateWindow } from '#engine/generation/running/rate-window.ts'

/** As many as start one after another at one moment, each asked for by itself. */
function oneByOne(started: readonly number[], nowMs: number, limits: readonly RateLimit[], most: number): number {
  const window = rateWindow(started)
  let count = 0
  while (count < most && window.freeFromMs(nowMs, limits) <= nowMs) {
    window.start(nowMs)
    count++
  }
  return count
}

const limit = fc.record({ count: fc.integer({ min: 0, max: 40 }), windowMs: fc.constantFrom(1000, 60_000, 3_600_000) })

test('as many may start at once as may start one after another, whatever the limits and the starts before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 80 }),
      fc.integer({ min: 0, max: 200_000 }),
      fc.array(limit, { minLength: 1, maxLength: 3 }),
      (starts, laterMs, limits) => {
        const started = starts.toSorted((one, other) => one - other)
        const nowMs = (started.at(-1) ?? 0) + laterMs
        expect(rateWindow(started).freeNow(nowMs, limits)).toBe(oneByOne(started, nowMs, limits, 50))
      },
    ),
    { numRuns: 500 },
  )
})
