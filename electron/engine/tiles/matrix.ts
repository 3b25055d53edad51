import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '#engine/storage/storage.ts'
import { type Matrix, type MatrixAxis, mostInCell, type Share, type TileFilter } from '#shared/contract/tiles.ts'
import { profileName } from '#shared/generation-request.ts'
import { promptCondition, tileCondition, type Unindexed } from './filter.ts'
import { inSlices } from './in-slices.ts'
import type { Condition } from './selector.ts'

interface Asked {
  readonly batchId: number
  readonly filter: TileFilter
  readonly columnAxis: MatrixAxis
}

/** Where a tile stands on an axis. Two rows of a sheet may have the same name: they have two keys. */
interface Place {
  readonly key: string | number
  readonly name: string
}

type JobRow = [
  id: number,
  promptId: number,
  variant: number,
  provider: string,
  model: string,
  decision: Decision | null,
  paidMicros: number,
]
/** Settled for a draft's requests, those that failed and were charged included. */
const paidSql = `coalesce((SELECT sum(settled_micros) FROM ledger WHERE ledger.job_id = job.id AND ledger.state = 'settled'), 0)`

type Decision = 'undecided' | 'approved' | 'rejected'

/**
 * A batch as rows beside columns, any two axes, over every draft that a filter shows. SELECT only. Read in slices between
 * which everything else goes on: what is marked meanwhile may be counted either way.
 */
export function openMatrix(storage: Storage, unindexed: () => Unindexed | null) {
  const promptRows = storage.prepare<[number], [id: number, row: number, clientId: string | null]>(
    'SELECT id, row, client_id FROM prompt WHERE batch_id = ?',
  )
  /** What an axis says of each prompt of a batch; empty for axes that are about the job. */
  function placesOf(batchId: number, axis: MatrixAxis): ReadonlyMap<number, Place> {
    if (axis === 'row')
      return new Map(
        promptRows
          .raw()
          .all(batchId)
          .map(([id, row, clientId]) => [id, { key: row, name: clientId ?? `row ${row}` }]),
      )
    if (!axis.startsWith('column:')) return new Map()
    const name = axis.slice('column:'.length)
    // A label by itself is found twice as fast, but one with a quote in it, or one that looks like a path, is none.
    const cell = /^[^$"\\[][^"\\]*$/.test(name)
      ? 'columns_json ->> ?'
      : '(SELECT cell.value FROM json_each(columns_json) AS cell WHERE cell.key = ?)'
    return new Map(
      storage
        .prepare<[string, number], [id: number, value: string]>(
          `SELECT id, coalesce(nullif(${cell}, ''), '–') FROM prompt WHERE batch_id = ?`,
        )
        .raw()
        .all(name, batchId)
        .map(([id, value]) => [id, { key: value, name: value }]),
    )
  }

  function placeOn(axis: MatrixAxis, batchId: number): (job: JobRow) => Place {
    const places = placesOf(batchId, axis)
    const [nowhere, known] = [{ key: '–', name: '–' }, new Map<string, Place>()]
    const named = (name: string): Place => {
      const place = known.get(name) ?? { key: name, name }
      known.set(name, place)
      return place
    }
    if (axis === 'model') return ([, , , provider, model]) => named(profileName({ provider, model }))
    if (axis === 'variant') return ([, , variant]) => named(`variant ${variant}`)
    return ([, promptId]) => places.get(promptId) ?? nowhere
  }

  /** Every tile of the filter in the order of the sheet, in slices of some milliseconds. */
  async function* jobSlices(batchId: number, filter: TileFilter, paidSql = '0'): AsyncGenerator<JobRow[]> {
    const condition = tileCondition(filter)
    const asked = promptCondition(filter, unindexed())
    // Found once, and not again for each slice.
    const promptIds = asked && new Set(idsWhere(batchId, asked))
    await nextTurn()
    const slices = inSlices<JobRow>(
      storage,
      `SELECT job.id, job.prompt_id, job.variant, job.provider, job.model, image.decision, ${paidSql}
       FROM job LEFT JOIN image ON image.tile_id = job.id AND image.stage = 'draft' AND image.output_index = 0
       WHERE job.batch_id = ? AND job.stage = 'draft' AND ${condition.sql}`,
      [batchId, ...condition.parameters],
      batchId,
    )
    for await (const slice of slices) yield promptIds ? slice.filter(([, promptId]) => promptIds.has(promptId)) : slice
  }

  const idsWhere = (batchId: number, { sql, parameters }: Condition): number[] =>
    storage
      .prepare<(string | number)[], number>(`SELECT prompt.id FROM prompt WHERE prompt.batch_id = ? AND ${sql}`)
      .pluck()
      .all(batchId, ...parameters)

  return {
    /** What each column was worth. Columns in the order in which they come in the sheet. */
    async shares({ batchId, filter, columnAxis }: Asked): Promise<Share[]> {
      const placeOf = placeOn(columnAxis, batchId)
      const shares = new Map<string | number, { -readonly [Name in keyof Share]: Share[Name] }>()
      for await (const slice of jobSlices(batchId, filter, paidSql))
        for (const job of slice) {
          const { key, name } = placeOf(job)
          const share = shares.get(key) ?? { name, made: 0, approved: 0, rejected: 0, paidMicros: 0 }
          shares.set(key, share)
          const decision = job[5]
          if (decision !== null) share.made++
          if (decision === 'approved') share.approved++
          if (decision === 'rejected') share.rejected++
          share.paidMicros += job[6]
        }
      return [...shares.values()]
    },

    /** Which tiles stand in which cell, what was approved first; both axes in the order of the sheet. */
    async matrix({ batchId, filter, rowAxis, columnAxis }: Asked & { readonly rowAxis: MatrixAxis }): Promise<Matrix> {
      const rowOf = placeOn(rowAxis, batchId)
      await nextTurn()
      const columnOf = placeOn(columnAxis, batchId)
      const columns = new Map<string | number, { name: string; at: number }>()
      const rows = new Map<string | number, { name: string; cells: Cell[] }>()
      for await (const slice of jobSlices(batchId, filter))
        for (const job of slice) {
          const [row, column] = [rowOf(job), columnOf(job)]
          const { at } = columns.get(column.key) ?? { at: columns.size }
          if (at === columns.size) columns.set(column.key, { name: column.name, at })
          const { cells } = rows.get(row.key) ?? { cells: [] }
          if (cells.length === 0) rows.set(row.key, { name: row.name, cells })
          cells[at] ??= { count: 0, byRank: [[], [], []] }
          addTo(cells[at], job[0], job[5])
        }
      return {
        columns: [...columns.values()].map(({ name }) => name),
        rows: [...rows.values()].map(({ name, cells }) => ({
          name,
          cells: Array.from({ length: columns.size }, (_, at) => ({
            count: cells[at]?.count ?? 0,
            tileIds: cells[at] ? shownOf(cells[at]) : [],
          })),
        })),
      }
    },
  }
}

/** The approved ones, then the undecided, then the rejected: of each as many as a cell shows. */
interface Cell {
  count: number
  readonly byRank: readonly [number[], number[], number[]]
}

function addTo(cell: Cell, tileId: number, decision: Decision | null): void {
  cell.count++
  const rank = cell.byRank[decision === 'approved' ? 0 : decision === 'rejected' ? 2 : 1]
  if (rank.length < mostInCell) rank.push(tileId)
}

function shownOf({ byRank: [approved, undecided, rejected] }: Cell): number[] {
  if (approved.length === mostInCell || (undecided.length === 0 && rejected.length === 0)) return approved
  return [...approved, ...undecided, ...rejected].slice(0, mostInCell)
}
