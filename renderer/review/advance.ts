import type { Verb } from '#shared/contract/review.ts'
import type { ReviewSession } from './session.ts'
import type { TileList } from './tile-list.ts'

const movesOn: readonly Verb['kind'][] = ['approve', 'reject', 'hires', 'reroll']

/** The first tile of the next row, or `null` in the last one. */
function runAfter(list: TileList, tileId: number): number | null {
  const index = list.indexOf(tileId)
  if (index < 0) return null
  const run = list.runAt(index) + 1
  return run < list.runs.length ? (list.ids[list.runStart(run)] ?? null) : null
}

/**
 * Where focus goes after a mark, `null` where it stays. Verbs about a row go to the next row; the others move on one
 * where auto-advance is on and one picture was meant, inside the scope where there is one. Undeciding stays.
 */
export function afterMark(
  verb: Verb,
  list: TileList,
  focusId: number,
  targetCount: number,
  advances: boolean,
  scope: readonly number[] | null = null,
): number | null {
  if (verb.kind === 'keep-only' || verb.kind === 'reject-row') return runAfter(list, focusId)
  if (!advances || targetCount !== 1 || !movesOn.includes(verb.kind)) return null
  // A champion stands outside of the scope: deciding it moves nothing.
  if (scope?.includes(focusId) === false) return null
  const among = scope ?? list.ids
  return among[(scope ? scope.indexOf(focusId) : list.indexOf(focusId)) + 1] ?? null
}

/** The next undecided draft among some that are shown; `null` where none is left on that side. */
export function nextUndecidedIn(
  scope: readonly number[],
  session: ReviewSession,
  fromId: number,
  backwards: boolean,
): number | null {
  const ordered = backwards ? scope.toReversed() : scope
  const open = ordered.slice(ordered.indexOf(fromId) + 1).find((tileId) => {
    const { tile, said } = session.view(tileId)
    return tile?.image && said.decision === 'undecided'
  })
  return open ?? null
}

/** The next undecided draft as far as the tiles are here; `unknown` where the way leads through tiles that are not. */
export function nextUndecidedHere(session: ReviewSession, from: number, backwards: boolean): number | 'unknown' | null {
  const { ids } = session.state().list
  const step = backwards ? -1 : 1
  for (let index = from + step; index >= 0 && index < ids.length; index += step) {
    const id = ids[index] ?? -1
    const { tile, said } = session.view(id)
    if (!tile) return 'unknown'
    if (tile.image && said.decision === 'undecided') return id
  }
  return null
}
