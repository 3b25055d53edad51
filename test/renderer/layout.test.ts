import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layOut } from '../../renderer/grid/layout.ts'
import { indexAfter } from '../../renderer/grid/navigation.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'

const listOf = (counts: readonly number[]) => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return createTileList(
    Array.from({ length: total }, (_, index) => index + 1),
    counts.map((count, run) => [run + 1, count] as const),
  )
}
const linesOf = (layout: ReturnType<typeof layOut>) =>
  Array.from({ length: layout.lineCount }, (_, number) => layout.line(number))

describe('layOut', () => {
  test('rows that fit side by side share a line, and a row wider than the grid stands alone', () => {
    const layout = layOut({ list: listOf([2, 2, 6, 1]), width: 704, wantedSize: 160, grouped: true })
    expect(layout.columns).toBe(4)
    expect(linesOf(layout).map(({ start, end, head }) => [start, end, head > 0])).toEqual([
      [0, 4, true],
      [4, 8, true],
      [8, 10, false],
      [10, 11, true],
    ])
  })

  test('flat, lines are full but for the last, and have no heads', () => {
    const layout = layOut({ list: listOf([2, 2, 6, 1]), width: 704, wantedSize: 160, grouped: false })
    expect(linesOf(layout).map(({ start, end, head }) => [start, end, head])).toEqual([
      [0, 4, 0],
      [4, 8, 0],
      [8, 11, 0],
    ])
  })

  test('a tile grows to end the line at the edge, but not without bound', () => {
    expect(layOut({ list: listOf([4]), width: 704, wantedSize: 160, grouped: true }).size).toBe(170)
    expect(layOut({ list: listOf([4]), width: 900, wantedSize: 512, grouped: true }).size).toBe(717)
  })

  test('rows of one length that fit once but not twice fill the width instead of leaving columns empty', () => {
    const rows = layOut({ list: listOf([4, 4, 4, 4]), width: 926, wantedSize: 160, grouped: true })
    expect([rows.columns, rows.size]).toEqual([4, 224])
    const mixed = layOut({ list: listOf([4, 2, 4, 3]), width: 926, wantedSize: 160, grouped: true })
    expect(mixed.columns).toBe(5)
    const pairs = layOut({ list: listOf([2, 2, 2]), width: 926, wantedSize: 160, grouped: true })
    expect(pairs.columns).toBe(5)
  })

  test('rows that are too long for the grid by little are shrunk into one line, and others wrap', () => {
    const rows = layOut({ list: listOf([4, 4, 4, 4]), width: 756, wantedSize: 192, grouped: true })
    expect([rows.columns, rows.size, rows.lineCount]).toEqual([4, 183, 4])
    const long = layOut({ list: listOf([6, 6, 6]), width: 756, wantedSize: 192, grouped: true })
    expect([long.columns, long.lineCount]).toEqual([3, 6])
    const mixed = layOut({ list: listOf([4, 2, 3, 1]), width: 756, wantedSize: 192, grouped: true })
    expect(mixed.columns).toBe(3)
  })

  test('an empty list and a grid without width have no lines, and break nothing', () => {
    expect(layOut({ list: listOf([]), width: 700, wantedSize: 160, grouped: true }).lineCount).toBe(0)
    expect(layOut({ list: listOf([3]), width: 0, wantedSize: 160, grouped: true }).columns).toBe(1)
  })

  test('whatever the rows, every tile stands in exactly one line, lines do not overlap, and look-ups agree', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 100, max: 3000 }),
        fc.integer({ min: 96, max: 512 }),
        fc.boolean(),
        (counts, width, wantedSize, grouped) => {
          const list = listOf(counts)
          const layout = layOut({ list, width, wantedSize, grouped })
          const lines = linesOf(layout)
          let next = 0
          let bottom = 0
          for (const line of lines) {
            expect(line.start).toBe(next)
            expect(line.end - line.start).toBeLessThanOrEqual(layout.columns)
            expect(line.top).toBeGreaterThanOrEqual(bottom)
            expect(layout.lineOfIndex(line.end - 1)).toBe(line.number)
            expect(layout.lineAtY(line.top)).toBe(line.number)
            next = line.end
            bottom = line.top + line.head + layout.size
          }
          expect(next).toBe(list.ids.length)
          expect(layout.height).toBeGreaterThanOrEqual(bottom)
        },
      ),
    )
  })
})

describe('moving in the grid', () => {
  const list = listOf([2, 2, 6, 1])
  const layout = layOut({ list, width: 704, wantedSize: 160, grouped: true })
  const move = (kind: Parameters<typeof indexAfter>[0], from: number) =>
    indexAfter(kind, from, layout, list.ids.length, 2)

  test('left and right go through every tile and stop at the ends', () => {
    expect([move('left', 0), move('right', 3), move('right', 10)]).toEqual([0, 4, 10])
  })

  test('up and down keep the column, or take the last tile of a shorter line', () => {
    expect([move('down', 1), move('down', 7), move('up', 9), move('down', 9), move('up', 0)]).toEqual([5, 9, 5, 10, 0])
  })

  test('a screen down stops in the last line, and Home and End reach the ends', () => {
    expect([move('pageDown', 0), move('pageDown', 8), move('first', 7), move('last', 0)]).toEqual([8, 10, 0, 10])
  })

  test('in an empty grid there is nowhere to go', () => {
    expect(indexAfter('right', 0, layout, 0, 2)).toBe(-1)
  })
})
