import { describe, expect, test } from 'vitest'
import type { Verb } from '#shared/contract/review.ts'
import { showsSaid } from '../../renderer/review/filter.ts'
import { type PendingMark, saidAfter } from '../../renderer/review/marks.ts'
import { unsaid } from '../../renderer/review/tile-view.ts'

const mark = (verb: Verb, tileIds: readonly number[], rows: readonly number[] = []): PendingMark => ({
  number: 1,
  verb,
  tileIds: new Set(tileIds),
  rows: new Set(rows),
})
const tile = { id: 7, row: 3 }

describe('what is drawn before it is stored', () => {
  test('verbs are not toggles: approving twice is still approved', () => {
    const twice = [mark({ kind: 'approve' }, [7]), mark({ kind: 'approve' }, [7])]
    expect(saidAfter(unsaid, tile, twice).decision).toBe('approved')
  })

  test('marks are applied in the order they were made', () => {
    const both = [mark({ kind: 'hires', on: true }, [7]), mark({ kind: 'reject' }, [7])]
    expect(saidAfter(unsaid, tile, both)).toMatchObject({ decision: 'rejected', hires: false })
  })

  test('marks of other tiles change nothing', () => {
    expect(saidAfter(unsaid, tile, [mark({ kind: 'approve' }, [8])])).toBe(unsaid)
  })

  test('keep only this rejects undecided siblings and leaves an approved one', () => {
    const keep = [mark({ kind: 'keep-only' }, [8], [3])]
    expect(saidAfter(unsaid, tile, keep).decision).toBe('rejected')
    expect(saidAfter({ ...unsaid, decision: 'approved' }, tile, keep).decision).toBe('approved')
    expect(saidAfter(unsaid, { id: 8, row: 3 }, keep).decision).toBe('approved')
    expect(saidAfter(unsaid, { id: 9, row: 4 }, keep).decision).toBe('undecided')
  })

  test('rejecting the row takes every sibling', () => {
    const row = [mark({ kind: 'reject-row' }, [8], [3])]
    expect(saidAfter({ ...unsaid, decision: 'approved' }, tile, row).decision).toBe('rejected')
  })

  test('stars and labels stay beside the decision', () => {
    const marks = [mark({ kind: 'rate', rating: 4 }, [7]), mark({ kind: 'label', label: 'blue' }, [7])]
    expect(saidAfter({ ...unsaid, decision: 'approved' }, tile, marks)).toEqual({
      decision: 'approved',
      hires: false,
      reroll: false,
      rating: 4,
      label: 'blue',
    })
  })
})

describe('whether a filter shows what was said', () => {
  test('reads decisions, full-size marks and stars, and nothing where it does not ask', () => {
    const approved = { ...unsaid, decision: 'approved' as const, rating: 3 }
    expect(showsSaid({}, approved)).toBe(true)
    expect(showsSaid({ decisions: ['undecided'] }, approved)).toBe(false)
    expect(showsSaid({ decisions: ['undecided', 'approved'] }, approved)).toBe(true)
    expect(showsSaid({ minRating: 4 }, approved)).toBe(false)
    expect(showsSaid({ hires: true }, approved)).toBe(false)
  })
})
