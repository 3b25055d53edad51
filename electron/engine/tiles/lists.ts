import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '#engine/storage/storage.ts'
import type { PackedList, TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { packNumbers, packRuns } from '#shared/packed-list.ts'
import { promptCondition, readsDraft, tileCondition, type Unindexed } from './filter.ts'
import { inSlices } from './in-slices.ts'
import type { Condition } from './selector.ts'

type FoundTile = [id: number, promptId: number, undecided?: 0 | 1 | null, createdMs?: number | null]

/** Found tiles in the order of the sheet, a column an array: an array a tile, kept until all are here, costs more than the query. */
interface Found {
  readonly ids: number[]
  readonly promptIds: number[]
  /** Of these two nothing where it was not asked for. */
  readonly undecided: (0 | 1 | null)[]
  readonly createdMs: number[]
}

const nothingFound = (): Found => ({ ids: [], promptIds: [], undecided: [], createdMs: [] })

/** Adds those whose prompt is `among` the asked ones; null for all. */
function addTo(found: Found, tiles: readonly FoundTile[], among: ReadonlySet<number> | null): void {
  for (const [id, promptId, undecided, createdMs] of tiles) {
    if (among !== null && !among.has(promptId)) continue
    found.ids.push(id)
    found.promptIds.push(promptId)
    if (undecided !== undefined) found.undecided.push(undecided)
    if (createdMs !== undefined) found.createdMs.push(createdMs ?? Number.NEGATIVE_INFINITY)
  }
}

interface Asked {
  readonly batchId: number
  readonly filter: TileFilter
  readonly order: TileOrder
}

/** As many prompts are named to SQLite; of more, each tile is asked here. */
const mostNamed = 2000

/** Tiles whose decisions are read at a time, until one is undecided. */
const placesAtOnce = 2000

const draftJoin = `LEFT JOIN image ON image.tile_id = job.id AND image.stage = 'draft' AND image.output_index = 0`

/** Looking up the draft of each tile costs as much as all the rest: it is left out where only the first undecided is asked for. */
const needsDrafts = ({ filter, order }: Omit<Asked, 'batchId'>): boolean => order !== 'sheet' || readsDraft(filter)

/** Every tile of a filter in order. What is asked of prompts is asked of each one once, not of each of its tiles. */
export function openTileLists(storage: Storage, unindexed: () => Unindexed | null) {
  const total = storage.prepare<[number, number], { count: number }>(
    `SELECT count(*) - (SELECT count(*) FROM earlier_tile WHERE batch_id = ?) AS count
     FROM job WHERE batch_id = ? AND stage = 'draft'`,
  )
  const setAside = storage.prepare<[number], { tileId: number }>(
    'SELECT tile_id AS tileId FROM earlier_tile WHERE batch_id = ? LIMIT 1',
  )
  const undecidedAmong = storage
    .prepare<[string], number>(
      `SELECT image.tile_id FROM json_each(?) AS wanted JOIN image ON image.tile_id = wanted.value AND image.stage = 'draft'
         AND image.output_index = 0 AND image.decision = 'undecided'`,
    )
    .pluck()
  const promptRows = storage
    .prepare<[number], [id: number, row: number]>('SELECT id, row FROM prompt WHERE batch_id = ?')
    .raw()

  /** The prompts that a filter asks for; null where it asks nothing of prompts. */
  function askedPrompts({ batchId, filter }: Asked): ReadonlySet<number> | null {
    const asked = promptCondition(filter, unindexed())
    if (asked === null) return null
    const found = storage
      .prepare<(string | number)[], number>(`SELECT prompt.id FROM prompt WHERE prompt.batch_id = ? AND ${asked.sql}`)
      .pluck()
    return new Set(found.all(batchId, ...asked.parameters))
  }

  function query({ batchId, filter, order }: Asked, promptIds: ReadonlySet<number> | null): Condition {
    const own = tileCondition(filter, setAside.get(batchId) === undefined)
    const isNamed = promptIds !== null && promptIds.size <= mostNamed
    const [columns, drafts] = needsDrafts({ filter, order })
      ? [`, image.decision = 'undecided'${order === 'newest' ? ', image.created_ms' : ''}`, draftJoin]
      : ['', '']
    return {
      sql: `SELECT job.id, job.prompt_id${columns} FROM job ${drafts}
        WHERE job.batch_id = ? AND job.stage = 'draft' AND ${own.sql}
        ${isNamed ? 'AND job.prompt_id IN (SELECT value FROM json_each(?))' : ''}`,
      parameters: [batchId, ...own.parameters, ...(isNamed ? [JSON.stringify([...promptIds])] : [])],
    }
  }

  /** The place of the first undecided draft in a list, -1 where there is none. Without their drafts, some are looked at at a time. */
  function firstUndecided({ undecided, ids }: Found, places: readonly number[] | null): number {
    if (places !== null) return places.findIndex((place) => undecided[place] === 1)
    if (undecided.length > 0) return undecided.indexOf(1)
    for (let from = 0; from < ids.length; from += placesAtOnce) {
      const some = ids.slice(from, from + placesAtOnce)
      const open = new Set(undecidedAmong.all(JSON.stringify(some)))
      if (open.size > 0) return from + some.findIndex((id) => open.has(id))
    }
    return -1
  }

  function answer({ batchId, order }: Asked, tiles: Found) {
    const places = placesIn(tiles, order)
    const inOrder = (column: readonly number[]): readonly number[] =>
      places === null ? column : places.map((place) => column[place] ?? 0)
    // Looked up here: SQLite would read a prompt with its whole text for each of its tiles.
    const rowOf = new Map(promptRows.all(batchId))
    const rows: [number, number][] = []
    let last: [number, number] | undefined
    let lastPromptId = -1
    for (const promptId of inOrder(tiles.promptIds)) {
      const row = promptId === lastPromptId ? last?.[0] : rowOf.get(promptId)
      lastPromptId = promptId
      if (last && last[0] === row) last[1]++
      else {
        last = [row ?? 0, 1]
        rows.push(last)
      }
    }
    return {
      ids: [...inOrder(tiles.ids)],
      rows,
      firstUndecided: firstUndecided(tiles, places),
      total: total.get(batchId, batchId)?.count ?? 0,
    }
  }

  return {
    ids(batchId: number, filter: TileFilter, order: TileOrder) {
      const asked = { batchId, filter, order }
      const promptIds = askedPrompts(asked)
      const { sql, parameters } = query(asked, promptIds)
      const all = storage
        .prepare<(string | number)[], FoundTile>(`${sql} ORDER BY job.position, job.id`)
        .raw()
        .all(...parameters)
      const tiles = nothingFound()
      addTo(tiles, all, promptIds)
      return answer(asked, tiles)
    },

    /** The same packed, read in slices between which everything else goes on: what changes meanwhile may be in it or not. */
    async list(asked: Asked): Promise<PackedList> {
      const promptIds = askedPrompts(asked)
      await nextTurn()
      const { sql, parameters } = query(asked, promptIds)
      const tiles = nothingFound()
      for await (const slice of inSlices<FoundTile>(storage, sql, parameters, asked.batchId))
        addTo(tiles, slice, promptIds)
      await nextTurn()
      const { ids, rows, ...rest } = answer(asked, tiles)
      await nextTurn()
      return { ids: packNumbers(ids), rows: packRuns(rows), count: ids.length, ...rest }
    },
  }
}

/** The places of tiles in an order, null for the sheet's own. What is not made yet is the oldest; of equals the sheet's order stays. */
function placesIn({ ids, undecided, createdMs }: Found, order: TileOrder): readonly number[] | null {
  if (order === 'sheet') return null
  const places = ids.map((_, place) => place)
  if (order === 'undecided-first')
    return [...places.filter((place) => undecided[place] !== 0), ...places.filter((place) => undecided[place] === 0)]
  const made = (place: number): number => createdMs[place] ?? Number.NEGATIVE_INFINITY
  return places.sort((one, other) => made(other) - made(one) || 0)
}
