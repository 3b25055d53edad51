import type { Matrix, MatrixAxis, Share } from '#shared/contract/tiles.ts'

/** Share of the decided pictures that were approved, 0 to 1; `null` while none is decided. */
export const approvalRate = ({ approved, rejected }: Share): number | null =>
  approved + rejected === 0 ? null : approved / (approved + rejected)

/** What an approved picture cost, every picture of the column paid for; `null` while none is approved. */
export const microsPerApproved = ({ approved, paidMicros }: Share): number | null =>
  approved === 0 ? null : Math.round(paidMicros / approved)

/** The columns that lead: the highest rate, and among those the lowest price of an approved picture. */
export function leaders(columns: readonly Share[]): readonly string[] {
  const rated = columns.filter((column) => approvalRate(column) !== null)
  const best = Math.max(0, ...rated.map((column) => approvalRate(column) ?? 0))
  const top = rated.filter((column) => approvalRate(column) === best && best > 0)
  const cheapest = Math.min(...top.map((column) => microsPerApproved(column) ?? Number.POSITIVE_INFINITY))
  return top.filter((column) => microsPerApproved(column) === cheapest).map((column) => column.name)
}

/** The axes that a batch offers, beside its sheet's own columns. */
export const plainAxes: readonly { readonly value: MatrixAxis; readonly label: string }[] = [
  { value: 'row', label: 'row' },
  { value: 'model', label: 'model' },
  { value: 'variant', label: 'variant' },
]
export const isAxis = (text: string): text is MatrixAxis =>
  text === 'row' || text === 'model' || text === 'variant' || text.startsWith('column:')

export interface Place {
  readonly row: number
  readonly column: number
}

/** Where every tile that is shown stands, made in one pass. */
export function placesOf({ rows }: Matrix): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>()
  for (const [row, { cells }] of rows.entries())
    for (const [column, { tileIds }] of cells.entries())
      for (const tileId of tileIds) places.set(tileId, { row, column })
  return places
}

const shownInRow = (matrix: Matrix, row: number): readonly number[] =>
  matrix.rows[row]?.cells.flatMap((cell) => cell.tileIds) ?? []

/**
 * The tile that an arrow leads to: along a row through every tile of its cells, between rows to the same place of the
 * same column, over cells without tiles. `null` where there is none that way; from nowhere, the first of all.
 */
export function tileAfter(
  matrix: Matrix,
  places: ReadonlyMap<number, Place>,
  fromId: number | null,
  move: 'left' | 'right' | 'up' | 'down',
): number | null {
  const at = fromId === null ? undefined : places.get(fromId)
  if (at === undefined || fromId === null) return shownInRow(matrix, 0)[0] ?? null
  const step = move === 'left' || move === 'up' ? -1 : 1
  if (move === 'left' || move === 'right') {
    const along = shownInRow(matrix, at.row)
    return along[along.indexOf(fromId) + step] ?? null
  }
  const place = matrix.rows[at.row]?.cells[at.column]?.tileIds.indexOf(fromId) ?? 0
  for (let row = at.row + step; row >= 0 && row < matrix.rows.length; row += step) {
    const there = matrix.rows[row]?.cells[at.column]?.tileIds ?? []
    const found = there[Math.min(place, there.length - 1)]
    if (found !== undefined) return found
  }
  return null
}
