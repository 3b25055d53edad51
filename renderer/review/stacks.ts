import { createTileList, type TileList } from './tile-list.ts'

/** Rows shown as one tile each: the row's number and the tile on top. */
export type Stacks = ReadonlyMap<number, number>

export interface Stacked {
  readonly list: TileList
  /** The tile on top of a closed stack -> how many tiles it stands for. */
  readonly sizes: ReadonlyMap<number, number>
}

const noSizes: ReadonlyMap<number, number> = new Map()

/** The list with every closed row cut to its top tile; a top that the filter hides gives way to the row's first. */
export function closeStacks(list: TileList, stacks: Stacks): Stacked {
  if (stacks.size === 0) return { list, sizes: noSizes }
  const ids: number[] = []
  const runs: [number, number][] = []
  const sizes = new Map<number, number>()
  list.runs.forEach(([row, count], run) => {
    const start = list.runStart(run)
    const top = stacks.get(row)
    if (top === undefined || count === 1) {
      for (let index = start; index < start + count; index += 1) ids.push(list.ids[index] ?? -1)
      runs.push([row, count])
      return
    }
    const place = list.indexOf(top)
    const shown = (place >= start && place < start + count ? top : list.ids[start]) ?? -1
    ids.push(shown)
    runs.push([row, 1])
    sizes.set(shown, count)
  })
  return { list: createTileList(ids, runs), sizes }
}

/** The number of the row that a tile stands in, `null` where the list does not hold it. */
export function rowOf(list: TileList, tileId: number): number | null {
  const index = list.indexOf(tileId)
  return index < 0 ? null : (list.runs[list.runAt(index)]?.[0] ?? null)
}

/** The tiles of the run that holds a tile, in order; empty where the list does not hold it. */
export function siblingsOf(list: TileList, tileId: number): readonly number[] {
  const index = list.indexOf(tileId)
  if (index < 0) return []
  const run = list.runAt(index)
  return list.ids.slice(list.runStart(run), list.runStart(run + 1))
}

/** Which tile lies on top: the first approved one, else the first. */
export const topOf = (tileIds: readonly number[], isApproved: (tileId: number) => boolean): number | undefined =>
  tileIds.find(isApproved) ?? tileIds[0]

/** Every row closed, each under its top. */
export function allStacks(list: TileList, isApproved: (tileId: number) => boolean): Stacks {
  const stacks = new Map<number, number>()
  list.runs.forEach(([row, count], run) => {
    const start = list.runStart(run)
    const top = topOf(list.ids.slice(start, start + count), isApproved)
    if (top !== undefined && count > 1) stacks.set(row, top)
  })
  return stacks
}
