import type { Storage } from '#engine/storage/storage.ts'
import { type Matrix, type MatrixAxis, mostInCell, type Share, type TileFilter } from '#shared/contract/tiles.ts'
import { filterCondition } from './filter.ts'
import type { Condition } from './selector.ts'

/** Where a tile stands on an axis, as SQL over job and prompt: its name, in words. */
function axisSql(axis: MatrixAxis): Condition {
  if (axis === 'row') return { sql: `coalesce(prompt.client_id, 'row ' || prompt.row)`, parameters: [] }
  if (axis === 'model') return { sql: `job.provider || '/' || job.model`, parameters: [] }
  if (axis === 'variant') return { sql: `'variant ' || job.variant`, parameters: [] }
  const name = axis.slice('column:'.length)
  // A label by itself is found twice as fast, but one with a quote in it, or one that looks like a path, is none.
  const cell = /^[^$"\\[][^"\\]*$/.test(name)
    ? 'prompt.columns_json ->> ?'
    : '(SELECT cell.value FROM json_each(prompt.columns_json) AS cell WHERE cell.key = ?)'
  return { sql: `coalesce(nullif(${cell}, ''), '–')`, parameters: [name] }
}

/** Two rows of a sheet may have the same id: they stay two rows of the matrix. */
const keySql = (axis: MatrixAxis, name: string): string => (axis === 'row' ? 'prompt.row' : name)

const from = `FROM job JOIN prompt ON prompt.id = job.prompt_id
  LEFT JOIN image ON image.tile_id = job.id AND image.stage = 'draft' AND image.output_index = 0
  WHERE job.batch_id = ? AND job.stage = 'draft'`

interface Asked {
  readonly batchId: number
  readonly filter: TileFilter
  readonly columnAxis: MatrixAxis
}

/** A batch as rows beside columns, any two axes: SELECT only, over every draft that a filter shows. */
export function openMatrix(storage: Storage, isIndexed: () => boolean) {
  return {
    /** What each column was worth: counted in the database. Columns in the order in which they come in the sheet. */
    shares({ batchId, filter, columnAxis }: Asked): Share[] {
      const condition = filterCondition(filter, isIndexed())
      const column = axisSql(columnAxis)
      return storage
        .prepare<(string | number)[], Share & { key: unknown; firstPosition: number }>(
          `SELECT name, sum(imageId IS NOT NULL) AS made, coalesce(sum(decision = 'approved'), 0) AS approved,
             coalesce(sum(decision = 'rejected'), 0) AS rejected, sum(paid) AS paidMicros
           FROM (SELECT ${column.sql} AS name, ${keySql(columnAxis, column.sql)} AS key, image.id AS imageId,
               image.decision, job.position, coalesce((SELECT sum(settled_micros) FROM ledger
                 WHERE ledger.job_id = job.id AND ledger.state = 'settled'), 0) AS paid
             ${from} AND ${condition.sql})
           GROUP BY key ORDER BY min(position)`,
        )
        .all(...column.parameters, ...repeated(columnAxis, column), batchId, ...condition.parameters)
        .map(({ name, made, approved, rejected, paidMicros }) => ({ name, made, approved, rejected, paidMicros }))
    },

    /** Which tiles stand in which cell, what was approved first; both axes in the order of the sheet. */
    matrix({ batchId, filter, rowAxis, columnAxis }: Asked & { readonly rowAxis: MatrixAxis }): Matrix {
      const condition = filterCondition(filter, isIndexed())
      const [row, column] = [axisSql(rowAxis), axisSql(columnAxis)]
      const found = storage
        .prepare<(string | number)[], Found>(
          `SELECT job.id, ${row.sql} AS rowName, ${keySql(rowAxis, row.sql)} AS rowKey, ${column.sql} AS columnName,
             ${keySql(columnAxis, column.sql)} AS columnKey,
             CASE image.decision WHEN 'approved' THEN 0 WHEN 'rejected' THEN 2 ELSE 1 END AS rank
           ${from} AND ${condition.sql} ORDER BY job.position, job.id`,
        )
        .all(
          ...row.parameters,
          ...repeated(rowAxis, row),
          ...column.parameters,
          ...repeated(columnAxis, column),
          batchId,
          ...condition.parameters,
        )
      return inCells(found)
    },
  }
}

const repeated = (axis: MatrixAxis, condition: Condition) => (axis === 'row' ? [] : condition.parameters)

interface Found {
  readonly id: number
  readonly rowName: string
  readonly rowKey: string | number
  readonly columnName: string
  readonly columnKey: string | number
  readonly rank: number
}

function inCells(found: readonly Found[]): Matrix {
  const columns = new Map<string | number, { name: string; at: number }>()
  const rows = new Map<string | number, { name: string; cells: Found[][] }>()
  for (const tile of found) {
    const column = columns.get(tile.columnKey) ?? { name: tile.columnName, at: columns.size }
    columns.set(tile.columnKey, column)
    const row = rows.get(tile.rowKey) ?? { name: tile.rowName, cells: [] }
    rows.set(tile.rowKey, row)
    const cell = row.cells[column.at] ?? []
    row.cells[column.at] = cell
    cell.push(tile)
  }
  return {
    columns: [...columns.values()].map(({ name }) => name),
    rows: [...rows.values()].map(({ name, cells }) => ({
      name,
      cells: Array.from({ length: columns.size }, (_, at) => {
        const cell = cells[at] ?? []
        return { count: cell.length, tileIds: firstOf(cell) }
      }),
    })),
  }
}

/** The approved ones, then the undecided, then the rejected, as many as a cell shows; one pass a rank, no sort of thousands. */
function firstOf(cell: readonly Found[]): number[] {
  const ids: number[] = []
  for (const rank of [0, 1, 2])
    for (const tile of cell) {
      if (ids.length === mostInCell) return ids
      if (tile.rank === rank) ids.push(tile.id)
    }
  return ids
}
