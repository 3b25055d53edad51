import type { Problem } from '#shared/contract/common.ts'
import { messageOf } from '#shared/errors.ts'
import { columnNames } from './columns.ts'
import { checkColumns, checkRows } from './limits.ts'
import { type InSlices, type RawTable, type SheetRow, sliceLength } from './rows.ts'
import { scanRows } from './scan.ts'

const deepest = 4

/** Whole numbers beyond 2^53 and numbers beyond any double: as text they keep every digit, ids often need it. */
const losesDigits = (value: unknown): boolean =>
  typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))

const exactNumber = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  losesDigits(value) ? (context?.source ?? value) : value

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The cells of one object. Objects inside are flattened, `{"shop": {"sku": 1}}` to `shop.sku`; the `body` of an OpenAI
 * batch line loses its own name, so that its prompt is the column `prompt`. Lists stay JSON text.
 */
function cellsOf(object: Readonly<Record<string, unknown>>): Map<string, string> {
  const cells = new Map<string, string>()
  const add = (path: string, value: unknown, depth: number): void => {
    if (isObject(value) && depth < deepest) {
      for (const [key, inner] of Object.entries(value)) {
        const plain = path === 'body' && !Object.hasOwn(object, key)
        add(plain ? key : `${path}.${key}`, inner, depth + 1)
      }
    } else if (value !== null) {
      cells.set(path, typeof value === 'object' ? JSON.stringify(value) : String(value))
    } else cells.set(path, '')
  }
  for (const [key, value] of Object.entries(object)) add(key, value, 1)
  return cells
}

/** The object's cells, or the sentence that says why the line has none. */
function readLine(line: string): Map<string, string> | string {
  try {
    const value: unknown = JSON.parse(line, /\d{16}|\de\+?\d{3}/i.test(line) ? exactNumber : undefined)
    return isObject(value) ? cellsOf(value) : 'The line is not a JSON object, like {"prompt": "a red fox"}.'
  } catch (error) {
    // SyntaxError from the parser, RangeError from a list nested thousands deep: both are the line's fault.
    return `The line is not valid JSON: ${messageOf(error).slice(0, 200)}.`
  }
}

/** Reads one JSON object a line; columns are all keys in the order they first appear. Bad lines are problems. */
export function* readJsonLines(text: string): InSlices<RawTable> {
  const places = new Map<string, number>()
  const rows: SheetRow[] = []
  const problems: Problem[] = []
  let row = 0
  let sliceEnd = sliceLength
  for (const { cells, line, end } of scanRows(text, { delimiter: null, quotes: false })) {
    if (end > sliceEnd) {
      sliceEnd = end + sliceLength
      yield
    }
    const [source = ''] = cells
    if (source.trim() === '') continue
    row += 1
    const found = readLine(source)
    if (typeof found === 'string') {
      problems.push({ row, line, column: null, message: found })
      continue
    }
    const values: string[] = []
    for (const [key, value] of found) {
      const place = places.get(key) ?? places.size
      places.set(key, place)
      values[place] = value
    }
    checkColumns(places.size)
    checkRows(row, places.size)
    rows.push({ row, line, cells: values })
  }
  yield* fillUp(rows, places.size)
  return { columns: columnNames([...places.keys()]), rows, problems }
}

/** A key may first appear in the last line: only then is it known how many cells each row has. */
function* fillUp(rows: readonly SheetRow[], columnCount: number): InSlices<void> {
  let filled = 0
  for (const { cells } of rows) {
    for (let place = 0; place < columnCount; place++) cells[place] ??= ''
    filled += columnCount
    if (filled > sliceLength) {
      filled = 0
      yield
    }
  }
}
