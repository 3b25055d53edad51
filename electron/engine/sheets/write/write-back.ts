import type { SheetReading } from '#shared/contract/sheets.ts'
import { decode } from '../decode.ts'
import { recognise } from '../recognise.ts'
import type { InSlices, ReadSheet } from '../rows.ts'
import { encode } from './encode.ts'
import type { OwnValues } from './own-values.ts'
import { writeAsCsv, writeJson, writeJsonLines, writeTable } from './write-text.ts'
import { writeWorkbook } from './write-workbook.ts'

interface Original {
  readonly name: string
  readonly bytes: Uint8Array
  readonly reading: SheetReading
  /** The same file as it was read. */
  readonly sheet: ReadSheet
}

/**
 * The sheet as it came, with our columns added: format, column order, delimiter, quotes, line ends, encoding and byte
 * order mark stay, and so does every cell of the client's. Text, option lines and Markdown become CSV. In slices.
 */
export function* writeBack(
  { name, bytes, reading, sheet }: Original,
  values: OwnValues,
): InSlices<{ name: string; bytes: Uint8Array }> {
  if (sheet.format === 'xlsx') return { name, bytes: yield* writeWorkbook(name, bytes, sheet, values) }
  const { text, encoding } = yield* decode(name, bytes, reading.encoding)
  const found = recognise(name, text, reading.delimiter)
  const same = (written: string) => ({ name, bytes: encode(written, encoding, bytes) })
  if (found.kind === 'table' && found.dialect.delimiter !== null)
    return same(yield* writeTable(text, found.dialect, found.start, values))
  if (found.kind === 'jsonl') return same(yield* writeJsonLines(text, values))
  if (found.kind === 'json') return same(yield* writeJson(text, values))
  const csv = yield* writeAsCsv(sheet, values)
  return { name: `${name.replace(/\.[^.]+$/, '')}.csv`, bytes: encode(csv, 'utf-8', bytes) }
}
