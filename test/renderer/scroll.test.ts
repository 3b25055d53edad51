import { describe, expect, test } from 'vitest'
import { layOut } from '../../renderer/grid/layout.ts'
import { boxHeight, highestBox, placeAfterScroll, placeOf } from '../../renderer/grid/scroll-scale.ts'
import { linesToShow } from '../../renderer/grid/shown-lines.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'

const view = 800

describe('scrolling content higher than a browser can draw', () => {
  const content = 40_000_000
  const heights = { content, view }
  const way = boxHeight(content) - view

  test('up to the limit the box is the content', () => {
    const small = { content: 1_000_000, view }
    expect(placeAfterScroll({ boxTop: 0, top: 0 }, 5000, small)).toEqual({ boxTop: 5000, top: 5000 })
  })

  test('the box never passes what Chromium can draw', () => {
    expect(boxHeight(content)).toBe(highestBox)
    expect(highestBox).toBeLessThan(16_777_216)
  })

  test('a small move scrolls as far as it looks', () => {
    const before = placeOf(20_000_000, heights)
    expect(placeAfterScroll(before, before.boxTop + 120, heights).top).toBe(20_000_120)
  })

  test('a jump goes to the same share of the whole, and both ends are reached', () => {
    const start = { boxTop: 0, top: 0 }
    expect(placeAfterScroll(start, way / 2, heights).top).toBeCloseTo((content - view) / 2, 0)
    expect(placeAfterScroll(start, way, heights).top).toBe(content - view)
    expect(placeAfterScroll(placeOf(900, heights), 0, heights).top).toBe(0)
  })

  test('a place asked for is the place shown', () => {
    const place = placeOf(31_234_567, heights)
    expect(place.top).toBe(31_234_567)
    expect(place.boxTop).toBeLessThanOrEqual(way)
    expect(placeOf(99_000_000, heights).top).toBe(content - view)
  })
})

describe('which lines are in the page', () => {
  const list = createTileList(
    Array.from({ length: 50_000 }, (_, index) => index + 1),
    Array.from({ length: 50_000 }, (_, index) => [index + 1, 1] as const),
  )
  const layout = layOut({ list, width: 1200, wantedSize: 96, grouped: false })
  const nothing = { first: 0, last: -1, ready: new Set<number>() }
  const settle = (top: number, from = nothing) => {
    let shown: ReturnType<typeof linesToShow> = from
    for (let frame = 0; frame < 50; frame += 1) {
      const next = linesToShow(layout, { top, height: view }, shown)
      if (next === shown) return { shown, frames: frame }
      shown = next
    }
    throw new Error('It never came to rest')
  }

  test('holds the view and half a view around it, whatever the batch holds', () => {
    const { shown } = settle(1_000_000 % layout.height)
    const tiles = (shown.last - shown.first + 1) * layout.columns
    expect(tiles).toBeLessThan(400)
    expect(layout.line(shown.first).top).toBeLessThanOrEqual(1_000_000 % layout.height)
  })

  test('one frame adds a bounded number of tiles, the seen lines first', () => {
    const first = linesToShow(layout, { top: 200_000, height: view }, nothing)
    expect(first.ready.size * layout.columns).toBeLessThan(24 + layout.columns)
    expect(first.ready.has(layout.lineAtY(200_000))).toBe(true)
    expect(settle(200_000).frames).toBeGreaterThan(1)
  })

  test('where nothing is new the answer is the same object', () => {
    const { shown } = settle(200_000)
    expect(linesToShow(layout, { top: 200_003, height: view }, shown)).toBe(shown)
  })
})
