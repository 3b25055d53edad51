import { useEffect } from 'react'
import type { Matrix } from '#shared/contract/tiles.ts'
import { useReview } from '../review/session-context.tsx'

/** While the scroll bar flies by nothing is asked for: only where it rests this long, in ms. */
const restMs = 24

/** Asks for the details of the tiles in some rows, and again for what went stale. */
export function useShownTiles(matrix: Matrix, first: number, end: number): void {
  const session = useReview()
  useEffect(() => {
    const wanted = matrix.rows.slice(first, end).flatMap((row) => row.cells.flatMap((cell) => cell.tileIds))
    if (wanted.length === 0) return
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
  }, [session, matrix, first, end])
}
