import { AppError } from '#shared/errors.ts'
import { dateStyles, type NumberStyle } from './number-styles.ts'
import { damaged, unzip } from './unzip.ts'
import { type XmlHandlers, xmlReader } from './xml.ts'

export interface WorkbookSheet {
  readonly name: string
  /** Its file inside the workbook. */
  readonly path: string
  readonly isHidden: boolean
}

/** What a workbook says outside its sheets (ECMA-376, part 1, SpreadsheetML). */
export interface Workbook {
  readonly sheets: readonly WorkbookSheet[]
  readonly strings: readonly string[]
  /** By the number of a cell's style. */
  readonly styles: readonly NumberStyle[]
  /** Days count from 1904, as old Macintosh programs had it. */
  readonly from1904: boolean
}

const isFacts = (path: string): boolean =>
  /(^|\/)(workbook\.xml|workbook\.xml\.rels|styles\.xml|sharedStrings\.xml)$/.test(path)

/** Reads a workbook's list of sheets, its strings and its styles. Throws `invalid-input` for any other packed file. */
export function* readWorkbook(name: string, packed: Uint8Array): Generator<void, Workbook, void> {
  const sheets: { name: string; target: string; isHidden: boolean }[] = []
  const targets = new Map<string, string>()
  const strings: string[] = []
  const styles = dateStyles()
  let from1904 = false
  let isFound = false

  const readers: Readonly<Record<string, XmlHandlers>> = {
    'workbook.xml': {
      open(tag, attribute) {
        isFound = true
        if (tag === 'workbookPr') from1904 = /^(1|true)$/.test(attribute('date1904') ?? '')
        if (tag !== 'sheet') return
        const state = attribute('state') ?? 'visible'
        sheets.push({
          name: attribute('name') ?? '',
          target: attribute('r:id') ?? attribute('relationships:id') ?? '',
          isHidden: state !== 'visible',
        })
      },
    },
    'workbook.xml.rels': {
      open(tag, attribute) {
        if (tag === 'Relationship' && /\/worksheet$/.test(attribute('Type') ?? ''))
          targets.set(attribute('Id') ?? '', attribute('Target') ?? '')
      },
    },
    'styles.xml': styles.handlers,
    'sharedStrings.xml': stringsInto(strings),
  }
  yield* readFiles(name, packed, isFacts, (path) => readers[path.slice(path.lastIndexOf('/') + 1)] ?? {})
  if (!isFound)
    throw new AppError(
      'invalid-input',
      `"${name}" is packed, but no XLSX workbook; load the sheet itself, as XLSX, CSV, TSV, JSONL or text.`,
    )
  const listed = sheets.flatMap(({ target, ...sheet }) => {
    const path = targets.get(target)
    return path === undefined ? [] : [{ ...sheet, path: path.startsWith('/') ? path.slice(1) : `xl/${path}` }]
  })
  return { sheets: listed, strings, styles: styles.all(), from1904 }
}

/** Feeds the wanted files of a workbook to their readers, in slices. A mistake in one is a damaged workbook. */
export function* readFiles(
  name: string,
  packed: Uint8Array,
  isWanted: (path: string) => boolean,
  handlersOf: (path: string) => XmlHandlers,
): Generator<void, void, void> {
  const reading = new Map<string, (bytes: Uint8Array | null) => void>()
  try {
    for (const found of unzip(name, packed, isWanted)) {
      if (found === null) {
        yield
        continue
      }
      const reader = reading.get(found.path) ?? xmlReader(handlersOf(found.path))
      reading.set(found.path, reader)
      reader(found.bytes)
    }
    for (const end of reading.values()) end(null)
  } catch (error) {
    throw error instanceof AppError ? error : damaged(name, error)
  }
}

/** `_x000D_` stands for a character that XML has no place for (ECMA-376, part 1, 22.9.2.19). */
export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    : text

/** Pieces of one string in several fonts are joined; how it is pronounced (`rPh`) is no part of it. */
function stringsInto(strings: string[]): XmlHandlers {
  let parts: string[] = []
  let [isText, isSpoken] = [false, false]
  return {
    open(tag) {
      if (tag === 'si') parts = []
      if (tag === 'rPh') isSpoken = true
      if (tag === 't') isText = !isSpoken
    },
    text(text) {
      if (isText) parts.push(text)
    },
    close(tag) {
      if (tag === 't') isText = false
      if (tag === 'rPh') isSpoken = false
      if (tag === 'si') strings.push(unescaped(parts.join('')))
    },
  }
}
