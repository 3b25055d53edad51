import { mostSideBySide, type SideBySide } from '../app/router.ts'
import { firstPair } from '../compare/pair.ts'
import type { ReviewState } from '../review/session.ts'
import { siblingsOf } from '../review/stacks.ts'

/** What the picture area shows. */
export type ViewKind = 'grid' | 'loupe' | SideBySide['kind']

export const viewKindOf = (tileId: number | null, view: SideBySide | undefined): ViewKind =>
  view?.kind ?? (tileId === null ? 'grid' : 'loupe')

/** In the grid marks are about the selection, in every other view about the active picture alone. */
export const marksOne = (kind: ViewKind): boolean => kind !== 'grid'

/** The two pictures that compare opens with, `null` where nothing is in focus. */
export function compareView({ list, selection, focusId }: ReviewState): SideBySide | null {
  if (focusId === null) return null
  const { championId, challengerId } = firstPair(list, selection.ids, focusId)
  return { kind: 'compare', tileIds: challengerId === null ? [championId] : [championId, challengerId] }
}

/** The pictures of a survey: the selection in the order of the list, else the row of the tile in focus. */
export function surveyView({ list, selection, focusId }: ReviewState, ofRow: boolean): SideBySide | null {
  if (focusId === null) return null
  const chosen = [...selection.ids].toSorted((a, b) => list.indexOf(a) - list.indexOf(b))
  const tileIds = !ofRow && chosen.length > 1 ? chosen : siblingsOf(list, focusId)
  const at = Math.max(0, Math.min(tileIds.indexOf(focusId) - mostSideBySide / 2, tileIds.length - mostSideBySide))
  return { kind: 'survey', tileIds: tileIds.slice(at, at + mostSideBySide) }
}
