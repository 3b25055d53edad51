import type { Tile } from '#shared/contract/tiles.ts'
import type { Said } from '../review/marks.ts'

/** What rows or columns of the matrix stand for: `row`, `model`, `variant`, or `column:NAME` of the sheet. */
export type Axis = 'row' | 'model' | 'variant' | `column:${string}`

export interface Entry {
  readonly tile: Tile
  readonly said: Said
}

export interface Cell {
  readonly key: string
  /** The tiles of the cell, the approved ones first. */
  readonly tileIds: readonly number[]
}

export interface ColumnFigures {
  readonly name: string
  readonly made: number
  readonly decided: number
  readonly approved: number
  readonly rejected: number
  readonly paidMicros: number
}

export interface Matrix {
  readonly columns: readonly ColumnFigures[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[]
}

/** Where a tile stands on an axis, in words. */
function placeOn(axis: Axis, tile: Tile): string {
  if (axis === 'row') return tile.label
  if (axis === 'model') return `${tile.provider}/${tile.model}`
  if (axis === 'variant') return `variant ${tile.variant}`
  return tile.columns[axis.slice('column:'.length)] || '–'
}

/** Every tile in the cell of its two places, both axes in the order in which the tiles come. */
export function pivot(entries: readonly Entry[], rowAxis: Axis, columnAxis: Axis): Matrix {
  const columns = Map.groupBy(entries, ({ tile }) => placeOn(columnAxis, tile))
  const rows = Map.groupBy(entries, ({ tile }) => placeOn(rowAxis, tile))
  const names = [...columns.keys()]
  return {
    columns: names.map((name) => figuresOf(name, columns.get(name) ?? [])),
    rows: [...rows].map(([name, own]) => {
      const cells = Map.groupBy(own, ({ tile }) => placeOn(columnAxis, tile))
      return {
        name,
        cells: names.map((column) => ({
          key: column,
          tileIds: (cells.get(column) ?? []).toSorted((a, b) => rank(a) - rank(b)).map(({ tile }) => tile.id),
        })),
      }
    }),
  }
}

const rank = ({ said }: Entry): number => ({ approved: 0, undecided: 1, rejected: 2 })[said.decision]

function figuresOf(name: string, entries: readonly Entry[]): ColumnFigures {
  const made = entries.filter(({ tile }) => tile.image !== null)
  const count = (decision: Said['decision']) => made.filter(({ said }) => said.decision === decision).length
  const approved = count('approved')
  const rejected = count('rejected')
  // Drafts that failed may have cost too: what was paid is counted over all.
  const paidMicros = entries.reduce((sum, { tile }) => sum + (tile.image?.settledMicros ?? tile.settledMicros), 0)
  return { name, made: made.length, decided: approved + rejected, approved, rejected, paidMicros }
}

/** Share of the decided pictures that were approved, 0 to 1; `null` while none is decided. */
export const approvalRate = ({ approved, decided }: ColumnFigures): number | null =>
  decided === 0 ? null : approved / decided

/** What an approved picture cost, every picture of the column paid for; `null` while none is approved. */
export const microsPerApproved = ({ approved, paidMicros }: ColumnFigures): number | null =>
  approved === 0 ? null : Math.round(paidMicros / approved)

/** The columns that lead: the highest rate, and among those the lowest price of an approved picture. */
export function leaders(columns: readonly ColumnFigures[]): readonly string[] {
  const rated = columns.filter((column) => column.decided > 0)
  const best = Math.max(...rated.map((column) => approvalRate(column) ?? 0))
  const top = rated.filter((column) => approvalRate(column) === best && best > 0)
  const cheapest = Math.min(...top.map((column) => microsPerApproved(column) ?? Number.POSITIVE_INFINITY))
  return top.filter((column) => microsPerApproved(column) === cheapest).map((column) => column.name)
}

/** The axes that a batch offers, beside its sheet's own columns. */
export const plainAxes: readonly { readonly value: Axis; readonly label: string }[] = [
  { value: 'row', label: 'row' },
  { value: 'model', label: 'model' },
  { value: 'variant', label: 'variant' },
]
export const isAxis = (text: string): text is Axis =>
  text === 'row' || text === 'model' || text === 'variant' || text.startsWith('column:')

/** A cell shows no more than this; what is beyond is a number. */
const mostInCell = 4

export const shownIn = (cell: Cell | undefined): readonly number[] => cell?.tileIds.slice(0, mostInCell) ?? []

/** Where a tile stands in the matrix, `null` where it is not shown. */
export function cellOf(matrix: Matrix, tileId: number): { row: number; column: number } | null {
  for (const [row, { cells }] of matrix.rows.entries()) {
    const column = cells.findIndex((cell) => shownIn(cell).includes(tileId))
    if (column >= 0) return { row, column }
  }
  return null
}

/**
 * The tile that an arrow leads to: along a row through every tile of its cells, between rows to the same place of the
 * same column, over cells without tiles. `null` where there is none that way; from nowhere, the first of all.
 */
export function tileAfter(
  matrix: Matrix,
  fromId: number | null,
  move: 'left' | 'right' | 'up' | 'down',
): number | null {
  const at = fromId === null ? null : cellOf(matrix, fromId)
  if (at === null || fromId === null) return matrix.rows[0]?.cells.flatMap(shownIn)[0] ?? null
  const step = move === 'left' || move === 'up' ? -1 : 1
  if (move === 'left' || move === 'right') {
    const along = matrix.rows[at.row]?.cells.flatMap(shownIn) ?? []
    return along[along.indexOf(fromId) + step] ?? null
  }
  const place = shownIn(matrix.rows[at.row]?.cells[at.column]).indexOf(fromId)
  for (let row = at.row + step; row >= 0 && row < matrix.rows.length; row += step) {
    const there = shownIn(matrix.rows[row]?.cells[at.column])
    const found = there[Math.min(place, there.length - 1)]
    if (found !== undefined) return found
  }
  return null
}
