import { AppError } from '#shared/errors.ts'
import { isPromptName, isUsualName } from './columns.ts'
import { type Dialect, type ScannedRow, scanRows } from './scan.ts'

/** How a file is to be read. `start` and `firstLine` are behind an Excel `sep=;` line, where there is one. */
export type Recognised =
  | { kind: 'jsonl' }
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

/** By the name's extension and by what the text itself looks like; the text decides where they disagree. */
export function recognise(name: string, text: string): Recognised {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const firstLine = /\S[^\r\n]*/.exec(text)?.[0].trimEnd() ?? ''
  if (['jsonl', 'ndjson'].includes(extension) || isJsonObject(firstLine)) return { kind: 'jsonl' }
  if (extension === 'json') {
    throw new AppError(
      'invalid-input',
      `"${name}" is not one JSON object per line; save it as JSONL (or as CSV) and load that.`,
    )
  }
  const declared = /^sep=([,;\t|])(\r\n|\r|\n)/i.exec(text)
  if (declared?.[1] !== undefined) {
    const dialect = { delimiter: declared[1], quotes: true }
    return { kind: 'table', dialect, start: declared[0].length, firstLine: 2 }
  }
  const isTable = ['csv', 'tsv', 'tab'].includes(extension)
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
