import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { boxHeight, placeAfterScroll, placeOf, type ScrollPlace } from '../grid/scroll-scale.ts'

/** Height of a row of the matrix with the gap below it, in CSS pixels: every row has the same, so that none is measured. */
const rowHeight = 184

/** Rows drawn beyond the view on each side. */
const beyond = 2

export interface RowWindow {
  /** Rows in the page, from `first` up to but not including `end`. */
  readonly first: number
  readonly end: number
  /** Height of the box that holds all rows. */
  readonly height: number
  readonly topOf: (row: number) => number
  readonly onScroll: () => void
  /** Scrolls just far enough to show a row. */
  readonly show: (row: number) => void
}

/** Which of `count` rows are near the view of a scroll box; `view` is the height that rows are seen in, below the heads. */
export function useRowWindow(box: RefObject<HTMLElement | null>, count: number, view: number): RowWindow {
  const [place, setPlace] = useState<ScrollPlace>({ boxTop: 0, top: 0 })
  const newest = useRef(place)
  const content = count * rowHeight

  const become = useCallback((next: ScrollPlace) => {
    newest.current = next
    setPlace(next)
  }, [])
  const onScroll = useCallback(() => {
    if (box.current && box.current.scrollTop !== newest.current.boxTop)
      become(placeAfterScroll(newest.current, box.current.scrollTop, { content, view }))
  }, [box, content, view, become])
  const show = useCallback(
    (row: number) => {
      const { top } = newest.current
      const rowTop = row * rowHeight
      if (rowTop >= top && rowTop + rowHeight <= top + view) return
      become(placeOf(rowTop < top ? rowTop : rowTop + rowHeight - view, { content, view }))
      if (box.current) box.current.scrollTop = newest.current.boxTop
    },
    [box, content, view, become],
  )
  // A shorter matrix: the box has scrolled by itself.
  useEffect(onScroll, [onScroll])

  const first = Math.max(0, Math.floor(place.top / rowHeight) - beyond)
  return {
    first,
    end: Math.min(count, Math.ceil((place.top + view) / rowHeight) + beyond),
    height: boxHeight(content),
    topOf: (row) => row * rowHeight + place.boxTop - place.top,
    onScroll,
    show,
  }
}
