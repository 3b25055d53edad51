import { describe, expect, test } from 'vitest'
import type { Matrix, Share } from '#shared/contract/tiles.ts'
import { approvalRate, leaders, microsPerApproved, placesOf, tileAfter } from '../../renderer/shoot-out/pivot.ts'

const share = (name: string, made: number, approved: number, rejected: number, paidMicros: number): Share => ({
  name,
  made,
  approved,
  rejected,
  paidMicros,
})
const cell = (...tileIds: number[]) => ({ count: tileIds.length, tileIds })
const matrix: Matrix = {
  columns: ['sketch/cheap', 'sketch/dear'],
  rows: [
    { name: 'row 1', cells: [cell(2, 1), cell(3)] },
    { name: 'row 2', cells: [cell(), cell(6)] },
    { name: 'row 3', cells: [cell(4), cell(5)] },
  ],
}

describe('the shoot-out', () => {
  test('every column says how much was approved and what that cost; the best rate leads', () => {
    const [cheap, dear] = [share('sketch/cheap', 3, 1, 2, 3000), share('sketch/dear', 2, 2, 0, 80_000)]
    expect(approvalRate(cheap)).toBeCloseTo(1 / 3)
    expect(microsPerApproved(cheap)).toBe(3000)
    expect(microsPerApproved(dear)).toBe(40_000)
    expect(leaders([cheap, dear])).toEqual(['sketch/dear'])
    expect(leaders([share('dear', 2, 1, 0, 900), share('cheap', 5, 3, 0, 300)])).toEqual(['cheap'])
  })

  test('before anything is decided nobody leads and no rate is made up', () => {
    const open = [share('sketch/cheap', 1, 0, 0, 1000)]
    expect(open.map(approvalRate)).toEqual([null])
    expect(open.map(microsPerApproved)).toEqual([null])
    expect(leaders(open)).toEqual([])
  })

  test('arrows go through every tile of a row, and between rows in their column, over empty cells', () => {
    const places = placesOf(matrix)
    expect(tileAfter(matrix, places, null, 'down')).toBe(2)
    expect(tileAfter(matrix, places, 2, 'right')).toBe(1)
    expect(tileAfter(matrix, places, 1, 'right')).toBe(3)
    expect(tileAfter(matrix, places, 1, 'down')).toBe(4)
    expect(tileAfter(matrix, places, 5, 'up')).toBe(6)
    expect(tileAfter(matrix, places, 5, 'right')).toBe(null)
    expect(places.get(5)).toEqual({ row: 2, column: 1 })
  })
})
