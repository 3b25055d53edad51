import type { ScannedRow } from './scan.ts'
import { scanRows } from './scan.ts'

/** `| --- | :-: |` under the header makes a table of it (GitHub Flavored Markdown, 4.10, read 2026-11). */
const isRuler = (line: string): boolean =>
  line.includes('|') && /^\s*\|?(?:\s*:?-+:?\s*\|)*\s*(?::?-+:?\s*)?$/.test(line)

/** The cells between bars that no backslash stands before; a bar at either end is a frame. */
function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) =>
    cell
      .trim()
      .replaceAll('\\|', '|')
      .replace(/<br\s*\/?>/gi, '\n'),
  )
}

/** The start of the first table in the text: its header's place and line; null where there is none. */
export function markdownStart(text: string): { start: number; line: number } | null {
  let before: { start: number; line: number; text: string } | null = null
  let start = 0
  for (const { cells, line, end } of scanRows(text.slice(0, 65_536), { delimiter: null, quotes: false })) {
    const [source = ''] = cells
    if (before?.text.includes('|') && isRuler(source) && cellsOf(before.text).length === cellsOf(source).length)
      return { start: before.start, line: before.line }
    before = { start, line, text: source }
    start = end
  }
  return null
}

/** The rows of the table that begins at `start`, header first and without its ruler; it ends at the first blank line. */
export function* scanMarkdown(text: string, start: number, firstLine: number): Generator<ScannedRow, void, void> {
  for (const row of scanRows(text, { delimiter: null, quotes: false }, start, firstLine)) {
    const source = row.cells[0] ?? ''
    if (source.trim() === '') return
    if (row.line === firstLine + 1) continue
    const cells = cellsOf(source)
    yield { ...row, cells, cellCount: cells.length }
  }
}
