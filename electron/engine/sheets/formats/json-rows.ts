import { messageOf } from '#shared/errors.ts'
import type { InSlices, RawTable, WrittenFor } from '../rows.ts'
import { batchLine } from './batch-lines.ts'
import { gatherRows } from './gathered-rows.ts'
import { isObject, type JsonObject } from './json-object.ts'

const deepest = 4

/** Whole numbers beyond 2^53 and numbers beyond any double: as text they keep every digit, ids often need it. */
const losesDigits = (value: unknown): boolean =>
  typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))

const exactNumber = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  losesDigits(value) ? (context?.source ?? value) : value

/** The cells of one object. Objects inside are flattened, `{"shop": {"sku": 1}}` to `shop.sku`; lists stay JSON text. */
function cellsOf(object: JsonObject): Map<string, string> {
  const cells = new Map<string, string>()
  const add = (path: string, value: unknown, depth: number): void => {
    if (isObject(value) && depth < deepest) {
      for (const [key, inner] of Object.entries(value)) add(`${path}.${key}`, inner, depth + 1)
    } else if (value !== null) {
      cells.set(path, typeof value === 'object' ? JSON.stringify(value) : String(value))
    } else cells.set(path, '')
  }
  for (const [key, value] of Object.entries(object)) add(key, value, 1)
  return cells
}

interface JsonRow {
  readonly cells: ReadonlyMap<string, string>
  readonly writtenFor: WrittenFor
}

/** The row that stands in the text, or the sentence that says why there is none. */
function rowIn(source: string, where: string): JsonRow | string {
  try {
    const value: unknown = JSON.parse(source, /\d{16}|\de\+?\d{3}/i.test(source) ? exactNumber : undefined)
    if (!isObject(value)) return `The ${where} is not a JSON object, like {"prompt": "a red fox"}.`
    const line = batchLine(value) ?? { flat: value, writtenFor: null }
    return typeof line === 'string' ? line : { cells: cellsOf(line.flat), writtenFor: line.writtenFor }
  } catch (error) {
    // SyntaxError from the parser, RangeError from a list nested thousands deep: both are the line's fault.
    return `The ${where} is not valid JSON: ${messageOf(error).slice(0, 200)}.`
  }
}

/** Gathers JSON objects as rows, batch lines by their requests. `where` names one of them in a problem. */
export function jsonRows(where: 'line' | 'entry') {
  const gathered = gatherRows()
  let writtenFor: WrittenFor = null
  return {
    add(source: string, line: number): void {
      const row = rowIn(source, where)
      if (typeof row !== 'string') writtenFor ??= row.writtenFor
      gathered.add(line, typeof row === 'string' ? row : row.cells)
    },
    problem: gathered.problem,
    table: (): InSlices<RawTable> => gathered.table(writtenFor),
  }
}
