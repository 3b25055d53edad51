import { type InSlices, type RawTable, sliceLength } from '../rows.ts'
import { jsonRows } from './json-rows.ts'
import { scanRows } from './scan.ts'

/** Reads one JSON object a line; columns are all keys in the order they first appear. Bad lines are problems. */
export function* readJsonLines(text: string): InSlices<RawTable> {
  const rows = jsonRows('line')
  let sliceEnd = sliceLength
  for (const { cells, line, end } of scanRows(text, { delimiter: null, quotes: false })) {
    if (end > sliceEnd) {
      sliceEnd = end + sliceLength
      yield
    }
    const [source = ''] = cells
    if (source.trim() !== '') rows.add(source, line)
  }
  return yield* rows.table()
}
