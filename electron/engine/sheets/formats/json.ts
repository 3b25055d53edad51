import { AppError } from '#shared/errors.ts'
import { limits } from '../limits.ts'
import { type InSlices, type RawTable, sliceLength } from '../rows.ts'
import { jsonRows } from './json-rows.ts'

/**
 * Only where each entry of the list begins and ends is found here; `JSON.parse` reads them one by one. So a file of any
 * length is read in slices, a mistake costs one row, and every row knows its line.
 */
const marks = /["{}[\],]/g

/** Behind the string that opens at `open`; the end of the text where it never closes. */
function stringEnd(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return at + 1
  }
  return text.length
}

/** Where the value that begins at `start` ends: before the comma or bracket behind it, or at the end of the text. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  marks.lastIndex = start
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const [mark] = found
    if (mark === '"') marks.lastIndex = stringEnd(text, found.index)
    else if (mark === '{' || mark === '[') depth++
    else if (mark !== ',') depth--
    if (depth < 0 || (depth === 0 && mark === ',')) return found.index
  }
  return text.length
}

const space = /\s*/y
function skipSpace(text: string, at: number): number {
  space.lastIndex = at
  return at + (space.exec(text)?.[0].length ?? 0)
}

/** The place of the list's bracket: the document's own, or that of the first member that is a list of objects; -1 for none. */
function listStart(text: string): number {
  let at = skipSpace(text, 0)
  if (text[at] === '[') return at
  for (at = skipSpace(text, at + 1); text[at] === '"'; at = skipSpace(text, at + 1)) {
    const colon = skipSpace(text, stringEnd(text, at))
    const value = skipSpace(text, colon + 1)
    if (text[value] === '[' && text[skipSpace(text, value + 1)] === '{') return value
    at = valueEnd(text, value)
    if (text[at] !== ',') return -1
  }
  return -1
}

const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0

/** Reads a JSON document: a list of objects, an object that holds one (the first counts), or a single object. */
export function* readJson(text: string): InSlices<RawTable> {
  const rows = jsonRows('entry')
  const start = listStart(text)
  if (start === -1) {
    rows.add(text, 1)
    return yield* rows.table()
  }
  let line = 1 + lineEnds(text.slice(0, start))
  let sliceEnd = start + sliceLength
  let before = start
  let at = skipSpace(text, start + 1)
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at)
    if (end - at > limits.lineLength) throw tooLong(line)
    line += lineEnds(text.slice(before, at))
    before = at
    rows.add(text.slice(at, end), line)
    if (end > sliceEnd) {
      sliceEnd = end + sliceLength
      yield
    }
    at = text[end] === ',' ? skipSpace(text, end + 1) : end
    if (text[end] !== ',') break
  }
  if (text[at] !== ']') rows.problem(line, 'The list does not end; the file may be cut off, so rows may be missing.')
  return yield* rows.table()
}

/** Where the entries of a document's list begin and end, in its order; its only object where there is no list. */
export function* entryPlaces(text: string): Generator<{ start: number; end: number }, void, void> {
  const list = listStart(text)
  if (list === -1) {
    const start = skipSpace(text, 0)
    yield { start, end: text.trimEnd().length }
    return
  }
  for (let at = skipSpace(text, list + 1); at < text.length && text[at] !== ']'; ) {
    const end = valueEnd(text, at)
    yield { start: at, end: at + text.slice(at, end).trimEnd().length }
    if (text[end] !== ',') return
    at = skipSpace(text, end + 1)
  }
}

const tooLong = (line: number): AppError =>
  new AppError(
    'invalid-input',
    `The entry behind line ${line.toLocaleString('en')} is longer than ${limits.lineLength.toLocaleString('en')} characters; is this the right file?`,
  )
