import { siblingsOf } from '../review/stacks.ts'
import type { TileList } from '../review/tile-list.ts'

/** Two tiles beside each other. A row of one has no challenger. */
export interface Pair {
  readonly championId: number
  readonly challengerId: number | null
}

/** The pair to begin with: two that are selected, else the tile in focus and the next of its row (else the one before). */
export function firstPair(list: TileList, selected: ReadonlySet<number>, focusId: number): Pair {
  const chosen = [...selected].toSorted((a, b) => list.indexOf(a) - list.indexOf(b))
  const [first, second] = chosen
  if (chosen.length === 2 && first !== undefined && second !== undefined)
    return { championId: first, challengerId: second }
  const siblings = siblingsOf(list, focusId)
  const at = siblings.indexOf(focusId)
  return { championId: focusId, challengerId: siblings[at + 1] ?? siblings[at - 1] ?? null }
}

/** The next challenger along the champion's row, past the champion itself; the same pair at the row's end. */
export function withNextChallenger(list: TileList, pair: Pair, step: 1 | -1): Pair {
  const siblings = siblingsOf(list, pair.championId)
  const from = pair.challengerId === null ? -1 : siblings.indexOf(pair.challengerId)
  // A challenger of another row gives way to the champion's own neighbours.
  let at = from < 0 ? siblings.indexOf(pair.championId) : from
  do at += step
  while (siblings[at] === pair.championId)
  const next = siblings[at]
  return next === undefined ? pair : { ...pair, challengerId: next }
}

/** The challenger wins: it is the champion now, and the next of the row that was not yet seen challenges it. */
export function crowned(list: TileList, pair: Pair): Pair {
  if (pair.challengerId === null) return pair
  const won: Pair = { championId: pair.challengerId, challengerId: pair.challengerId }
  const next = withNextChallenger(list, won, 1)
  return { ...next, challengerId: next.challengerId === won.championId ? pair.championId : next.challengerId }
}

export const swapped = (pair: Pair): Pair =>
  pair.challengerId === null ? pair : { championId: pair.challengerId, challengerId: pair.championId }

/** The pair after focus moved: one of the two is only looked at, a sibling challenges, another row begins anew. */
export function pairAfterFocus(list: TileList, pair: Pair, focusId: number): Pair {
  if (focusId === pair.championId || focusId === pair.challengerId) return pair
  return siblingsOf(list, pair.championId).includes(focusId)
    ? { ...pair, challengerId: focusId }
    : firstPair(list, new Set(), focusId)
}

/** What auto-advance walks through: the row without its champion. */
export const challengersOf = (list: TileList, pair: Pair): readonly number[] =>
  siblingsOf(list, pair.championId).filter((tileId) => tileId !== pair.championId)
