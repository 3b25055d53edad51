import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packNumbers, packRuns, unpackNumbers, unpackRuns } from '#shared/packed-list.ts'

const numbers = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 })

describe('a packed list', () => {
  test('is short where numbers follow each other', () => {
    expect(packNumbers([1, 2, 3, 4, 9, 8, 8, 9])).toBe('1-4,9,8,8-9')
    expect(packRuns([...Array.from({ length: 5 }, (_, at) => [at + 1, 4] as const), [6, 2], [9, 2]])).toBe(
      '1-5*4,6*2,9*2',
    )
    expect(packNumbers([])).toBe('')
    expect(packRuns([])).toBe('')
  })

  test('gives back what was put in, in its order, whatever it is', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        expect(unpackNumbers(packNumbers(list))).toEqual(list)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 3 }))), (runs) => {
        expect(unpackRuns(packRuns(runs))).toEqual(runs)
      }),
    )
  })
})
