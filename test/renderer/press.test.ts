import { expect, test } from 'vitest'
import { isWithin } from '../../renderer/tray/use-press.ts'

test('what came is within what she pressed where it makes and costs no more, known prices with known ones', () => {
  const pressed = { tiles: 3, highestMicros: 120_000 }
  expect(isWithin(pressed, pressed)).toBe(true)
  expect(isWithin({ tiles: 2, highestMicros: 80_000 }, pressed)).toBe(true)
  expect(isWithin({ tiles: 4, highestMicros: 120_000 }, pressed)).toBe(false)
  expect(isWithin({ tiles: 3, highestMicros: 120_001 }, pressed)).toBe(false)
  expect(isWithin({ tiles: 3, highestMicros: null }, pressed)).toBe(false)
  expect(isWithin({ tiles: 3, highestMicros: 1 }, { tiles: 3, highestMicros: null })).toBe(false)
  expect(isWithin({ tiles: 3, highestMicros: null }, { tiles: 3, highestMicros: null })).toBe(true)
})
