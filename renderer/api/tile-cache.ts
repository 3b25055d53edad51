import type { Marks } from '#shared/contract/review.ts'
import type { Tile } from '#shared/contract/tiles.ts'

/** How many tiles are kept; the oldest used go first. A tile is about 2 KB. */
const kept = 6000
/** How many tiles one call asks for. */
const page = 100

interface Entry {
  tile: Tile | null
  stale: boolean
  asked: boolean
  /** The clock when its marks were last written by an answer; details asked before that keep these marks. */
  markedAt: number
}

export interface TileCache {
  /** The tile as last heard, `null` while it is not here. */
  readonly get: (tileId: number) => Tile | null
  /** The tile as it is now, as far as is known: `null` also where it changed since it was last heard. */
  readonly fresh: (tileId: number) => Tile | null
  /** Asks for those that are missing or stale, in pages of 100. */
  readonly want: (tileIds: readonly number[]) => void
  /** Resolves with the tiles once they are here, in the order asked. */
  readonly load: (tileIds: readonly number[]) => Promise<readonly Tile[]>
  readonly markStale: (tileIds: readonly number[] | 'all') => void
  readonly writeMarks: (changed: readonly Marks[]) => void
  /** Rises with every change. */
  readonly changes: () => number
  readonly subscribe: (listener: (tileIds: ReadonlySet<number>) => void) => () => void
}

/** Details of tiles by id, fetched for what is on screen and kept in a bounded store. Errors go to `onError`. */
export function createTileCache(
  fetchTiles: (tileIds: number[]) => Promise<readonly Tile[]>,
  onError: (error: unknown) => void,
): TileCache {
  const entries = new Map<number, Entry>()
  const listeners = new Set<(tileIds: ReadonlySet<number>) => void>()
  const clock = { now: 0, changes: 0 }

  const tell = (tileIds: ReadonlySet<number>) => {
    clock.changes += 1
    for (const listener of listeners) listener(tileIds)
  }

  const entryOf = (tileId: number): Entry => {
    const entry = entries.get(tileId) ?? { tile: null, stale: false, asked: false, markedAt: 0 }
    entries.delete(tileId)
    entries.set(tileId, entry)
    return entry
  }

  const dropOldest = () => {
    for (const [tileId, entry] of entries) {
      if (entries.size <= kept) return
      if (!entry.asked) entries.delete(tileId)
    }
  }

  const fetchPage = async (tileIds: number[]): Promise<void> => {
    clock.now += 1
    const askedAt = clock.now
    for (const tileId of tileIds) Object.assign(entryOf(tileId), { asked: true, stale: false })
    try {
      const tiles = await fetchTiles(tileIds)
      for (const tile of tiles) {
        const entry = entryOf(tile.id)
        entry.tile = entry.tile && entry.markedAt > askedAt ? withMarksOf(tile, entry.tile) : tile
      }
    } catch (error) {
      for (const tileId of tileIds) entryOf(tileId).stale = true
      onError(error)
    } finally {
      for (const tileId of tileIds) entryOf(tileId).asked = false
      dropOldest()
      tell(new Set(tileIds))
    }
  }

  const missing = (tileIds: readonly number[]): number[] =>
    tileIds.filter((tileId) => {
      const entry = entryOf(tileId)
      return !entry.asked && (entry.tile === null || entry.stale)
    })

  const fetchAll = (tileIds: readonly number[], size: number): Promise<unknown> => {
    const pages: Promise<void>[] = []
    for (let start = 0; start < tileIds.length; start += size) pages.push(fetchPage(tileIds.slice(start, start + size)))
    return Promise.all(pages)
  }

  return {
    get: (tileId) => entries.get(tileId)?.tile ?? null,
    fresh: (tileId) => {
      const entry = entries.get(tileId)
      return entry && !entry.stale ? entry.tile : null
    },
    want: (tileIds) => void fetchAll(missing(tileIds), page),
    load: async (tileIds) => {
      const found: Tile[] = []
      for (let start = 0; start < tileIds.length; start += 1000) {
        const part = tileIds.slice(start, start + 1000)
        const absent = part.filter((tileId) => !entries.get(tileId)?.tile)
        if (absent.length > 0) await fetchPage(absent)
        for (const tileId of part) {
          const tile = entries.get(tileId)?.tile
          if (tile) found.push(tile)
        }
      }
      return found
    },
    markStale: (tileIds) => {
      const ids = new Set(tileIds === 'all' ? entries.keys() : tileIds)
      for (const tileId of ids) {
        const entry = entries.get(tileId)
        if (entry) entry.stale = true
      }
      tell(ids)
    },
    writeMarks: (changed) => {
      clock.now += 1
      for (const marks of changed) {
        const entry = entries.get(marks.tileId)
        if (!entry?.tile) continue
        entry.tile = withMarks(entry.tile, marks)
        entry.markedAt = clock.now
      }
      tell(new Set(changed.map((marks) => marks.tileId)))
    },
    changes: () => clock.changes,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const withMarks = (tile: Tile, marks: Marks): Tile => {
  const { decision, hires, reroll, rating, label } = marks
  const mark = <Picture extends { id: number }>(picture: Picture): Picture =>
    picture.id === marks.imageId ? { ...picture, decision, hires, reroll, rating, label } : picture
  return { ...tile, image: tile.image && mark(tile.image), finals: tile.finals.map(mark) }
}

const withMarksOf = (tile: Tile, marked: Tile): Tile =>
  [marked.image, ...marked.finals].reduce(
    (result, image) => (image ? withMarks(result, { ...image, imageId: image.id, tileId: tile.id }) : result),
    tile,
  )
