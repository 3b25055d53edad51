import { isOwnColumn } from '#shared/own-columns.ts'
import type { RawTable } from './rows.ts'

/** A table without the columns that Proofsheet itself wrote into it; the same table where there are none. */
export function withoutOwnColumns(table: RawTable): RawTable {
  const kept = table.columns.flatMap((name, at) => (isOwnColumn(name) ? [] : [at]))
  if (kept.length === table.columns.length || kept.length === 0) return table
  return {
    ...table,
    columns: kept.map((at) => table.columns[at] ?? ''),
    rows: table.rows.map((row) => ({ ...row, cells: kept.map((at) => row.cells[at] ?? '') })),
    problems: table.problems.filter(({ column }) => column === null || !isOwnColumn(column)),
  }
}
