/**
 * A scanner of our own, because uDSV (the fastest parser, 0.7.3) gives no line numbers, joins surplus cells into the
 * last one, knows one line end per file, and reads `"G" on a wall` and an unclosed quote without a word. On clean
 * files both must agree: the tests compare them.
 */

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

export interface Dialect {
  /** One character; `null` for one cell a line. */
  readonly delimiter: string | null
  /** Whether a cell that begins with a quote and closes properly is quoted (RFC 4180). */
  readonly quotes: boolean
}

export interface ScannedRow {
  /** The file's line of the row's start, from 1. */
  readonly line: number
  readonly cells: string[]
  /** Cells there are, also those beyond `mostCells`. */
  readonly cellCount: number
  /** Numbers (from 1) of cells that begin with a quote but do not close it, and so were read as plain text. */
  readonly openQuotes: number[]
  /** Where the next row starts in the text. */
  readonly end: number
}

/** Cells of a row beyond this are counted, not kept. */
const mostCells = 1001
/** A quoted cell may span lines, up to this many characters. */
const longestCell = 1_000_000

/**
 * The quote that closes the cell opened at `open`, or -1: the first quote that is not doubled must be followed by a
 * delimiter, a line end or the end. It stops at that first quote, so the whole scan stays linear.
 */
function closingQuote(text: string, open: number, delimiter: number): number {
  let from = open + 1
  for (;;) {
    const at = text.indexOf('"', from)
    if (at === -1 || at - open > longestCell) return -1
    const next = text.charCodeAt(at + 1)
    if (next !== quote) {
      const closes = at + 1 === text.length || next === delimiter || next === lineFeed || next === carriageReturn
      return closes ? at : -1
    }
    from = at + 2
  }
}

/** Where the plain cell that starts here ends: at a delimiter, a line end or the end of the text. */
function plainEnd(text: string, start: number, delimiter: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === delimiter || code === lineFeed || code === carriageReturn) return at
  }
  return text.length
}

/** The cells of one row as they stand in the file, quotes and all. */
export function rawCells(text: string, delimiter: string): string[] {
  const code = delimiter.charCodeAt(0)
  const cells: string[] = []
  for (let at = 0; ; ) {
    const close = text.charCodeAt(at) === quote ? closingQuote(text, at, code) : -1
    const end = close === -1 ? plainEnd(text, at, code) : close + 1
    cells.push(text.slice(at, end))
    if (end >= text.length || text.charCodeAt(end) !== code) return cells
    at = end + 1
  }
}

/** Lines end with `\n`, `\r\n` or `\r`, mixed as they like. */
const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0

/** Rows as they stand, blank lines included (one empty cell). Cells are exact; only quotes around them are taken off. */
export function* scanRows(text: string, dialect: Dialect, start = 0, firstLine = 1): Generator<ScannedRow, void, void> {
  const delimiter = dialect.delimiter === null ? -1 : dialect.delimiter.charCodeAt(0)
  let at = start
  let line = firstLine
  while (at < text.length) {
    const startLine = line
    const cells: string[] = []
    const openQuotes: number[] = []
    let cellCount = 0
    for (;;) {
      cellCount += 1
      const opens = dialect.quotes && text.charCodeAt(at) === quote
      const close = opens ? closingQuote(text, at, delimiter) : -1
      if (opens && close === -1) openQuotes.push(cellCount)
      const end = close === -1 ? plainEnd(text, at, delimiter) : close + 1
      if (close !== -1) line += lineEnds(text.slice(at, close))
      if (cells.length < mostCells) {
        cells.push(close === -1 ? text.slice(at, end) : text.slice(at + 1, close).replaceAll('""', '"'))
      }
      at = end
      if (delimiter === -1 || text.charCodeAt(at) !== delimiter) break
      at += 1
    }
    if (text.charCodeAt(at) === carriageReturn && text.charCodeAt(at + 1) === lineFeed) at += 1
    at += 1
    line += 1
    yield { line: startLine, cells, cellCount, openQuotes, end: at }
  }
}
