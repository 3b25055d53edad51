import { describe, expect, test } from 'vitest'
import { isListStale } from '../../renderer/api/list-change.ts'
import { filterWords, moreParts, rowsFrom, rowsText, withColumn } from '../../renderer/grid/filter-parts.ts'
import { isSameView, withView } from '../../renderer/grid/views.ts'
import { clockText, stepsTo } from '../../renderer/history/history-list.ts'
import { showsSaid } from '../../renderer/review/filter.ts'
import { unsaid } from '../../renderer/review/tile-view.ts'

describe('filters', () => {
  test('rows as a person writes them, and back', () => {
    expect(rowsFrom('3, 1-2 ;7')).toEqual([1, 2, 3, 7])
    expect(rowsFrom('abc, 0, 5-4')).toEqual([])
    expect(rowsFrom('1-9999999')).toHaveLength(10_000)
    expect(rowsText([1, 2, 3, 7])).toBe('1-3, 7')
  })

  test('each part has its words and the filter without it', () => {
    const filter = withColumn({ minRating: 3, labels: ['red'], decisions: ['approved'] }, 'colour', ' blue ')
    expect(moreParts(filter).map((part) => part.text)).toEqual(['★★★ or more', 'red label', 'colour: blue'])
    expect(moreParts(filter).at(-1)?.without.columns).toBeUndefined()
    expect(filterWords(filter)).toBe('approved, ★★★ or more, red label, colour: blue')
  })

  test('a label filter hides what lost its label at once, and its list is stale after marks', () => {
    expect(showsSaid({ labels: ['red'] }, { ...unsaid, label: 'red' })).toBe(true)
    expect(showsSaid({ labels: ['red'] }, unsaid)).toBe(false)
    expect(isListStale({ labels: ['red'] }, 'marks')).toBe(true)
    expect(isListStale({ columns: { colour: 'red' } }, 'marks')).toBe(false)
  })
})

describe('saved views', () => {
  const view = { name: 'keepers', filter: { minRating: 3, decisions: ['approved' as const] }, order: 'sheet' as const }
  test('a view is known again whatever the order of its parts', () => {
    expect(isSameView(view, { decisions: ['approved'], minRating: 3 }, 'sheet')).toBe(true)
    expect(isSameView(view, { decisions: ['approved'], minRating: 3 }, 'newest')).toBe(false)
  })
  test('a name is given once', () => {
    const other = { ...view, order: 'newest' as const }
    expect(withView([view], other)).toEqual([other])
    expect(withView([view], { ...view, name: 'other' })).toHaveLength(2)
  })
})

describe('history', () => {
  const entries = [
    { id: 4, summary: 'd', atMs: 4, undone: true },
    { id: 3, summary: 'c', atMs: 3, undone: false },
    { id: 2, summary: 'b', atMs: 2, undone: false },
    { id: 1, summary: 'a', atMs: 1, undone: false },
  ]
  test('how far an entry is from now, back and forth', () => {
    expect(stepsTo(entries, 4)).toEqual({ undo: 0, redo: 1 })
    expect(stepsTo(entries, 3)).toEqual({ undo: 0, redo: 0 })
    expect(stepsTo(entries, 1)).toEqual({ undo: 2, redo: 0 })
    expect(stepsTo(entries, 9)).toEqual({ undo: 0, redo: 0 })
  })
  test('the time, with the day where it is another', () => {
    const at = new Date(2026, 10, 21, 14, 2).getTime()
    expect(clockText(at, new Date(2026, 10, 21, 18, 0).getTime())).toBe('14:02')
    expect(clockText(at, new Date(2026, 10, 22, 9, 0).getTime())).toBe('21 Nov, 14:02')
  })
})
