import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '#engine/storage/storage.ts'

/** Places of the grid a slice: some milliseconds of work. */
const placesASlice = 4000

/**
 * The rows of a query over `job` in the order of the sheet, as arrays, in slices between which everything else goes on.
 * `sql` is a SELECT with its WHERE, open for more conditions; its parameters are `parameters`.
 */
export async function* inSlices<Row extends unknown[]>(
  storage: Storage,
  sql: string,
  parameters: readonly (string | number)[],
  batchId: number,
): AsyncGenerator<Row[]> {
  const slice = storage
    .prepare<(string | number)[], Row>(`${sql} AND job.position BETWEEN ? AND ? ORDER BY job.position, job.id`)
    .raw()
  const last = storage
    .prepare<[number], number | null>(`SELECT max(position) FROM job WHERE batch_id = ? AND stage = 'draft'`)
    .pluck()
    .get(batchId)
  if (last === undefined || last === null) return
  for (let from = 0; from <= last; from += placesASlice) {
    if (from > 0) await nextTurn()
    const rows = slice.all(...parameters, from, from + placesASlice - 1)
    if (rows.length > 0) yield rows
  }
}
