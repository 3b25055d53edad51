import { useEffect } from 'react'
import { useReview, useReviewState } from '../review/session-context.tsx'
import type { GridLayout } from './layout.ts'
import type { ShownLines } from './shown-lines.ts'

/** While the scroll bar flies by nothing is asked for: only where it rests this long, in ms. */
const restMs = 24

/** Asks for the details of what is in the page, and again for what went stale. */
export function useWantedTiles(layout: GridLayout, { first, last }: ShownLines): void {
  const session = useReview()
  const list = useReviewState((state) => state.list)
  useEffect(() => {
    if (last < first) return
    const wanted = list.ids.slice(layout.line(first).start, layout.line(last).end)
    const ask = () => session.tiles.want(wanted)
    const timers = { rest: setTimeout(ask, restMs), stale: 0 }
    const forget = session.tiles.subscribe((tileIds) => {
      if (timers.stale !== 0 || !wanted.some((tileId) => tileIds.has(tileId))) return
      timers.stale = requestAnimationFrame(() => {
        timers.stale = 0
        ask()
      })
    })
    return () => {
      clearTimeout(timers.rest)
      cancelAnimationFrame(timers.stale)
      forget()
    }
  }, [session, list, layout, first, last])
}
