/**
 * CSV that we write ourselves (manifests, decision lists). A sheet written back keeps the client's own cells as they
 * were and guards only the columns that are ours, so quoting and guarding are apart.
 */

/**
 * What a spreadsheet would run as a formula: `= + - @` (also full-width, and behind blanks, which some programs drop),
 * or a tab or line end in front (OWASP, CSV Injection, read 2026-11). Apostrophes in front are looked through, so that
 * a cell which already looks guarded is guarded once more and comes back unchanged.
 */
const formulaStart = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/

/** `-5` and `+0.5` are numbers and no formulas; they stay numbers for whoever opens the file. */
const plainNumber = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/

const needsGuard = (cell: string): boolean => formulaStart.test(cell) && !plainNumber.test(cell)

/** The cell, with an apostrophe in front where a spreadsheet would run it. */
export const guardCell = (cell: string): string => (needsGuard(cell) ? `'${cell}` : cell)

/** The cell as it was before `guardCell`; any other cell stays as it is. */
export const unguardCell = (cell: string): string =>
  cell.startsWith("'") && needsGuard(cell.slice(1)) ? cell.slice(1) : cell

/** Quoted (RFC 4180) wherever some program could read it differently: any usual delimiter, quotes, line ends, edge blanks. */
export const quoteCell = (cell: string, delimiter = ','): string =>
  /[",;\t|\r\n]|^\s|\s$/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell

/**
 * One line of CSV, without its line end. Text is guarded against formulas; numbers are written plain, `null` as an
 * empty cell. A single empty cell is written as `""`, because an empty line would be no row.
 */
export function csvLine(cells: readonly (string | number | null)[], delimiter = ','): string {
  const written = cells.map((cell) =>
    typeof cell === 'string' ? quoteCell(guardCell(cell), delimiter) : cell === null ? '' : `${cell}`,
  )
  return written.length === 1 && written[0] === '' ? '""' : written.join(delimiter)
}
