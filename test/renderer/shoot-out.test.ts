import { describe, expect, test } from 'vitest'
import {
  approvalRate,
  cellOf,
  type Entry,
  leaders,
  microsPerApproved,
  pivot,
  tileAfter,
} from '../../renderer/shoot-out/pivot.ts'
import { draftTile } from './draft-tile.ts'

const entry = (id: number, row: number, model: string, decision: 'undecided' | 'approved' | 'rejected'): Entry => {
  const tile = draftTile(id, row)
  const image = tile.image && { ...tile.image, settledMicros: model === 'dear' ? 40_000 : 1000 }
  return {
    tile: { ...tile, model, image, columns: { colour: row === 1 ? 'red' : 'blue' } },
    said: { decision, hires: false, reroll: false, rating: 0, label: null },
  }
}
const entries = [
  entry(1, 1, 'cheap', 'rejected'),
  entry(2, 1, 'cheap', 'approved'),
  entry(3, 1, 'dear', 'approved'),
  entry(4, 2, 'cheap', 'rejected'),
  entry(5, 2, 'dear', 'approved'),
]

describe('the shoot-out', () => {
  const matrix = pivot(entries, 'row', 'model')

  test('every column says how much was approved and what that cost', () => {
    const [cheap, dear] = matrix.columns
    expect(cheap).toMatchObject({ name: 'sketch/cheap', made: 3, approved: 1, rejected: 2, paidMicros: 3000 })
    expect(dear).toMatchObject({ name: 'sketch/dear', made: 2, approved: 2, rejected: 0, paidMicros: 80_000 })
    expect(cheap && approvalRate(cheap)).toBeCloseTo(1 / 3)
    expect(cheap && microsPerApproved(cheap)).toBe(3000)
    expect(dear && microsPerApproved(dear)).toBe(40_000)
    expect(leaders(matrix.columns)).toEqual(['sketch/dear'])
  })

  test('before anything is decided nobody leads and no rate is made up', () => {
    const open = pivot([entry(1, 1, 'cheap', 'undecided')], 'row', 'model')
    expect(open.columns.map(approvalRate)).toEqual([null])
    expect(open.columns.map(microsPerApproved)).toEqual([null])
    expect(leaders(open.columns)).toEqual([])
  })

  test('what was approved comes first in its cell', () => {
    expect(matrix.rows[0]?.cells[0]?.tileIds).toEqual([2, 1])
  })

  test('any axis: the sheet’s own columns too', () => {
    const byColour = pivot(entries, 'model', 'column:colour')
    expect(byColour.columns.map((column) => column.name)).toEqual(['red', 'blue'])
    expect(byColour.rows.map((row) => row.name)).toEqual(['sketch/cheap', 'sketch/dear'])
    expect(byColour.rows[0]?.cells.map((cell) => cell.tileIds)).toEqual([[2, 1], [4]])
  })

  test('arrows go through every tile of a row, and between rows in their column', () => {
    expect(tileAfter(matrix, null, 'down')).toBe(2)
    expect(tileAfter(matrix, 2, 'right')).toBe(1)
    expect(tileAfter(matrix, 1, 'right')).toBe(3)
    expect(tileAfter(matrix, 1, 'down')).toBe(4)
    expect(tileAfter(matrix, 5, 'up')).toBe(3)
    expect(tileAfter(matrix, 5, 'right')).toBe(null)
    expect(cellOf(matrix, 5)).toEqual({ row: 1, column: 1 })
  })
})
