/** The tiles of a view in order: every id, and where each one stands. */
export interface TileList {
  readonly ids: readonly number[]
  /** Runs of tiles of one row: the row's number and how many tiles follow. */
  readonly runs: readonly (readonly [row: number, count: number])[]
  /** -1 where it is not in the list. */
  readonly indexOf: (tileId: number) => number
  /** The run that holds the tile at an index. */
  readonly runAt: (index: number) => number
  /** The index of a run's first tile; for the number of runs, the number of tiles. */
  readonly runStart: (run: number) => number
}

type Runs = readonly (readonly [number, number])[]

export function createTileList(ids: readonly number[], runs: Runs): TileList {
  const starts = new Int32Array(runs.length + 1)
  runs.forEach(([, count], run) => {
    starts[run + 1] = (starts[run] ?? 0) + count
  })
  const places: { byId: Map<number, number> | null } = { byId: null }
  return {
    ids,
    runs,
    indexOf: (tileId) => {
      // Made when first asked for: a list that is only scrolled through never needs it.
      places.byId ??= new Map(ids.map((id, index) => [id, index]))
      return places.byId.get(tileId) ?? -1
    },
    runAt: (index) => lastAtMost(starts, index, runs.length - 1),
    runStart: (run) => starts[Math.max(0, Math.min(run, runs.length))] ?? 0,
  }
}

export const emptyTileList: TileList = createTileList([], [])

/** The last place in an ascending list, up to `highest`, whose value is at most `value`; 0 where none is. */
export function lastAtMost(ascending: Int32Array | Float64Array, value: number, highest: number): number {
  let low = 0
  let high = Math.max(0, highest)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((ascending[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/** The list without some tiles. */
export function withoutTiles(list: TileList, gone: ReadonlySet<number>): TileList {
  if (gone.size === 0) return list
  const ids = list.ids.filter((id) => !gone.has(id))
  if (ids.length === list.ids.length) return list
  const runs: [number, number][] = []
  list.runs.forEach(([row, count], run) => {
    const start = list.runStart(run)
    let left = 0
    for (let index = start; index < start + count; index += 1) if (!gone.has(list.ids[index] ?? -1)) left += 1
    if (left > 0) runs.push([row, left])
  })
  return createTileList(ids, runs)
}

/** Where focus goes when the list changes: the tile itself, else the next that is left, else the one before. */
export function focusAfterChange(before: TileList, after: TileList, focusId: number | null): number | null {
  if (focusId === null) return null
  if (after.indexOf(focusId) >= 0) return focusId
  const place = before.indexOf(focusId)
  if (place < 0) return after.ids[0] ?? null
  for (let index = place + 1; index < before.ids.length; index += 1) {
    const id = before.ids[index] ?? -1
    if (after.indexOf(id) >= 0) return id
  }
  for (let index = place - 1; index >= 0; index -= 1) {
    const id = before.ids[index] ?? -1
    if (after.indexOf(id) >= 0) return id
  }
  return after.ids[0] ?? null
}
