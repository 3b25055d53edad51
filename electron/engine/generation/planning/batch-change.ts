import type { ReadSheet, SheetRow } from '#engine/sheets/sheets.ts'
import type { RowDifference } from '#shared/contract/batches.ts'
import type { ColumnMapping } from '#shared/contract/sheets.ts'
import type { TileSource } from './draft-tiles.ts'

/** A tile of the newer sheet: one that is there, or the number of one that is still to be made. */
export type TileRef = { readonly tileId: number } | { readonly made: number }

export interface MovedPrompt {
  readonly id: number
  readonly row: number
  readonly line: number
  readonly clientId: string | null
  readonly columns: Readonly<Record<string, string>> | null
}

/** How a batch comes from its sheet to a newer one, worked out before anything is stored. */
export interface BatchChange {
  /** The rows that ask for anything new, and of their tiles only the new ones. */
  readonly source: TileSource
  /** For each prompt of the source, the stored one that its tiles belong to; null for a new one. */
  readonly promptOf: readonly (number | null)[]
  /** For each tile of the source, its place among all tiles of the batch. */
  readonly positions: readonly number[]
  readonly away: readonly { tileId: number; kind: 'removed' | 'changed'; next: TileRef | null }[]
  readonly back: readonly number[]
  readonly prompts: readonly MovedPrompt[]
  readonly places: readonly (readonly [tileId: number, position: number])[]
  readonly same: number
  readonly differences: readonly Difference[]
  readonly keptTiles: number
  readonly canceled: number
  readonly columns: { readonly added: string[]; readonly removed: string[] }
}

/** A row that differs, before its cells are spelled out. */
export interface Difference extends Pick<RowDifference, 'kind' | 'newTiles' | 'keptTiles'> {
  readonly next: SheetRow | null
  readonly old: SheetRow | null
}

/** A difference with its cells, for a person. */
export function spelledOut(
  difference: Difference,
  sheets: { readonly older: ReadSheet; readonly newer: ReadSheet },
  mapping: ColumnMapping,
): RowDifference {
  const { kind, next, old, newTiles, keptTiles } = difference
  const cellOf = (sheet: ReadSheet, row: SheetRow | null, column: string): string | null => {
    const at = sheet.columns.indexOf(column)
    return row === null || at === -1 ? null : (row.cells[at] ?? '')
  }
  const columns = [...new Set([...sheets.newer.columns, ...sheets.older.columns])]
  const both = columns.map((column) => ({
    column,
    before: cellOf(sheets.older, old, column),
    after: cellOf(sheets.newer, next, column),
  }))
  const shown = kind === 'changed' ? both.filter(({ before, after }) => before !== after) : promptCells(both, mapping)
  const id = both.find(({ column }) => column === mapping.id)
  return {
    kind,
    row: next?.row ?? null,
    oldRow: old?.row ?? null,
    label: (id?.after ?? id?.before ?? '').trim() || `row ${next?.row ?? old?.row ?? 0}`,
    cells: shown.slice(0, 50),
    newTiles,
    keptTiles,
  }
}

/** What a person knows a row by: its prompt, or, in a sheet without such a column, every cell that is filled. */
function promptCells<Cell extends { column: string; before: string | null; after: string | null }>(
  cells: readonly Cell[],
  mapping: ColumnMapping,
): Cell[] {
  const prompt = cells.filter(({ column }) => column === mapping.prompt)
  if (prompt.length > 0) return prompt
  return cells.filter(({ column, before, after }) => column !== mapping.id && (after ?? before ?? '') !== '')
}
