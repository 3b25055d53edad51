import { describe, expect, test } from 'vitest'
import { hrefOf, parseRoute } from '../../renderer/app/router.ts'
import { differences } from '../../renderer/compare/differences.ts'
import {
  challengersOf,
  crowned,
  firstPair,
  pairAfterFocus,
  swapped,
  withNextChallenger,
} from '../../renderer/compare/pair.ts'
import { splitAfterKey } from '../../renderer/loupe/split.ts'
import { centreOf, linkedScale, panOf } from '../../renderer/loupe/zoom.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'
import { placeAfter, surveyColumns } from '../../renderer/survey/survey-layout.ts'
import { draftTile } from './draft-tile.ts'

/** Row 1: tiles 1 2 3; row 2: tiles 4 5; row 3: tile 6. */
const list = createTileList(
  [1, 2, 3, 4, 5, 6],
  [
    [1, 3],
    [2, 2],
    [3, 1],
  ],
)

describe('champion and challenger', () => {
  test('two that are selected, in the order of the sheet, else focus and its neighbour', () => {
    expect(firstPair(list, new Set([4, 2]), 4)).toEqual({ championId: 2, challengerId: 4 })
    expect(firstPair(list, new Set(), 1)).toEqual({ championId: 1, challengerId: 2 })
    expect(firstPair(list, new Set(), 3)).toEqual({ championId: 3, challengerId: 2 })
    expect(firstPair(list, new Set(), 6)).toEqual({ championId: 6, challengerId: null })
  })

  test('the next challenger passes over the champion and stops at the row’s end', () => {
    const pair = { championId: 2, challengerId: 1 }
    expect(withNextChallenger(list, pair, 1)).toEqual({ championId: 2, challengerId: 3 })
    expect(withNextChallenger(list, { championId: 2, challengerId: 3 }, 1)).toEqual({ championId: 2, challengerId: 3 })
    expect(withNextChallenger(list, pair, -1)).toBe(pair)
  })

  test('a challenger that wins meets the next of the row, at its end the one that lost', () => {
    expect(crowned(list, { championId: 1, challengerId: 2 })).toEqual({ championId: 2, challengerId: 3 })
    expect(crowned(list, { championId: 2, challengerId: 3 })).toEqual({ championId: 3, challengerId: 2 })
    expect(swapped({ championId: 1, challengerId: 2 })).toEqual({ championId: 2, challengerId: 1 })
  })

  test('focus on a sibling makes it the challenger, in another row begins anew', () => {
    const pair = { championId: 1, challengerId: 2 }
    expect(pairAfterFocus(list, pair, 1)).toBe(pair)
    expect(pairAfterFocus(list, pair, 3)).toEqual({ championId: 1, challengerId: 3 })
    expect(pairAfterFocus(list, pair, 4)).toEqual({ championId: 4, challengerId: 5 })
    expect(challengersOf(list, pair)).toEqual([2, 3])
  })

  test('differences name what differs and nothing else', () => {
    const champion = { ...draftTile(1, 1), columns: { colour: 'red', sku: 'A' } }
    const challenger = { ...draftTile(2, 1), columns: { colour: 'blue', sku: 'A' } }
    expect(differences(champion, challenger)).toEqual([
      { name: 'Seed', champion: '1', challenger: '2' },
      { name: 'colour', champion: 'red', challenger: 'blue' },
    ])
  })
})

describe('linked zoom', () => {
  test('a draft beside its final is drawn as wide as the final', () => {
    expect(linkedScale({ width: 512, height: 512 }, 2048, 1) * 512).toBe(2048)
    expect(linkedScale({ width: 2048, height: 2048 }, 2048, 2) * 2048).toBe(1024)
    expect(linkedScale({ width: 512, height: 512 }, 0, 1)).toBe(1)
  })

  test('a pan is the same place in pictures of any size', () => {
    const pan = panOf({ x: 100, y: -50 }, { width: 1000, height: 500 })
    expect(centreOf(pan, { width: 2000, height: 1000 })).toEqual({ x: 200, y: -100 })
  })
})

describe('the survey', () => {
  test('pictures stand as large as they can', () => {
    expect(surveyColumns(4, 1000, 1000)).toBe(2)
    expect(surveyColumns(3, 1800, 600)).toBe(3)
    expect(surveyColumns(2, 500, 1200)).toBe(1)
    expect(surveyColumns(5, 1200, 800)).toBe(3)
  })

  test('arrows walk the lines, and leave over the upper and lower edge', () => {
    expect(placeAfter(1, 'down', 3, 5)).toBe(4)
    expect(placeAfter(2, 'down', 3, 5)).toBe(4)
    expect(placeAfter(4, 'down', 3, 5)).toBe(null)
    expect(placeAfter(1, 'up', 3, 5)).toBe(null)
    expect(placeAfter(4, 'right', 3, 5)).toBe(4)
  })
})

describe('addresses', () => {
  test.each(['#/batch/3/compare/17,18', '#/batch/3/survey/1,2,3', '#/batch/3/shoot-out', '#/batch/3/image/17'])(
    '%s comes back as it was',
    (address) => {
      expect(hrefOf(parseRoute(address))).toBe(address)
    },
  )

  test.each(['#/batch/3/compare/', '#/batch/3/survey/x', '#/batch/3/shoot-out/1', '#/batch/3/other/1'])(
    '%s is no page',
    (address) => {
      expect(parseRoute(address).page).toBe('missing')
    },
  )
})

test('the line between draft and final moves by keys and stays in the picture', () => {
  expect(splitAfterKey(50, 'ArrowRight', false)).toBe(52)
  expect(splitAfterKey(3, 'ArrowLeft', true)).toBe(0)
  expect(splitAfterKey(50, 'End', false)).toBe(100)
  expect(splitAfterKey(50, 'p', false)).toBe(null)
})
