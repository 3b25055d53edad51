import { describe, expect, test } from 'vitest'
import { betweenRows, withinRow } from '../../renderer/loupe/row-moves.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'

const list = createTileList(
  [11, 12, 13, 21, 31, 32],
  [
    [1, 3],
    [2, 1],
    [3, 2],
  ],
)

describe('moving in the loupe', () => {
  test('left and right stay in the row and stop at its ends', () => {
    expect([withinRow(list, 12, -1), withinRow(list, 12, 1)]).toEqual([11, 13])
    expect([withinRow(list, 11, -1), withinRow(list, 13, 1), withinRow(list, 21, 1)]).toEqual([null, null, null])
  })

  test('up and down keep the place in the row, or take the last of a shorter one', () => {
    expect(betweenRows(list, 13, 1)).toBe(21)
    expect(betweenRows(list, 32, -1)).toBe(21)
    expect(betweenRows(list, 12, 2)).toBe(32)
    expect([betweenRows(list, 11, -1), betweenRows(list, 31, 1)]).toEqual([null, null])
  })

  test('a tile that the list does not hold leads nowhere', () => {
    expect([withinRow(list, 99, 1), betweenRows(list, 99, 1)]).toEqual([null, null])
  })
})
