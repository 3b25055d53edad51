import type { Problem } from '#shared/contract/common.ts'
import { AppError } from '#shared/errors.ts'
import { columnNames } from '../columns.ts'
import { checkColumns, checkRows } from '../limits.ts'
import type { InSlices, RawTable, SheetRow } from '../rows.ts'
import { numberText } from './number-styles.ts'
import { fillMerged, headerOf, type Merge, type PlacedRow } from './sheet-layout.ts'
import { readFiles, readWorkbook, unescaped, type Workbook, type WorkbookSheet } from './workbook.ts'
import type { XmlHandlers } from './xml.ts'

export interface WorkbookTable {
  readonly table: RawTable
  readonly parts: string[]
  readonly part: string
}

/** A cell that could not be read as it stands; its column is known by its place only. */
interface CellProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

interface Grid {
  readonly rows: PlacedRow[]
  readonly merges: Merge[]
  readonly problems: CellProblem[]
}

const rowsAtOnce = 5000

/**
 * Reads one sheet of an XLSX workbook: the one asked for by name, else the first that is not hidden. Formulas give the
 * value that was stored with them and are never run; `line` is the spreadsheet's own row number.
 */
export function* readXlsx(name: string, packed: Uint8Array, asked?: string): InSlices<WorkbookTable> {
  const workbook = yield* readWorkbook(name, packed)
  const sheet = chosenSheet(name, workbook.sheets, asked)
  const grid: Grid = { rows: [], merges: [], problems: [] }
  yield* readFiles(
    name,
    packed,
    (path) => path === sheet.path,
    () => gridInto(grid, workbook),
  )
  return { table: yield* tableOf(grid), parts: workbook.sheets.map((each) => each.name), part: sheet.name }
}

function chosenSheet(name: string, sheets: readonly WorkbookSheet[], asked: string | undefined): WorkbookSheet {
  const named = sheets.find((sheet) => sheet.name.toLowerCase() === asked?.toLowerCase())
  const chosen = asked === undefined ? (sheets.find((sheet) => !sheet.isHidden) ?? sheets[0]) : named
  if (chosen) return chosen
  const there = sheets.slice(0, 20).map((sheet) => `"${sheet.name}"`)
  if (asked === undefined || there.length === 0)
    throw new AppError('invalid-input', `"${name}" has no sheet with cells.`)
  throw new AppError('invalid-input', `"${name}" has no sheet "${asked}". It has ${there.join(', ')}.`)
}

function* tableOf({ rows, merges, problems: cellProblems }: Grid): InSlices<RawTable> {
  fillMerged(rows, merges)
  const { header, names, body } = headerOf(rows, merges)
  yield
  const used = usedColumns(names, body)
  yield
  const columns = columnNames(used.map((column) => names[column] ?? ''))
  const read: SheetRow[] = []
  for (const { line, cells } of body) {
    const row = read.length + 1
    read.push({ row, line, cells: used.map((column) => cells[column] ?? '') })
    if (row % rowsAtOnce === 0) yield
  }
  const rowOfLine = new Map(cellProblems.length === 0 ? [] : read.map(({ line, row }) => [line, row]))
  const problems = cellProblems
    .filter(({ line }) => line > header)
    .map(({ line, column, message }): Problem => {
      return { row: rowOfLine.get(line) ?? null, line, column: columns[used.indexOf(column)] ?? null, message }
    })
  if (read.length === 0)
    problems.push({ row: null, line: null, column: null, message: 'There is no row under the header.' })
  return { columns, rows: read, problems }
}

/** Columns with a name or any cell; those between and before them that are empty are no columns. */
function usedColumns(names: readonly (string | undefined)[], body: readonly PlacedRow[]): number[] {
  const used = new Set<number>()
  for (const cells of [names, ...body.map((row) => row.cells)])
    cells.forEach((cell, column) => {
      if (cell !== undefined && cell.trim() !== '') used.add(column)
    })
  return [...used].sort((one, other) => one - other)
}

/** `AB12` -> column 27 (from 0) and row 12; null for anything else. */
function placeOf(reference: string): { column: number; line: number } | null {
  const [, letters = '', digits = ''] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(reference) ?? []
  if (digits === '') return null
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { column, line: Number(digits) }
}

function gridInto(grid: Grid, { strings, styles, from1904 }: Workbook): XmlHandlers {
  let row: PlacedRow = { line: 0, cells: [] }
  let cell = { column: -1, type: 'n', style: 0, hasFormula: false }
  let value: string[] = []
  let [isValue, isSpoken] = [false, false]
  let columnCount = 0

  function cellText(): string {
    const text = value.join('')
    if (cell.type === 's') return strings[Number(text)] ?? ''
    if (cell.type === 'b') return text === '1' ? 'TRUE' : text === '' ? '' : 'FALSE'
    if (cell.type === 'n') return numberText(text, styles[cell.style] ?? { kind: 'plain' }, from1904)
    return unescaped(text)
  }

  function endCell(): void {
    const text = cellText()
    const wrong = (message: string) => grid.problems.push({ line: row.line, column: cell.column, message })
    if (cell.type === 'e') wrong(`The cell shows the error ${text}, so it was read as empty; correct its formula.`)
    else if (cell.hasFormula && value.length === 0 && cell.type !== 'str')
      wrong(
        'The formula has no stored value, so it was read as empty; open the file in the spreadsheet program and save it.',
      )
    if (cell.type === 'e' || text.trim() === '') return
    if (cell.column >= columnCount) {
      columnCount = cell.column + 1
      checkColumns(columnCount)
    }
    row.cells[cell.column] = text
  }

  return {
    open(tag, attribute) {
      if (tag === 'row') row = { line: Number(attribute('r') ?? row.line + 1), cells: [] }
      else if (tag === 'c') {
        const column = placeOf(attribute('r') ?? '')?.column ?? cell.column + 1
        cell = { column, type: attribute('t') ?? 'n', style: Number(attribute('s') ?? 0), hasFormula: false }
        value = []
      } else if (tag === 'f') cell.hasFormula = true
      else if (tag === 'rPh') isSpoken = true
      else if (tag === 'v' || tag === 't') isValue = !isSpoken
      else if (tag === 'mergeCell') {
        const [from = '', to = ''] = (attribute('ref') ?? '').split(':')
        const [first, last] = [placeOf(from), placeOf(to)]
        if (first && last) grid.merges.push({ first, last })
      }
    },
    text(text) {
      if (isValue) value.push(text)
    },
    close(tag) {
      if (tag === 'v' || tag === 't') isValue = false
      else if (tag === 'rPh') isSpoken = false
      else if (tag === 'c') endCell()
      else if (tag === 'row') {
        cell.column = -1
        if (row.cells.length === 0) return
        grid.rows.push(row)
        checkRows(grid.rows.length, columnCount)
      }
    },
  }
}
