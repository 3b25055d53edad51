import { describe, expect, test } from 'vitest'
import { isListStale } from '../../renderer/api/list-change.ts'
import { hrefOf, parseRoute } from '../../renderer/app/router.ts'
import { promptPieces } from '../../renderer/details/prompt-pieces.ts'
import { stateText, tileName } from '../../renderer/grid/tile-text.ts'
import { keyLabel } from '../../renderer/keys/key-label.ts'
import { fitScale, heldCentre, zoomedAt } from '../../renderer/loupe/zoom.ts'
import { unsaid } from '../../renderer/review/tile-view.ts'
import { countText, durationText } from '../../renderer/ui/time-text.ts'
import { draftTile } from './draft-tile.ts'

describe('addresses', () => {
  test.each(['#/', '#/load/4', '#/batch/3', '#/batch/3/image/17', '#/queue', '#/settings'])(
    '%s reads and writes the same',
    (hash) => {
      expect(hrefOf(parseRoute(hash))).toBe(hash)
    },
  )
  test.each(['#/batch/x', '#/batch/0', '#/batch/3/image', '#/batch/3/image/1/2', '#/nowhere', '#/queue/1'])(
    '%s is no page',
    (hash) => {
      expect(parseRoute(hash).page).toBe('missing')
    },
  )
  test('no address is the library', () => expect(parseRoute('').page).toBe('library'))
})

describe('words', () => {
  test('a length of time is never promised too short', () => {
    expect([0, 13_200, 60_000, 61_000, 3_600_000, 3_900_000, 90_000_000].map(durationText)).toEqual([
      '0 s',
      '14 s',
      '1 min',
      '2 min',
      '1 h',
      '1 h 5 min',
      '1 d 1 h',
    ])
  })
  test('one draft, many drafts', () =>
    expect([countText(1, 'draft'), countText(1240, 'draft')]).toEqual(['1 draft', '1,240 drafts']))
  test('keys read as they are printed on the keyboard', () => {
    expect(keyLabel('Mod+Shift+Z', false)).toBe('Ctrl Shift Z')
    expect(keyLabel('Mod+Enter', true)).toBe('⌘ ⏎')
    expect(keyLabel('[', false)).toBe('[')
  })
  test('a cell says its row, its state and its marks', () => {
    expect(tileName(draftTile(1, 4), { ...unsaid, decision: 'approved', hires: true, rating: 1 })).toBe(
      'SN-4, variant 1, approved, full size, 1 star, Trail runner in terracotta, on wet slate',
    )
  })
  test('a tile without a picture says why', () => {
    const waiting = { ...draftTile(1, 1), image: null, state: 'queued' as const }
    expect(stateText(waiting).title).toBe('Waiting')
    expect(stateText({ ...waiting, holdReason: 'budget' })).toEqual({ title: 'Held', detail: 'the cap is reached' })
    const failure = { code: 'content-policy' as const, message: 'The brand name.' }
    expect(stateText({ ...waiting, state: 'failed', failure })).toEqual({ title: 'Refused', detail: 'The brand name.' })
  })
})

describe('the prompt with its columns picked out', () => {
  test('finds whole cells, the longest first, and leaves the rest', () => {
    expect(
      promptPieces('Trail runner in terracotta, on wet slate', [
        'Terracotta',
        'Trail runner',
        'slate',
        'wet slate',
        'in',
      ]),
    ).toEqual([
      { text: 'Trail runner', isValue: true },
      { text: ' in ', isValue: false },
      { text: 'terracotta', isValue: true },
      { text: ', on ', isValue: false },
      { text: 'wet slate', isValue: true },
    ])
  })
  test('cells with signs of their own break nothing', () => {
    expect(promptPieces('a (b) [c', ['(b) [', '***'])).toHaveLength(1)
  })
})

describe('zoom', () => {
  test('fit shows the whole picture', () =>
    expect(fitScale({ width: 512, height: 256 }, { width: 800, height: 800 })).toBe(800 / 512))
  test('the point under the pointer stays', () =>
    expect(zoomedAt({ x: 0, y: 0 }, { x: 100, y: -50 }, 1, 2)).toEqual({ x: -100, y: 50 }))
  test('panning stops at the edge, and a small picture stays in the middle', () => {
    expect(heldCentre({ x: 900, y: 900 }, { width: 1000, height: 400 }, { width: 800, height: 800 })).toEqual({
      x: 100,
      y: 0,
    })
  })
})

describe('which lists a change makes stale', () => {
  test('marks only those that read marks', () => {
    expect(isListStale({}, 'marks')).toBe(false)
    expect(isListStale({ search: 'slate' }, 'marks')).toBe(false)
    expect(isListStale({ decisions: ['undecided'] }, 'marks')).toBe(true)
    expect(isListStale({ states: ['failed'] }, 'states')).toBe(true)
    expect(isListStale({}, 'planned')).toBe(true)
  })
})
