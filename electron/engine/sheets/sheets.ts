import type { SheetFormat } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import { firstTemplate, mapColumns } from './columns.ts'
import { decode } from './decode.ts'
import { readJsonLines } from './json-lines.ts'
import { type Recognised, recognise } from './recognise.ts'
import type { InSlices, RawTable, ReadSheet } from './rows.ts'
import { readTable, readText } from './table.ts'

export { watchingAlike } from './alike.ts'
export { type ExpandedPrompt, expandRow, expandRows } from './expand.ts'
export type { ExpansionOptions } from './expansion-options.ts'
export { previewPrompts } from './preview.ts'
export type { ReadSheet } from './rows.ts'

interface SheetInput {
  /** The file's name; its extension is a hint. */
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Reads a sheet: CSV, TSV, JSONL or one prompt per line, in UTF-8, UTF-16 or Windows-1252. What is wrong with a row is
 * a problem and never stops the other rows. Throws `invalid-input` for what is no sheet, and past the limits: 64 MB,
 * 1,000,000 characters a line, 1,000 columns, 200,000 rows, 10,000,000 cells.
 */
export function readSheet(input: SheetInput): ReadSheet {
  const reading = readSheetInSlices(input)
  for (;;) {
    const step = reading.next()
    if (step.done === true) return step.value
  }
}

/** As `readSheet`, stopping after each few milliseconds of work, so that a host can let others have the event loop. */
export function* readSheetInSlices({ name, bytes }: SheetInput): InSlices<ReadSheet> {
  const { text, problems } = yield* decode(name, bytes)
  const recognised = recognise(name, text)
  const table = yield* readRecognised(text, recognised)
  if (table.columns.length === 0) {
    const [first] = table.problems
    throw new AppError('invalid-input', `"${name}" has no row that can be read. ${first?.message ?? ''}`.trim())
  }
  const mapping = mapColumns(table.columns, table.rows)
  return {
    format: formatOf(recognised),
    columns: table.columns,
    rows: table.rows,
    mapping,
    template: firstTemplate(table.columns, mapping),
    problems: [...problems, ...table.problems],
  }
}

function readRecognised(text: string, recognised: Recognised): InSlices<RawTable> {
  if (recognised.kind === 'jsonl') return readJsonLines(text)
  if (recognised.kind === 'text') return readText(text, recognised.dialect, recognised.header)
  return readTable(text, recognised.dialect, recognised.start, recognised.firstLine)
}

const formatOf = (recognised: Recognised): SheetFormat =>
  recognised.kind !== 'table' ? recognised.kind : recognised.dialect.delimiter === '\t' ? 'tsv' : 'csv'
