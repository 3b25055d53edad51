import { useReview } from '../review/session-context.tsx'
import type { TileList } from '../review/tile-list.ts'
import { betweenRows, withinRow } from './row-moves.ts'

/** The loupe's arrows. At an end the picture stays. */
export function useLoupeMoves() {
  const session = useReview()
  const go = (find: (list: TileList, tileId: number, step: number) => number | null, step: number) => () => {
    const { list, focusId } = session.state()
    const to = focusId === null ? null : find(list, focusId, step)
    if (to !== null) session.focus(to)
  }
  const end = (at: (list: TileList) => number | undefined) => () => {
    const to = at(session.state().list)
    if (to !== undefined) session.focus(to)
  }
  return {
    left: go(withinRow, -1),
    right: go(withinRow, 1),
    up: go(betweenRows, -1),
    down: go(betweenRows, 1),
    first: end((list) => list.ids[0]),
    last: end((list) => list.ids.at(-1)),
  }
}
