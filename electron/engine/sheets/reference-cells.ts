import { type ColumnMapping, type ColumnRole, referenceRoles } from '#shared/contract/sheets.ts'

/** A cell may name several: one a line, or with `|` or `;` between them. */
export const namesIn = (cell: string): string[] =>
  cell
    .split(/[\n\r|;]+/)
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** How the reference pictures of a row are read from its cells, in the order of the roles. */
export function referencesIn(
  columns: readonly string[],
  mapping: ColumnMapping,
): (cells: readonly string[]) => readonly string[] {
  const places = referenceRoles
    .map((role: ColumnRole) => mapping[role])
    .flatMap((column) => (column === undefined ? [] : [columns.indexOf(column)]))
    .filter((place) => place !== -1)
  if (places.length === 0) return () => []
  return (cells) => [...new Set(places.flatMap((place) => namesIn(cells[place] ?? '')))]
}
