import type { SheetFormat, SheetReading } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import { firstTemplate, mapColumns } from './columns.ts'
import { decode, isPacked, refuseOtherFiles } from './decode.ts'
import { readJson } from './formats/json.ts'
import { readJsonLines } from './formats/json-lines.ts'
import { readOptionLines } from './formats/option-lines.ts'
import { readMarkdown, readTable, readText } from './formats/table.ts'
import { readXlsx } from './formats/xlsx.ts'
import { checkLineLength } from './limits.ts'
import { withoutOwnColumns } from './own-columns.ts'
import { type Recognised, recognise } from './recognise.ts'
import type { InSlices, RawTable, ReadSheet } from './rows.ts'

export { watchingAlike } from './alike.ts'
export { firstTemplate } from './columns.ts'
export { compareRows, type RowPair } from './compare-rows.ts'
export { type ExpandedPrompt, expandRow, expandRows } from './expand.ts'
export type { ExpansionOptions } from './expansion-options.ts'
export { previewPrompts } from './preview.ts'
export { referencesIn } from './reference-cells.ts'
export type { RowOverrides } from './row-overrides.ts'
export type { InSlices, ReadSheet, SheetRow } from './rows.ts'
export { writeBack } from './write/write-back.ts'

interface SheetInput {
  /** The file's name; its extension is a hint. */
  readonly name: string
  readonly bytes: Uint8Array
  /** What a person chose in place of what would be found out. */
  readonly reading?: SheetReading
}

/**
 * Reads a sheet: CSV, TSV, JSONL, JSON, XLSX, a Markdown table, A1111's option lines or one prompt per line; text in
 * UTF-8, UTF-16 or Windows-1252. What is wrong with a row is a problem and never stops the other rows. Throws
 * `invalid-input` for what is no sheet, and past the limits: 64 MB, 1,000,000 characters a line, 1,000 columns, 200,000
 * rows, 10,000,000 cells; workbooks also 256 MB unpacked.
 */
export function readSheet(input: SheetInput): ReadSheet {
  const reading = readSheetInSlices(input)
  for (;;) {
    const step = reading.next()
    if (step.done === true) return step.value
  }
}

type Found = Pick<ReadSheet, 'format' | 'encoding' | 'delimiter' | 'parts' | 'part'> & { readonly table: RawTable }

/** As `readSheet`, stopping after each few milliseconds of work, so that a host can let others have the event loop. */
export function* readSheetInSlices({ name, bytes, reading = {} }: SheetInput): InSlices<ReadSheet> {
  refuseOtherFiles(name, bytes)
  const { table: whole, ...facts } = isPacked(bytes)
    ? yield* readBook(name, bytes, reading.part)
    : yield* readPlain(name, bytes, reading)
  const table = withoutOwnColumns(whole)
  if (table.columns.length === 0) {
    const [first] = table.problems
    throw new AppError('invalid-input', `"${name}" has no row that can be read. ${first?.message ?? ''}`.trim())
  }
  const writtenFor = table.writtenFor ?? null
  const mapping = mapColumns(table.columns, table.rows, writtenFor)
  return {
    ...facts,
    writtenFor,
    columns: table.columns,
    rows: table.rows,
    mapping,
    template: firstTemplate(table.columns, mapping),
    problems: table.problems,
  }
}

function* readBook(name: string, bytes: Uint8Array, asked: string | undefined): InSlices<Found> {
  const book = yield* readXlsx(name, bytes, asked)
  return { format: 'xlsx', encoding: null, delimiter: null, ...book }
}

function* readPlain(name: string, bytes: Uint8Array, reading: SheetReading): InSlices<Found> {
  const { text, encoding, problems } = yield* decode(name, bytes, reading.encoding)
  // A JSON document may well stand in one line; its entries are measured instead. All else is measured before it is looked at.
  const mayBeDocument = /^\s*[[{]/.test(text.slice(0, 1000))
  if (!mayBeDocument) checkLineLength(text)
  const recognised = recognise(name, text, reading.delimiter)
  if (mayBeDocument && recognised.kind !== 'json') checkLineLength(text)
  yield
  const table = yield* readRecognised(text, recognised)
  const delimiter = recognised.kind === 'table' ? recognised.dialect.delimiter : null
  const all = { ...table, problems: [...problems, ...table.problems] }
  return { format: formatOf(recognised), encoding, delimiter, parts: [], part: null, table: all }
}

function readRecognised(text: string, recognised: Recognised): InSlices<RawTable> {
  switch (recognised.kind) {
    case 'jsonl':
      return readJsonLines(text)
    case 'json':
      return readJson(text)
    case 'options':
      return readOptionLines(text)
    case 'markdown':
      return readMarkdown(text, recognised.start, recognised.firstLine)
    case 'text':
      return readText(text, recognised.dialect, recognised.header)
    case 'table':
      return readTable(text, recognised.dialect, recognised.start, recognised.firstLine)
  }
}

function formatOf(recognised: Recognised): SheetFormat {
  if (recognised.kind === 'options') return 'text'
  if (recognised.kind !== 'table') return recognised.kind
  return recognised.dialect.delimiter === '\t' ? 'tsv' : 'csv'
}
