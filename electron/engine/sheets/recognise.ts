import type { SheetReading } from '#shared/contract/sheets.ts'
import { isPromptName, isUsualName } from './columns.ts'
import { markdownStart } from './formats/markdown.ts'
import { isOptionLine } from './formats/option-lines.ts'
import { type Dialect, type ScannedRow, scanRows } from './formats/scan.ts'

/** How a file is to be read. `start` and `firstLine` are behind an Excel `sep=;` line, where there is one. */
export type Recognised =
  | { kind: 'jsonl' }
  | { kind: 'json' }
  | { kind: 'options' }
  | { kind: 'markdown'; start: number; firstLine: number }
  | { kind: 'table'; dialect: Dialect; start: number; firstLine: number }
  | { kind: 'text'; dialect: Dialect; header: boolean }

/** Every row of the guess is read from the first 64 K characters. */
const sampleLength = 65_536
const sampleRows = 25
const delimiters = [',', ';', '\t', '|'] as const

const isBlank = (row: ScannedRow): boolean => row.cells.every((cell) => cell.trim() === '')

function sampleOf(text: string, dialect: Dialect): ScannedRow[] {
  const sample: ScannedRow[] = []
  for (const row of scanRows(text.slice(0, sampleLength), dialect)) {
    // The row at the cut may be half a row.
    if (row.end >= sampleLength && sample.length > 0) break
    if (!isBlank(row)) sample.push(row)
    if (sample.length === sampleRows) break
  }
  return sample
}

interface Guess {
  readonly delimiter: string
  readonly header: readonly string[]
  /** Rows with as many cells as the header, of all rows under it. */
  readonly regular: number
}

/** The delimiter that splits the header and gives the most rows the header's number of cells; `preferred` wins a tie. */
function guessDelimiter(text: string, preferred: string | null): Guess | null {
  const guesses = delimiters.flatMap((delimiter): Guess[] => {
    const [header, ...rows] = sampleOf(text, { delimiter, quotes: true })
    if (header === undefined || header.cellCount < 2) return []
    const regular = rows.filter((row) => row.cellCount === header.cellCount).length
    return [{ delimiter, header: header.cells, regular: rows.length === 0 ? 1 : regular / rows.length }]
  })
  const rank = (guess: Guess): number =>
    guess.regular +
    (guess.header.some(isUsualName) ? 1 : 0) +
    (guess.delimiter === preferred ? 0.5 : 0) +
    guess.header.length / 10_000
  return guesses.toSorted((one, other) => rank(other) - rank(one))[0] ?? null
}

const isJsonObject = (line: string): boolean => {
  if (!line.startsWith('{') || !line.endsWith('}')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    // Not JSON: a prompt may begin with a choice, {a|b}.
    return false
  }
}

/** A list of objects, or an object over several lines or with such a list in it, is one document. */
function jsonKind(extension: string, text: string, firstLine: string): 'json' | 'jsonl' | null {
  if (['jsonl', 'ndjson'].includes(extension)) return 'jsonl'
  if (/^\s*\[\s*(?:\{|$)/.test(text.slice(0, 1000))) return 'json'
  const isLine = isJsonObject(firstLine)
  const isAlone = isLine && text.trim().length === firstLine.length
  if (isAlone)
    return /"[^"]*"\s*:\s*\[\s*\{/.test(firstLine) && !/"(?:contents|body)"/.test(firstLine) ? 'json' : 'jsonl'
  if (isLine) return 'jsonl'
  return extension === 'json' || /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:/.test(text.slice(0, 1000)) ? 'json' : null
}

/**
 * By the name's extension and by what the text itself looks like; the text decides where they disagree. A delimiter that
 * a person chose makes a table of it.
 */
export function recognise(name: string, text: string, chosen?: SheetReading['delimiter']): Recognised {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const firstLine = /\S[^\r\n]*/.exec(text)?.[0].trimEnd() ?? ''
  const declared = /^sep=([,;\t|])(\r\n|\r|\n)/i.exec(text)
  const [start, first] = declared ? [declared[0].length, 2] : [0, 1]
  if (chosen !== undefined)
    return { kind: 'table', dialect: { delimiter: chosen, quotes: true }, start, firstLine: first }
  const json = jsonKind(extension, text, firstLine)
  if (json !== null) return { kind: json }
  if (declared?.[1] !== undefined)
    return { kind: 'table', dialect: { delimiter: declared[1], quotes: true }, start, firstLine: first }
  const isTable = ['csv', 'tsv', 'tab'].includes(extension)
  if (!isTable) {
    if (isOptionLine(firstLine)) return { kind: 'options' }
    const table = markdownStart(text)
    if (table !== null) return { kind: 'markdown', start: table.start, firstLine: table.line }
  }
  const guess = guessDelimiter(text, extension === 'csv' ? ',' : '\t')
  if (guess !== null && (isTable || isCertain(guess))) {
    return { kind: 'table', dialect: { delimiter: guess.delimiter, quotes: true }, start: 0, firstLine: 1 }
  }
  const single = { delimiter: null, quotes: isTable }
  if (isTable && isUsualName(firstLine.replaceAll('"', ''))) {
    return { kind: 'table', dialect: single, start: 0, firstLine: 1 }
  }
  return { kind: 'text', dialect: single, header: isPromptName(firstLine) }
}

/** Text without a telling extension is a table only if its header says so: prompts are full of commas. */
const isCertain = (guess: Guess): boolean =>
  guess.header.some(isPromptName) ||
  (guess.delimiter === '\t' && (guess.header.some(isUsualName) || guess.regular === 1))
