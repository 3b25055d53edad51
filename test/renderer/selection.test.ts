import { describe, expect, test } from 'vitest'
import {
  anchoredAt,
  everything,
  extended,
  heldTo,
  noSelection,
  targetsOf,
  toggled,
} from '../../renderer/review/selection.ts'
import { createTileList, withoutTiles } from '../../renderer/review/tile-list.ts'

const list = createTileList([1, 2, 3, 4, 5, 6], [[1, 6]])
const ids = (selection: { ids: ReadonlySet<number> }) => [...selection.ids].toSorted((a, b) => a - b)

describe('selection', () => {
  test('a range goes from its anchor to the tile, in both directions, and shrinks again', () => {
    const there = extended(anchoredAt(3), list, 3, 5)
    expect(ids(there)).toEqual([3, 4, 5])
    const back = extended(there, list, 5, 1)
    expect(ids(back)).toEqual([1, 2, 3])
    expect(ids(extended(back, list, 1, 3))).toEqual([3])
  })

  test('a range without an anchor begins at the focus', () => {
    expect(ids(extended(noSelection, list, 2, 4))).toEqual([2, 3, 4])
  })

  test('a Ctrl click adds to the tile in focus, and takes out again', () => {
    const two = toggled(anchoredAt(2), 5, 2)
    expect(ids(two)).toEqual([2, 5])
    expect(ids(toggled(two, 2, 5))).toEqual([5])
  })

  test('the next mark is about the selection only while focus is inside it', () => {
    const selection = extended(anchoredAt(2), list, 2, 3)
    expect(targetsOf(selection, 3)).toEqual([2, 3])
    expect(targetsOf(selection, 6)).toEqual([6])
    expect(targetsOf(selection, null)).toEqual([])
  })

  test('everything stops being everything once a tile leaves the list', () => {
    const all = everything(list, 'all')
    expect(all.whole).toBe('all')
    const held = heldTo(all, withoutTiles(list, new Set([4])))
    expect(ids(held)).toEqual([1, 2, 3, 5, 6])
    expect(held.whole).toBe(null)
    expect(toggled(all, 1, 2).whole).toBe(null)
  })
})
