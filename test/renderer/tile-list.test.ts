import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTileList, emptyTileList, focusAfterChange, withoutTiles } from '../../renderer/review/tile-list.ts'

const list = createTileList(
  [11, 12, 13, 21, 31, 32],
  [
    [1, 3],
    [2, 1],
    [3, 2],
  ],
)

describe('a list of tiles', () => {
  test('knows the place and the row of each tile', () => {
    expect(list.indexOf(21)).toBe(3)
    expect(list.indexOf(99)).toBe(-1)
    expect([0, 2, 3, 5].map((index) => list.runAt(index))).toEqual([0, 0, 1, 2])
    expect([0, 1, 2, 3].map((run) => list.runStart(run))).toEqual([0, 3, 4, 6])
  })

  test('without some tiles keeps the rows that still have one', () => {
    const rest = withoutTiles(list, new Set([12, 21]))
    expect(rest.ids).toEqual([11, 13, 31, 32])
    expect(rest.runs).toEqual([
      [1, 2],
      [3, 2],
    ])
  })

  test('without tiles that are not in it is the same list', () => {
    expect(withoutTiles(list, new Set([99]))).toBe(list)
  })
})

test('without any tiles, it is what a list made from the rest would be', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 })
  fc.assert(
    fc.property(counts, fc.array(fc.nat(70)), (sizes, goneIds) => {
      const runs = sizes.map((count, row): [number, number] => [row + 1, count])
      const ids = sizes.flatMap((count, row) => Array.from({ length: count }, (_, at) => (row + 1) * 10 + at))
      const gone = new Set(goneIds)
      const rest = withoutTiles(createTileList(ids, runs), gone)
      const left = ids.filter((id) => !gone.has(id))
      expect(rest.ids).toEqual(left)
      for (const id of ids) expect(rest.indexOf(id)).toBe(left.indexOf(id))
      expect(rest.indexOf(999)).toBe(-1)
      expect(rest.runs.flatMap(([row, count]) => Array.from({ length: count }, () => row))).toEqual(
        left.map((id) => Math.floor(id / 10)),
      )
      left.forEach((id, index) => {
        expect(rest.runs[rest.runAt(index)]?.[0]).toBe(Math.floor(id / 10))
      })
    }),
  )
})

describe('focus after another list', () => {
  const focusWithout = (gone: readonly number[], focusId: number | null) =>
    focusAfterChange(list, withoutTiles(list, new Set(gone)), focusId)

  test('stays where its tile is still there', () => expect(focusWithout([11, 12], 21)).toBe(21))
  test('goes to the next that is left', () => expect(focusWithout([13, 21], 13)).toBe(31))
  test('goes back where nothing follows', () => expect(focusWithout([31, 32], 32)).toBe(21))
  test('is nowhere in an empty list', () => expect(focusAfterChange(list, emptyTileList, 13)).toBe(null))
})
