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

export const createTileList = (ids: readonly number[], runs: Runs): TileList => {
  const places: { byId: Map<number, number> | null } = { byId: null }
  return listOf(ids, runs, (tileId) => {
    // Made when first asked for: a list that is only scrolled through never needs it.
    places.byId ??= new Map(ids.map((id, index) => [id, index]))
    return places.byId.get(tileId) ?? -1
  })
}

function listOf(ids: readonly number[], runs: Runs, indexOf: TileList['indexOf']): TileList {
  const starts = new Int32Array(runs.length + 1)
  runs.forEach(([, count], run) => {
    starts[run + 1] = (starts[run] ?? 0) + count
  })
  return {
    ids,
    runs,
    indexOf,
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

/**
 * The list without some tiles. Costs a copy of the ids and a step for each tile that goes, whatever the list holds: it is
 * made anew at every mark that a filter hides.
 */
export function withoutTiles(list: TileList, gone: ReadonlySet<number>): TileList {
  const places = Int32Array.from([...gone].map(list.indexOf).filter((place) => place >= 0)).sort()
  if (places.length === 0) return list
  const ids: number[] = []
  const counts = new Map<number, number>()
  let from = 0
  for (const place of places) {
    for (let index = from; index < place; index += 1) ids.push(list.ids[index] ?? -1)
    from = place + 1
    const run = list.runAt(place)
    counts.set(run, (counts.get(run) ?? list.runs[run]?.[1] ?? 0) - 1)
  }
  for (let index = from; index < list.ids.length; index += 1) ids.push(list.ids[index] ?? -1)
  const runs: (readonly [number, number])[] = []
  list.runs.forEach((run, number) => {
    const left = counts.get(number)
    if (left === undefined) runs.push(run)
    else if (left > 0) runs.push([run[0], left])
  })
  return listOf(ids, runs, (tileId) => {
    const place = list.indexOf(tileId)
    if (place < 0) return -1
    const before = countUpTo(places, place)
    return before > 0 && places[before - 1] === place ? -1 : place - before
  })
}

/** How many of some ascending values are at most `value`. */
const countUpTo = (ascending: Int32Array, value: number): number =>
  ascending.length === 0 || (ascending[0] ?? 0) > value ? 0 : lastAtMost(ascending, value, ascending.length - 1) + 1

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
