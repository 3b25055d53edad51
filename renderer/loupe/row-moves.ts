import type { TileList } from '../review/tile-list.ts'

/** The tile some steps along the row, `null` at the row's end. */
export function withinRow(list: TileList, tileId: number, step: number): number | null {
  const index = list.indexOf(tileId)
  if (index < 0) return null
  const run = list.runAt(index)
  const to = index + step
  return to >= list.runStart(run) && to < list.runStart(run + 1) ? (list.ids[to] ?? null) : null
}

/** The tile at the same place in the next or the former row, or that row's last. */
export function betweenRows(list: TileList, tileId: number, step: number): number | null {
  const index = list.indexOf(tileId)
  if (index < 0) return null
  const run = list.runAt(index)
  const other = run + step
  if (other < 0 || other >= list.runs.length) return null
  const place = Math.min(index - list.runStart(run), (list.runs[other]?.[1] ?? 1) - 1)
  return list.ids[list.runStart(other) + place] ?? null
}
