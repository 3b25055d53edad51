import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '#engine/storage/storage.ts'
import type { PackedList, TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { packNumbers, packRuns } from '#shared/packed-list.ts'
import { promptCondition, readsDraft, tileCondition, type Unindexed } from './filter.ts'
import { inSlices } from './in-slices.ts'
import type { Condition } from './selector.ts'

type FoundTile = [id: number, promptId: number, undecided: 0 | 1 | null, createdMs: number | null]

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

  function found({ batchId, filter, order }: Asked, promptIds: ReadonlySet<number> | null): Condition {
    const own = tileCondition(filter)
    const isNamed = promptIds !== null && promptIds.size <= mostNamed
    const [columns, drafts] = needsDrafts({ filter, order })
      ? [`image.decision = 'undecided', image.created_ms`, draftJoin]
      : ['NULL, NULL', '']
    return {
      sql: `SELECT job.id, job.prompt_id, ${columns} FROM job ${drafts}
        WHERE job.batch_id = ? AND job.stage = 'draft' AND ${own.sql}
        ${isNamed ? 'AND job.prompt_id IN (SELECT value FROM json_each(?))' : ''}`,
      parameters: [batchId, ...own.parameters, ...(isNamed ? [JSON.stringify([...promptIds])] : [])],
    }
  }

  /** The place of the first undecided draft in a list, -1 where there is none. Without their drafts, some are looked at at a time. */
  function firstUndecided(asked: Asked, tiles: readonly FoundTile[]): number {
    if (needsDrafts(asked)) return tiles.findIndex(([, , undecided]) => undecided === 1)
    for (let from = 0; from < tiles.length; from += placesAtOnce) {
      const ids = tiles.slice(from, from + placesAtOnce).map(([id]) => id)
      const open = new Set(undecidedAmong.all(JSON.stringify(ids)))
      const place = open.size === 0 ? -1 : ids.findIndex((id) => open.has(id))
      if (place >= 0) return from + place
    }
    return -1
  }

  function answer(askedFor: Asked, inSheetOrder: readonly FoundTile[], promptIds: ReadonlySet<number> | null) {
    const { batchId, order } = askedFor
    const passed = promptIds === null ? inSheetOrder : inSheetOrder.filter(([, promptId]) => promptIds.has(promptId))
    const tiles = inOrder(passed, order)
    // Looked up here: SQLite would read a prompt with its whole text for each of its tiles.
    const rowOf = new Map(promptRows.all(batchId))
    const rows: [number, number][] = []
    let last: [number, number] | undefined
    let lastPromptId = -1
    for (const [, promptId] of tiles) {
      const row = promptId === lastPromptId ? last?.[0] : rowOf.get(promptId)
      lastPromptId = promptId
      if (last && last[0] === row) last[1]++
      else {
        last = [row ?? 0, 1]
        rows.push(last)
      }
    }
    return {
      ids: tiles.map(([id]) => id),
      rows,
      firstUndecided: firstUndecided(askedFor, tiles),
      total: total.get(batchId, batchId)?.count ?? 0,
    }
  }

  return {
    ids(batchId: number, filter: TileFilter, order: TileOrder) {
      const asked = { batchId, filter, order }
      const promptIds = askedPrompts(asked)
      const { sql, parameters } = found(asked, promptIds)
      const all = storage
        .prepare<(string | number)[], FoundTile>(`${sql} ORDER BY job.position, job.id`)
        .raw()
        .all(...parameters)
      return answer(asked, all, promptIds)
    },

    /** The same packed, read in slices between which everything else goes on: what changes meanwhile may be in it or not. */
    async list(asked: Asked): Promise<PackedList> {
      const promptIds = askedPrompts(asked)
      await nextTurn()
      const { sql, parameters } = found(asked, promptIds)
      const all: FoundTile[] = []
      for await (const slice of inSlices<FoundTile>(storage, sql, parameters, asked.batchId))
        for (const tile of slice) all.push(tile)
      await nextTurn()
      const { ids, rows, ...rest } = answer(asked, all, promptIds)
      await nextTurn()
      return { ids: packNumbers(ids), rows: packRuns(rows), count: ids.length, ...rest }
    },
  }
}

/** What is not made yet comes last among the newest. Tiles of which an order says the same stay as in the sheet. */
function inOrder(tiles: readonly FoundTile[], order: TileOrder): readonly FoundTile[] {
  if (order === 'newest')
    return tiles.toSorted(
      ([, , , one], [, , , other]) => (other ?? Number.NEGATIVE_INFINITY) - (one ?? Number.NEGATIVE_INFINITY) || 0,
    )
  if (order === 'undecided-first') {
    const isOpen = ([, , undecided]: FoundTile): boolean => undecided !== 0
    return [...tiles.filter(isOpen), ...tiles.filter((tile) => !isOpen(tile))]
  }
  return tiles
}
