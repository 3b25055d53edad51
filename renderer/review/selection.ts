import type { TileList } from './tile-list.ts'

/** What is selected. `anchorId` is where a range begins; `whole` says that it is every tile, or every undecided one. */
export interface Selection {
  readonly ids: ReadonlySet<number>
  readonly anchorId: number | null
  readonly whole: 'all' | 'undecided' | null
}

export const noSelection: Selection = { ids: new Set(), anchorId: null, whole: null }

/** A plain click or move: nothing is selected, and ranges begin here. */
export const anchoredAt = (tileId: number | null): Selection => ({ ...noSelection, anchorId: tileId })

/** Ctrl or Command click: this one in or out. What was in focus belongs to the selection that begins. */
export function toggled(selection: Selection, tileId: number, focusId: number | null): Selection {
  const ids = new Set(selection.ids)
  if (ids.size === 0 && focusId !== null && focusId !== tileId) ids.add(focusId)
  if (!ids.delete(tileId)) ids.add(tileId)
  return { ids, anchorId: tileId, whole: null }
}

/** Shift click or Shift+arrow: everything from the anchor to here. */
export function extended(selection: Selection, list: TileList, focusId: number | null, toId: number): Selection {
  const anchorId = selection.anchorId ?? focusId ?? toId
  const from = list.indexOf(anchorId)
  const to = list.indexOf(toId)
  if (from < 0 || to < 0) return anchoredAt(toId)
  return { ids: new Set(list.ids.slice(Math.min(from, to), Math.max(from, to) + 1)), anchorId, whole: null }
}

export const everything = (list: TileList, whole: Selection['whole']): Selection => ({
  ids: new Set(list.ids),
  anchorId: list.ids[0] ?? null,
  whole,
})

/** The selection without what the list no longer holds. */
export function heldTo(selection: Selection, list: TileList): Selection {
  if (selection.ids.size === 0) return selection
  const ids = new Set([...selection.ids].filter((id) => list.indexOf(id) >= 0))
  return ids.size === selection.ids.size ? selection : { ...selection, ids, whole: null }
}

/** What the next mark is about: the selection if focus is inside it, else the tile in focus. */
export const targetsOf = (selection: Selection, focusId: number | null): readonly number[] => {
  if (focusId === null) return []
  return selection.ids.has(focusId) ? [...selection.ids] : [focusId]
}
