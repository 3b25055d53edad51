import { type RefObject, useEffect } from 'react'
import type { Image as Picture } from '#shared/contract/tiles.ts'
import { client } from '../api/client.ts'
import { mediaUrl } from '../api/host.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import type { GridLayout } from './layout.ts'
import { renditionFor } from './rendition-for.ts'
import type { ShownLines } from './shown-lines.ts'

/** While the scroll bar flies by nothing is asked for: only where it rests this long, in ms. */
const restMs = 24
/** What a person has looked at this long is made first, in ms. */
const lookedAtMs = 500

/** What is a page away is made ready once all that is in the page is there, looked for this often, in ms. */
const aheadEveryMs = 250

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

/**
 * Has the pictures made that a page more in either direction would show, at the size they would be shown: never before
 * those in the page are there, which the engine would otherwise make last.
 */
export function useMadeAhead(
  box: RefObject<HTMLElement | null>,
  layout: GridLayout,
  { first, last }: ShownLines,
): void {
  const session = useReview()
  const list = useReviewState((state) => state.grid)
  useEffect(() => {
    if (last < first || layout.lineCount === 0) return
    // What is drawn is the view and half a view on either side, at most: this is a view more, or nearly one.
    const more = Math.ceil((last - first + 1) / 2)
    const linesFrom = (from: number, to: number) =>
      to < from ? [] : list.ids.slice(layout.line(from).start, layout.line(to).end)
    const ahead = [
      ...linesFrom(last + 1, Math.min(layout.lineCount - 1, last + more)),
      ...linesFrom(Math.max(0, first - more), first - 1),
    ]
    if (ahead.length === 0) return
    const look = { isOver: false }
    const make = async () => {
      for (const { image } of await session.tiles.load(ahead)) {
        if (look.isOver) return
        if (image) prefetch(image, layout.size)
      }
    }
    const timer = setInterval(() => {
      const pictures = box.current?.querySelectorAll('img') ?? []
      if (![...pictures].every((picture) => picture.complete)) return
      clearInterval(timer)
      // Only ahead of need: when it is needed it is asked for again, and an error shown then.
      make().catch(() => {})
    }, aheadEveryMs)
    return () => {
      look.isOver = true
      clearInterval(timer)
    }
  }, [session, list, box, layout, first, last])
}

function prefetch(image: Picture, size: number): void {
  const picture = new Image()
  picture.fetchPriority = 'low'
  picture.src = mediaUrl(image, renditionFor(size, window.devicePixelRatio))
}
