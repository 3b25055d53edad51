import { isPromptName, isUsualName } from '../columns.ts'

/** A row of a spreadsheet by its own number; cells by column, absent where empty. */
export interface PlacedRow {
  readonly line: number
  readonly cells: (string | undefined)[]
}

interface Place {
  readonly column: number
  readonly line: number
}

/** Cells shown as one: the value stands in the first. */
export interface Merge {
  readonly first: Place
  readonly last: Place
}

/** More are no layout any more, and each may cover the whole sheet. */
const mostMerged = 1_000_000

/** Writes a merged cell's value into every row and column that it covers: it is what a person sees there. */
export function fillMerged(rows: readonly PlacedRow[], merges: readonly Merge[]): void {
  const byLine = new Map(rows.map((row) => [row.line, row]))
  let left = mostMerged
  for (const { first, last } of merges) {
    const value = byLine.get(first.line)?.cells[first.column]
    if (value === undefined) continue
    for (let line = first.line; line <= last.line && left > 0; line++) {
      const row = byLine.get(line)
      left -= 1
      if (!row) continue
      for (let column = first.column; column <= last.column && left > 0; column++, left--) row.cells[column] ??= value
    }
  }
}

const filled = (row: PlacedRow): number[] =>
  row.cells.flatMap((cell, column) => (cell !== undefined && cell.trim() !== '' ? [column] : []))

interface Layout {
  /** The last row number of the header. */
  readonly header: number
  readonly names: readonly (string | undefined)[]
  readonly body: PlacedRow[]
}

/** So many different texts there are in a row: a title is one, however many columns it spans. */
const texts = (row: PlacedRow): number => new Set(filled(row).map((column) => row.cells[column])).size

/**
 * Titles above the table are passed over: rows with one text. Where cells of the header span several columns, the names
 * stand in the row below, and what has none there takes the spanning one. A single column without a usual name has no
 * header: it is prompts.
 */
export function headerOf(rows: readonly PlacedRow[], merges: readonly Merge[]): Layout {
  const isTable = rows.slice(0, 20).some((row) => texts(row) > 1)
  const at = isTable ? rows.findIndex((row) => texts(row) > 1) : 0
  const head = rows[at]
  if (!head) return { header: 0, names: [], body: [] }
  if (!isTable) {
    const [column = 0] = filled(head)
    if (isPromptName(head.cells[column] ?? '')) return { header: head.line, names: head.cells, body: rows.slice(1) }
    return { header: 0, names: Object.assign([], { [column]: 'prompt' }), body: rows.slice(0) }
  }
  const below = rows[at + 1]
  if (below === undefined || !isGrouped(head, below, merges))
    return { header: head.line, names: head.cells, body: rows.slice(at + 1) }
  const names = Array.from({ length: Math.max(head.cells.length, below.cells.length) }, (_, column) =>
    below.cells[column]?.trim() ? below.cells[column] : head.cells[column],
  )
  return { header: below.line, names, body: rows.slice(at + 2) }
}

/** Whether the row below the header names the columns under its spanning cells, and is no first row of values. */
function isGrouped(head: PlacedRow, below: PlacedRow, merges: readonly Merge[]): boolean {
  const spans = merges.filter(
    ({ first, last }) => first.line === head.line && last.line === head.line && last.column > first.column,
  )
  const isSpanned = (column: number): boolean =>
    spans.some(({ first, last }) => column >= first.column && column <= last.column)
  const alone = filled(head).filter((column) => !isSpanned(column))
  const names = filled(below).filter(isSpanned)
  const differ = new Set(names.map((column) => below.cells[column])).size === names.length
  const free = alone.every((column) => !below.cells[column]?.trim() || below.cells[column] === head.cells[column])
  const isNamed = alone.length > 0 || names.some((column) => isUsualName(below.cells[column] ?? ''))
  return spans.length > 0 && names.length > 1 && differ && free && isNamed
}
