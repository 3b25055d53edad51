import type { Problem } from '#shared/contract/common.ts'
import { columnNames } from '../columns.ts'
import { checkColumns, checkRows } from '../limits.ts'
import { type InSlices, type RawTable, type SheetRow, sliceLength, type WrittenFor } from '../rows.ts'

/** Gathers rows whose cells bring their columns' names along: columns come in the order they first appear. */
export function gatherRows() {
  const places = new Map<string, number>()
  const rows: SheetRow[] = []
  const problems: Problem[] = []
  let row = 0

  return {
    /** A sentence in place of cells says why the row has none. */
    add(line: number, found: ReadonlyMap<string, string> | string): void {
      row += 1
      if (typeof found === 'string') {
        problems.push({ row, line, column: null, message: found })
        return
      }
      const cells: string[] = []
      for (const [key, value] of found) {
        const place = places.get(key) ?? places.size
        places.set(key, place)
        cells[place] = value
      }
      checkColumns(places.size)
      checkRows(row, places.size)
      rows.push({ row, line, cells })
    },
    problem: (line: number | null, message: string): void =>
      void problems.push({ row: null, line, column: null, message }),
    /** A name may first appear in the last row: only then is it known how many cells each row has. */
    *table(writtenFor: WrittenFor): InSlices<RawTable> {
      let filled = 0
      for (const { cells } of rows) {
        for (let place = 0; place < places.size; place++) cells[place] ??= ''
        filled += places.size
        if (filled > sliceLength) {
          filled = 0
          yield
        }
      }
      return { columns: columnNames([...places.keys()]), rows, problems, writtenFor }
    },
  }
}
