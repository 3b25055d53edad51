import { useEffect } from 'react'
import { client } from '../api/client.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import type { GridLayout } from './layout.ts'
import type { ShownLines } from './shown-lines.ts'

/** While the scroll bar flies by nothing is asked for: only where it rests this long, in ms. */
const restMs = 24
/** What a person has looked at this long is made first, in ms. */
const lookedAtMs = 500

/** Asks for the details of what is in the page, and again for what went stale. */
export function useWantedTiles(layout: GridLayout, { first, last }: ShownLines): void {
  const session = useReview()
  const list = useReviewState((state) => state.grid)
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

/** Says which of the tiles in view still wait for their picture, so that they are made next. */
export function useMadeFirst(layout: GridLayout, { first, last }: ShownLines): void {
  const session = useReview()
  const list = useReviewState((state) => state.grid)
  useEffect(() => {
    if (last < first) return
    const timer = setTimeout(() => {
      const inView = list.ids.slice(layout.line(first).start, layout.line(last).end).slice(0, 1000)
      const tileIds = inView.filter((tileId) => session.tiles.get(tileId)?.state === 'queued')
      // Only the order of work: a refusal changes nothing that she sees, and the next look asks again.
      if (tileIds.length > 0) client.generation.onScreen({ tileIds }).catch(() => {})
    }, lookedAtMs)
    return () => clearTimeout(timer)
  }, [session, list, layout, first, last])
}
