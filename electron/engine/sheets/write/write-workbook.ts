import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate'
import { AppError } from '#shared/errors.ts'
import { isOwnColumn, ownColumns } from '#shared/own-columns.ts'
import { readWorkbook, unescaped } from '../formats/workbook.ts'
import type { InSlices, ReadSheet } from '../rows.ts'
import { noValues, type OwnValues } from './own-values.ts'

const rowPattern = /<row\b([^>]*?)(?:\/>|>([\s\S]*?)<\/row>)/g
const cellPattern = /<c\b([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g
const attribute = (text: string, name: string): string | null =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? null

/**
 * The workbook with our columns behind the last one of the sheet that was read. Every other file in it, and every cell of
 * the client's, stays byte by byte; our cells are text, which no spreadsheet runs.
 */
export function* writeWorkbook(
  name: string,
  bytes: Uint8Array,
  sheet: ReadSheet,
  values: OwnValues,
): InSlices<Uint8Array> {
  const workbook = yield* readWorkbook(name, bytes)
  const path = workbook.sheets.find((each) => each.name === sheet.part)?.path ?? ''
  const files = unzipSync(bytes)
  yield
  const xml = files[path] ? strFromU8(files[path]) : ''
  const first = sheet.rows[0]?.line ?? 0
  if (!/<sheetData\b/.test(xml) || first === 0)
    throw new AppError(
      'unsupported',
      `"${name}" is written in a way that cannot be added to. Save it as CSV and load that.`,
    )
  yield
  const layout = layoutOf(xml, first, workbook.strings)
  const rowOf = new Map(sheet.rows.map(({ line, row }) => [line, row]))
  let line = 0
  const written = xml
    .replace(rowPattern, (whole: string, attributes: string, cells: string | undefined) => {
      line = Number(attribute(attributes, 'r') ?? line + 1)
      const row = rowOf.get(line)
      const isHeader = line === layout.header
      if (!isHeader && row === undefined) return whole
      const own = isHeader ? ownColumns : (values(row ?? 0) ?? noValues)
      const kept = layout.own.size === 0 ? (cells ?? '') : withoutColumns(cells ?? '', layout.own)
      const added = own.map((text, at) => (text === '' ? '' : textCell(layout.last + at, line, text)))
      // The row's own span would leave our cells out.
      return `<row${attributes.replace(/\s+spans="[^"]*"/, '')}>${kept}${added.join('')}</row>`
    })
    .replace(/(<dimension\b[^>]*ref="[A-Z]+\d+:)[A-Z]+(\d+")/, (_, before: string, after: string) => {
      return `${before}${letters(layout.last + ownColumns.length - 1)}${after}`
    })
  yield
  const packed: Zippable = {}
  for (const [file, content] of Object.entries({ ...files, [path]: strToU8(written) })) packed[file] = content
  return zipSync(packed, { level: 6 })
}

/** The header's row, the column behind the last one, and the columns that are ours from before. */
function layoutOf(xml: string, firstLine: number, strings: readonly string[]) {
  let [header, last, line] = [0, 0, 0]
  let own = new Set<string>()
  for (const [, attributes = '', cells = ''] of xml.matchAll(rowPattern)) {
    line = Number(attribute(attributes, 'r') ?? line + 1)
    const names = new Set<string>()
    let hasCells = false
    for (const [, cell = '', content = ''] of cells.matchAll(cellPattern)) {
      const column = /^[A-Z]+/.exec(attribute(cell, 'r') ?? '')?.[0] ?? ''
      if (column === '')
        throw new AppError('unsupported', 'The cells of this workbook have no names. Save it as CSV and load that.')
      if (line < firstLine && isOwnColumn(textOf(cell, content, strings))) names.add(column)
      else if (!own.has(column)) last = Math.max(last, numberOf(column))
      hasCells ||= content !== ''
    }
    if (line < firstLine && hasCells) {
      header = line
      own = names
    }
  }
  return { header, own, last: last + 1 }
}

function textOf(cell: string, content: string, strings: readonly string[]): string {
  const value = /<v>([^<]*)<\/v>/.exec(content)?.[1]
  if (attribute(cell, 't') === 's') return strings[Number(value)] ?? ''
  return unescaped([...content.matchAll(/<t\b[^>]*>([^<]*)<\/t>/g)].map((found) => found[1] ?? '').join(''))
}

const withoutColumns = (cells: string, columns: ReadonlySet<string>): string =>
  cells.replace(cellPattern, (whole: string, attributes: string) =>
    columns.has(/^[A-Z]+/.exec(attribute(attributes, 'r') ?? '')?.[0] ?? '') ? '' : whole,
  )

/** `A` is 1. */
const numberOf = (column: string): number =>
  [...column].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)

const letters = (number: number): string =>
  number <= 0 ? '' : letters(Math.floor((number - 1) / 26)) + String.fromCharCode(65 + ((number - 1) % 26))

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const textCell = (column: number, line: number, text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them
  `<c r="${letters(column)}${line}" t="inlineStr"><is><t xml:space="preserve">${text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '').replace(/[&<>]/g, (letter) => entities[letter] ?? '')}</t></is></c>`
