import { afterEach, expect, test, vi } from 'vitest'
import { openPace } from '#engine/generation/running/pace.ts'
import { steadyClock } from '#engine/storage/storage.ts'

afterEach(() => vi.restoreAllMocks())

const hour = 3_600_000

test.each([-2 * hour, 5 * hour])('a machine clock that jumps by %i ms while running changes nothing', (jumpMs) => {
  const clock = steadyClock(0)
  const before = clock.now()
  const realNow = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + jumpMs)
  expect(clock.now() - before).toBeLessThan(1000)
  expect(clock.now()).toBeGreaterThanOrEqual(before)
})

test('a clock set back between two starts counts as no time passed', () => {
  const newestInLibrary = Date.now() + 5 * hour
  expect(steadyClock(newestInLibrary).now()).toBeGreaterThanOrEqual(newestInLibrary)
  expect(steadyClock(newestInLibrary).now()).toBeLessThan(newestInLibrary + 1000)
})

test('an hour that the machine slept is an hour, though its monotonic counter stood still', () => {
  let ticksMs = 500
  let uptimeMs = 90_000
  const clock = steadyClock(0, { wallMs: () => 1_000_000, ticksMs: () => ticksMs, uptimeMs: () => uptimeMs })
  ticksMs += 1000
  uptimeMs += 1010 // coarse steps
  expect(clock.now()).toBe(1_001_000)
  ticksMs += 1000
  uptimeMs += 1000 + hour
  expect(clock.now()).toBe(1_002_010 + hour)
  ticksMs += 5000
  uptimeMs += 5000
  expect(clock.now()).toBe(1_007_010 + hour)
})

/** 1,000 requests over 20 slots with log-normal service times (median 400 ms, sigma 0.8): when each was answered. */
function simulatedAnswers(seed: number): { serviceMs: number; endMs: number }[] {
  const slots = Array.from({ length: 20 }, () => 0)
  let state = seed
  const random = () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: 1000 }, () => {
    const at = slots.indexOf(Math.min(...slots))
    const serviceMs = 400 * Math.exp(0.8 * normal())
    const endMs = (slots[at] ?? 0) + serviceMs
    slots[at] = endMs
    return { serviceMs, endMs }
  }).toSorted((one, other) => one.endMs - other.endMs)
}

test('after the first tenth the time left is within 20 % of what it takes, nine times out of ten', () => {
  const errors: number[] = []
  for (const seed of [7, 77, 777, 7777, 77_777, 11, 111, 1111]) {
    const answers = simulatedAnswers(seed)
    const totalMs = answers.at(-1)?.endMs ?? 0
    const pace = openPace()
    pace.started(0)
    for (const [done, { serviceMs, endMs }] of answers.entries()) {
      pace.answered(serviceMs, endMs)
      const left = 1000 - done - 1
      if (done < 100 || left < 100 || done % 20 !== 0) continue
      errors.push(Math.abs((pace.durationMs(left, 20, endMs) ?? 0) / (totalMs - endMs) - 1))
    }
  }
  expect(errors.length).toBeGreaterThan(300)
  expect(errors.filter((error) => error <= 0.2).length / errors.length).toBeGreaterThan(0.9)
})
