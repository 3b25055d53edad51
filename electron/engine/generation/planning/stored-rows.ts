import type { SheetTile, SheetTiles } from '#engine/tiles/tiles.ts'
import { breather } from './breathe.ts'

/** A draft with its re-rolls: they share a place, and stay or go together. */
export interface StoredPlace {
  readonly promptId: number
  readonly position: number
  readonly tiles: SheetTile[]
}

export interface StoredRow {
  readonly row: number
  readonly line: number
  readonly places: StoredPlace[]
}

/** A row that went, with the cells that its prompts were made from. */
export interface GoneRow extends StoredRow {
  readonly columns: Readonly<Record<string, string>>
}

export interface StoredRows {
  /** Rows that the batch's sheet has, by their number. */
  readonly present: ReadonlyMap<number, StoredRow>
  /** Rows that went before; the newest last. */
  readonly gone: readonly GoneRow[]
}

/** The drafts of a batch by the rows they belong to, in slices. */
export async function storedRows(tiles: SheetTiles, batchId: number): Promise<StoredRows> {
  const present = new Map<number, StoredRow>()
  const goneBy = new Map<string, StoredRow>()
  const breathe = breather()
  for (const page of tiles.pages(batchId)) {
    for (const tile of page) {
      const own = { row: tile.row, line: tile.line, places: [] }
      if (tile.earlier === null) add(present.get(tile.row) ?? set(present, tile.row, own), tile)
      else {
        const key = `${tile.wentMs}/${tile.row}/${tile.earlier}`
        add(goneBy.get(key) ?? set(goneBy, key, own), tile)
      }
    }
    await breathe()
  }
  const gone: GoneRow[] = []
  for (const row of goneBy.values()) {
    gone.push({ ...row, columns: tiles.columnsOf(row.places[0]?.promptId ?? 0) })
    await breathe()
  }
  gone.sort((one, other) => wentMs(one) - wentMs(other))
  return { present, gone }
}

const wentMs = (row: StoredRow): number => row.places[0]?.tiles[0]?.wentMs ?? 0

function set<Key>(map: Map<Key, StoredRow>, key: Key, row: StoredRow): StoredRow {
  map.set(key, row)
  return row
}

function add(row: StoredRow, tile: SheetTile): void {
  const last = row.places.at(-1)
  if (last && last.promptId === tile.promptId && last.position === tile.position) last.tiles.push(tile)
  else row.places.push({ promptId: tile.promptId, position: tile.position, tiles: [tile] })
}
