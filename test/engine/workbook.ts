import { strToU8, zipSync } from 'fflate'

export interface WorkbookParts {
  /** Each sheet's name and what stands inside its `worksheet`. */
  readonly sheets: Readonly<Record<string, string>>
  readonly strings?: readonly string[]
  /** What stands inside `styleSheet`. */
  readonly styles?: string
  readonly workbook?: string
  readonly hidden?: readonly string[]
  /** Further files of the archive. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** An XLSX file of exactly this XML: what no writer would write by itself can be tried. */
export function workbook({
  sheets,
  strings,
  styles,
  workbook: more = '',
  hidden = [],
  files = {},
}: WorkbookParts): Uint8Array {
  const names = Object.keys(sheets)
  const list = names.map(
    (name, at) =>
      `<sheet name="${escaped(name)}" sheetId="${at + 1}" ${hidden.includes(name) ? 'state="hidden" ' : ''}r:id="rId${at + 1}"/>`,
  )
  const links = names.map(
    (_, at) => `<Relationship Id="rId${at + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  )
  const xml: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}">${more}<sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${links.join('')}</Relationships>`,
  }
  names.forEach((name, at) => {
    xml[`xl/worksheets/sheet${at + 1}.xml`] = `<worksheet xmlns="${main}">${sheets[name]}</worksheet>`
  })
  if (strings) {
    const all = strings.map((text) =>
      text.startsWith('<') ? `<si>${text}</si>` : `<si><t xml:space="preserve">${escaped(text)}</t></si>`,
    )
    xml['xl/sharedStrings.xml'] = `<sst xmlns="${main}">${all.join('')}</sst>`
  }
  if (styles) xml['xl/styles.xml'] = `<styleSheet xmlns="${main}">${styles}</styleSheet>`
  return zipSync({ ...Object.fromEntries(Object.entries(xml).map(([path, text]) => [path, strToU8(text)])), ...files })
}

const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26))

/** Rows of plain texts from the first row on, as inline strings; an empty one leaves its cell out. */
export const sheetData = (rows: readonly (readonly string[])[]): string =>
  `<sheetData>${rows
    .map(
      (cells, row) =>
        `<row r="${row + 1}">${cells
          .map((cell, column) =>
            cell === ''
              ? ''
              : `<c r="${letters(column)}${row + 1}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`,
          )
          .join('')}</row>`,
    )
    .join('')}</sheetData>`
