import { describe, expect, test } from 'vitest'
import { bestPossibleMs, startsAllowed, turnaroundMs } from './best-possible.ts'

describe('the shortest time possible', () => {
  test('one slot after another is never idle while a request waits', () => {
    expect(bestPossibleMs([400, 100, 100, 100, 300], 2)).toBe(600)
    expect(bestPossibleMs([100, 100, 100], 1)).toBe(300)
    expect(bestPossibleMs([100, 700], 20)).toBe(700)
  })
})

describe('starts that a limit allows', () => {
  const at = (...startsMs: number[]) => startsMs.map((startMs) => ({ startMs, serviceMs: 1000 }))
  const limits = { fromMs: 5000, count: 4, windowMs: 60_000, slots: 20 }

  test('the window, filled to the brim, allows no more', () => {
    // 4 in any minute: 2 before second 5, 2 at second 5, then one for each that is a minute old.
    expect(startsAllowed(at(0, 1000, 5000, 5000, 60_000, 61_000), limits)).toBe(4)
  })

  test('a lane that waits too long falls short of it', () => {
    expect(startsAllowed(at(0, 1000, 9000, 9000, 69_000), limits)).toBe(6)
  })

  test('slots bound it, too: a request that is out keeps its own', () => {
    const requests = [4500, 6000, 8000].map((startMs) => ({ startMs, serviceMs: 1000 }))
    expect(startsAllowed(requests, { ...limits, slots: 1 })).toBe(3)
  })
})

test('the time between a reply and the next start in its slot', () => {
  const at = (...startsMs: number[]) => startsMs.map((startMs) => ({ startMs, serviceMs: 100 }))
  expect(turnaroundMs(at(0, 120, 240, 360), 4, 1)).toBe(15)
  expect(turnaroundMs(at(0, 100, 200, 300), 4, 1)).toBe(0)
})
