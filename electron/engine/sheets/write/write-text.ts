import { csvLine, quoteCell } from '#shared/csv.ts'
import { isOwnColumn, ownColumns } from '#shared/own-columns.ts'
import { entryPlaces } from '../formats/json.ts'
import { type Dialect, rawCells, scanRows } from '../formats/scan.ts'
import type { InSlices, ReadSheet } from '../rows.ts'
import { guarded, noValues, type OwnValues } from './own-values.ts'

/** Stands behind the header's last column, so that the row stays one with too many cells. */
const leftOut = 'left out: more cells than columns'

const rowsAtOnce = 2000

/** A table with our columns behind the client's: between line ends and delimiters, every character of hers stays. */
export function* writeTable(text: string, dialect: Dialect, start: number, values: OwnValues): InSlices<string> {
  const delimiter = dialect.delimiter ?? ','
  const pieces = [text.slice(0, start)]
  let own: ReadonlySet<number> | null = null
  let columns = 0
  let quotesAll = false
  let row = 0
  let from = start
  const cellText = (cell: string): string =>
    quotesAll ? `"${cell.replaceAll('"', '""')}"` : quoteCell(cell, delimiter)
  for (const scanned of scanRows(text, dialect, start)) {
    const line = text.slice(from, scanned.end)
    from = scanned.end
    const ending = /(?:\r\n|\r|\n)$/.exec(line)?.[0] ?? ''
    const content = line.slice(0, line.length - ending.length)
    if (scanned.cells.every((cell) => cell.trim() === '')) {
      pieces.push(line)
      continue
    }
    const raw = rawCells(content, delimiter)
    if (own === null) {
      columns = raw.length
      quotesAll = raw.every((cell) => cell.startsWith('"'))
      own = new Set(scanned.cells.flatMap((cell, at) => (isOwnColumn(cell) ? [at] : [])))
      const names = ownColumns.map(cellText)
      pieces.push([...raw.filter((_, at) => !own?.has(at)), ...names].join(delimiter), ending)
      continue
    }
    row++
    if (raw.slice(columns).some((cell) => cell.replaceAll('"', '').trim() !== '')) {
      // Its cells have shifted, so it was left out; it must not fit the wider header by accident.
      const missing = Math.max(0, columns - own.size + ownColumns.length - raw.length)
      const shifted = [...raw, ...Array<string>(missing).fill(''), cellText(leftOut)].join(delimiter)
      pieces.push(raw.at(-1) === cellText(leftOut) ? content : shifted, ending)
      continue
    }
    const filled = [...raw.slice(0, columns), ...Array<string>(Math.max(0, columns - raw.length)).fill('')]
    const cells = guarded(values(row) ?? noValues).map(cellText)
    pieces.push([...filled.filter((_, at) => !own?.has(at)), ...cells].join(delimiter), ending)
    if (row % rowsAtOnce === 0) yield
  }
  return pieces.join('')
}

/** What is no table (one prompt a line, option lines, Markdown) becomes CSV. */
export function* writeAsCsv(sheet: ReadSheet, values: OwnValues): InSlices<string> {
  const lines = [csvLineAsIs([...sheet.columns, ...ownColumns])]
  for (const { row, cells } of sheet.rows) {
    lines.push(csvLineAsIs([...cells, ...guarded(values(row) ?? noValues)]))
    if (row % rowsAtOnce === 0) yield
  }
  return `${lines.join('\r\n')}\r\n`
}

/** The client's own cells are quoted where they must be, and never guarded. */
const csvLineAsIs = (cells: readonly string[]): string =>
  cells.length === 1 ? csvLine(cells) : cells.map((cell) => quoteCell(cell)).join(',')

/** Objects one a line: our members go in before the last brace. */
export function* writeJsonLines(text: string, values: OwnValues): InSlices<string> {
  const pieces: string[] = []
  let row = 0
  let from = 0
  for (const { cells, end } of scanRows(text, { delimiter: null, quotes: false })) {
    const line = text.slice(from, end)
    from = end
    if ((cells[0] ?? '').trim() === '') pieces.push(line)
    else {
      row++
      pieces.push(withMembers(line, values(row)))
      if (row % rowsAtOnce === 0) yield
    }
  }
  return pieces.join('')
}

export function* writeJson(text: string, values: OwnValues): InSlices<string> {
  const pieces: string[] = []
  let row = 0
  let from = 0
  for (const { start, end } of entryPlaces(text)) {
    row++
    pieces.push(text.slice(from, start), withMembers(text.slice(start, end), values(row)))
    from = end
    if (row % rowsAtOnce === 0) yield
  }
  return pieces.join('') + text.slice(from)
}

const ownMembers = new RegExp(`,?\\s*"${ownColumns[0]}"\\s*:[^]*?(?=\\s*\\}\\s*$)`)

/** An object's text with our members last; where there are some from before, they give way. What is no object stays. */
function withMembers(source: string, values: readonly string[] | null): string {
  const old = source.replace(ownMembers, '')
  const close = old.lastIndexOf('}')
  if (values === null || close === -1 || !isObjectText(old)) return source
  const before = old.slice(0, close).trimEnd()
  const space = old.slice(before.length, close)
  const between = /^\{(\s*)/.exec(old.trimStart())?.[1] ?? ''
  const members = ownColumns.map((name, at) => `${JSON.stringify(name)}: ${JSON.stringify(values[at] ?? '')}`)
  const isEmpty = before.trimEnd().endsWith('{')
  const join = between.includes('\n') ? `,${between}` : ', '
  return `${before}${isEmpty ? '' : join}${members.join(join)}${space}${old.slice(close)}`
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    // Not JSON: its row is a problem, and the line stays as it is.
    return false
  }
}
