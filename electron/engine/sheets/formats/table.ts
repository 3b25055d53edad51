import type { Problem } from '#shared/contract/common.ts'
import { columnNames } from '../columns.ts'
import { checkColumns, checkRows } from '../limits.ts'
import { type InSlices, type RawTable, type SheetRow, sliceLength } from '../rows.ts'
import { scanMarkdown } from './markdown.ts'
import { type Dialect, type ScannedRow, scanRows } from './scan.ts'

const delimiterNames: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' }

/**
 * Reads a table with a header. Blank rows are no rows. A row with too few cells is filled up and said; one with too
 * many is left out, because its cells have shifted and its prompt may be half a prompt.
 */
export function readTable(text: string, dialect: Dialect, start: number, firstLine: number): InSlices<RawTable> {
  return readScanned(scanRows(text, dialect, start, firstLine), dialect, start)
}

/** The same for a Markdown table: its rows end where the table does. */
export function readMarkdown(text: string, start: number, firstLine: number): InSlices<RawTable> {
  return readScanned(scanMarkdown(text, start, firstLine), { delimiter: '|', quotes: false }, start)
}

function* readScanned(scannedRows: Iterable<ScannedRow>, dialect: Dialect, start: number): InSlices<RawTable> {
  const rows: SheetRow[] = []
  const problems: Problem[] = []
  let columns: string[] | null = null
  let row = 0
  let sliceEnd = start + sliceLength
  for (const scanned of scannedRows) {
    if (scanned.end > sliceEnd) {
      sliceEnd = scanned.end + sliceLength
      yield
    }
    if (scanned.cells.every((cell) => cell === '' || cell.trim() === '')) continue
    if (columns === null) {
      checkColumns(scanned.cellCount)
      columns = columnNames(scanned.cells)
      problems.push(...quoteProblems(scanned, columns, dialect, null))
      continue
    }
    row += 1
    checkRows(row, columns.length)
    problems.push(...quoteProblems(scanned, columns, dialect, row))
    const cells = fitted(scanned, columns.length)
    if (cells !== null) rows.push({ row, line: scanned.line, cells })
    if (cells === null || scanned.cellCount < columns.length) {
      problems.push({ row, line: scanned.line, column: null, message: countMessage(scanned, columns.length, dialect) })
    }
  }
  if (row === 0) problems.push({ row: null, line: null, column: null, message: 'There is no row under the header.' })
  return { columns: columns ?? [], rows, problems }
}

/** As many cells as columns, or `null` where there are too many; empty ones at the end are no surplus. */
function fitted(scanned: ScannedRow, columnCount: number): string[] | null {
  const { cells, cellCount } = scanned
  if (cellCount === columnCount) return cells
  if (cellCount < columnCount) return [...cells, ...Array<string>(columnCount - cellCount).fill('')]
  const isSurplus = cellCount > cells.length || cells.slice(columnCount).some((cell) => cell.trim() !== '')
  return isSurplus ? null : cells.slice(0, columnCount)
}

function countMessage(scanned: ScannedRow, columnCount: number, dialect: Dialect): string {
  const found = `The row has ${scanned.cellCount} ${scanned.cellCount === 1 ? 'cell' : 'cells'} and the header ${columnCount}`
  if (scanned.cellCount < columnCount) return `${found}; the missing ones were read as empty.`
  const delimiter = delimiterNames[dialect.delimiter ?? ''] ?? 'delimiter'
  return `${found}, so it was left out; put quotes around a cell that holds a ${delimiter}.`
}

/** In TSV, a cell with as many opening as closing quotes, `"BE KIND" on a wall`, is plain text and no mistake. */
function quoteProblems(scanned: ScannedRow, columns: string[], dialect: Dialect, row: number | null): Problem[] {
  return scanned.openQuotes.flatMap((number): Problem[] => {
    const quotes = scanned.cells[number - 1]?.match(/"/g)?.length ?? 1
    if (dialect.delimiter === '\t' && quotes % 2 === 0) return []
    const message =
      'The cell begins with a quote that is not closed at its end, so it was read as plain text; ' +
      'put quotes around the whole cell and write "" for each quote in it.'
    return [{ row, line: scanned.line, column: columns[number - 1] ?? null, message }]
  })
}

/** Reads one prompt a line; a header line that only says `prompt` is no prompt. Blank lines are no rows. */
export function* readText(text: string, dialect: Dialect, header: boolean): InSlices<RawTable> {
  const rows: SheetRow[] = []
  const problems: Problem[] = []
  const columns = ['prompt']
  let skipped = !header
  let sliceEnd = sliceLength
  for (const scanned of scanRows(text, dialect)) {
    if (scanned.end > sliceEnd) {
      sliceEnd = scanned.end + sliceLength
      yield
    }
    if (scanned.cells[0]?.trim() === '') continue
    if (!skipped) {
      skipped = true
      continue
    }
    const row = rows.length + 1
    checkRows(row, 1)
    problems.push(...quoteProblems(scanned, columns, dialect, row))
    rows.push({ row, line: scanned.line, cells: scanned.cells })
  }
  if (rows.length === 0)
    problems.push({ row: null, line: null, column: null, message: 'There is no row under the header.' })
  return { columns, rows, problems }
}
