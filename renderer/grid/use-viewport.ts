import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { TileList } from '../review/tile-list.ts'
import type { GridLayout } from './layout.ts'
import { placeAfterScroll, placeOf, type ScrollPlace } from './scroll-scale.ts'
import { linesToShow, type ShownLines } from './shown-lines.ts'

interface Drawn {
  readonly list: TileList
  readonly layout: GridLayout
  readonly focusId: number | null
}

export interface Viewport {
  readonly shown: ShownLines
  /** What is added to a line's place in the content to get its place in the scroll box. */
  readonly shift: number
  readonly onScroll: () => void
}

const nothingShown: ShownLines = { first: 0, last: -1, ready: new Set() }

/**
 * Which lines are on screen. Another layout (size, width, list) leaves the tile in focus, or else the first one in view,
 * where it stood; another focus scrolls just far enough. Nothing else moves the scroll.
 */
export function useViewport(
  box: RefObject<HTMLElement | null>,
  { list, layout, focusId }: Drawn,
  viewHeight: number,
): Viewport {
  const place = useRef<ScrollPlace>({ boxTop: 0, top: 0 })
  const drawn = useRef<Drawn | null>(null)
  const frame = useRef(0)
  const [shown, setShown] = useState<ShownLines>(nothingShown)
  const [shift, setShift] = useState(0)

  const show = useCallback(() => {
    cancelAnimationFrame(frame.current)
    const { top, boxTop } = place.current
    setShift(boxTop - top)
    setShown((before) => {
      const next = linesToShow(layout, { top, height: viewHeight }, before)
      return next
    })
  }, [layout, viewHeight])

  const scrollTo = useCallback(
    (top: number) => {
      place.current = placeOf(top, { content: layout.height, view: viewHeight })
      if (box.current) box.current.scrollTop = place.current.boxTop
      show()
    },
    [box, layout, viewHeight, show],
  )

  useLayoutEffect(() => {
    if (viewHeight === 0 || layout.lineCount === 0) {
      show()
      return
    }
    const before = drawn.current
    drawn.current = { list, layout, focusId }
    if (!before || before.layout.lineCount === 0) scrollTo(topShowing(layout, list, focusId, 0, viewHeight, 'middle'))
    else if (before.layout !== layout)
      scrollTo(topAfterLayout(before, { list, layout, focusId }, place.current.top, viewHeight))
    else if (before.focusId !== focusId) {
      const top = topShowing(layout, list, focusId, place.current.top, viewHeight, 'nearest')
      if (top !== place.current.top) scrollTo(top)
    }
  }, [list, layout, focusId, viewHeight, scrollTo, show])

  // Lines that came into view in a heap are filled over the next frames, so that no frame is long.
  useLayoutEffect(() => {
    if (shown.ready.size > shown.last - shown.first) return
    frame.current = requestAnimationFrame(show)
    return () => cancelAnimationFrame(frame.current)
  }, [shown, show])

  const onScroll = useCallback(() => {
    if (!box.current || box.current.scrollTop === place.current.boxTop) return
    place.current = placeAfterScroll(place.current, box.current.scrollTop, { content: layout.height, view: viewHeight })
    show()
  }, [box, layout, viewHeight, show])

  return { shown, shift, onScroll }
}

/** The scroll place that shows a tile: just, with a little air, or in the middle where it was out of sight. */
function topShowing(
  layout: GridLayout,
  list: TileList,
  tileId: number | null,
  top: number,
  viewHeight: number,
  how: 'nearest' | 'middle',
): number {
  const index = tileId === null ? -1 : list.indexOf(tileId)
  if (index < 0) return top
  const line = layout.line(layout.lineOfIndex(index))
  const air = 12
  const highest = Math.max(0, layout.height - viewHeight)
  const bottom = line.top + line.head + layout.size
  if (line.top >= top && bottom <= top + viewHeight) return top
  const isFar = line.top < top - viewHeight || bottom > top + 2 * viewHeight
  const middle = (line.top + bottom - viewHeight) / 2
  const nearest = line.top < top ? line.top - air : bottom + air - viewHeight
  return Math.min(highest, Math.max(0, how === 'middle' || isFar ? middle : nearest))
}

/** Keeps what a person looks at where it is: the tile in focus if it was in view, else the first tile in view. */
function topAfterLayout(before: Drawn, after: Drawn, top: number, viewHeight: number): number {
  const focusIndex = before.focusId === null ? -1 : before.list.indexOf(before.focusId)
  const focusTop = focusIndex < 0 ? -1 : before.layout.line(before.layout.lineOfIndex(focusIndex)).top
  const wasFocusInView = focusTop >= top - before.layout.size && focusTop < top + viewHeight
  const firstInView = before.layout.line(before.layout.lineAtY(top))
  const anchorId = wasFocusInView ? after.focusId : (before.list.ids[firstInView.start] ?? null)
  const anchorTop = wasFocusInView ? focusTop : firstInView.top
  const index = anchorId === null ? -1 : after.list.indexOf(anchorId)
  if (index < 0) return Math.min(top, Math.max(0, after.layout.height - viewHeight))
  return Math.max(0, after.layout.line(after.layout.lineOfIndex(index)).top + top - anchorTop)
}
