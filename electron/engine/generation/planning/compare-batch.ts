import { setImmediate as nextTurn } from 'node:timers/promises'
import { promptHash } from '#engine/cache/cache.ts'
import { compareRows, type InSlices, type ReadSheet, type RowPair, type SheetRow } from '#engine/sheets/sheets.ts'
import type { BatchChange, Difference, MovedPrompt, TileRef } from './batch-change.ts'
import { breather } from './breathe.ts'
import { draftSlices, type TileSource } from './draft-tiles.ts'
import type { GoneRow, StoredPlace, StoredRow, StoredRows } from './stored-rows.ts'

/** Where pictures may be kept from: a row as it was, with the places that it has in the grid. */
interface Origin {
  readonly cells: SheetRow
  readonly stored: StoredRow
  readonly isGone: boolean
}

/** A row of the newer sheet that has to be expanded to know what of it is new. */
interface OpenRow {
  readonly next: SheetRow
  readonly old: SheetRow | null
  readonly isCellChanged: boolean
  readonly origins: readonly Origin[]
  readonly tiles: { readonly ref: TileRef; readonly place: StoredPlace | null }[]
  readonly prompts: MovedPrompt[]
}

type Fate = { readonly kind: 'same'; readonly next: SheetRow; readonly stored: StoredRow | null } | OpenRow

interface Sheets {
  readonly older: TileSource
  readonly newer: TileSource
}

/**
 * What of a newer sheet is there already and what is to be made. A row whose cells are the same keeps everything; of one
 * that changed, the same wishes keep their pictures and decisions (equal prompt hashes, both versions expanded with
 * today's models), and the rest is set aside for the new.
 */
export async function compareBatch({ older, newer }: Sheets, rows: StoredRows): Promise<BatchChange> {
  const { mapping } = newer.settings
  const pairs = await inTurns(
    compareRows(older.sheet, newer.sheet, { id: mapping.id ?? null, prompt: mapping.prompt ?? null }),
  )
  const fates = await fatesOf(pairs, { older: older.sheet, newer: newer.sheet, idColumn: mapping.id ?? null }, rows)
  const open = fates.filter((fate) => 'tiles' in fate)
  const wishes = await wishesOf(open, older)
  const { wanted, promptOf, source } = await matchTiles(open, newer, wishes)
  return {
    source: { ...source, wants: (tile) => wanted[tile] === 1 },
    promptOf,
    ...settle(fates, pairs, older.sheet, newer.sheet, rows),
  }
}

async function inTurns<Result>(steps: InSlices<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

async function fatesOf(
  pairs: readonly RowPair[],
  { older, newer, idColumn }: { older: ReadSheet; newer: ReadSheet; idColumn: string | null },
  rows: StoredRows,
): Promise<Fate[]> {
  const breathe = breather()
  const olderAt = newer.columns.map((column) => older.columns.indexOf(column))
  const hasSameColumns = older.columns.length === newer.columns.length && !olderAt.includes(-1)
  const isEqual = (next: SheetRow, old: SheetRow): boolean =>
    next.cells.every((cell, at) => olderAt[at] === -1 || cell === (old.cells[olderAt[at] ?? -1] ?? ''))
  const gone = goneBy(rows.gone, newer.columns, idColumn)
  const idAt = idColumn === null ? -1 : newer.columns.indexOf(idColumn)
  const fates: Fate[] = []
  for (const pair of pairs) {
    const next = newer.rows[pair.next]
    const old = older.rows[pair.old] ?? null
    if (!next) continue
    const stored = old === null ? null : (rows.present.get(old.row) ?? null)
    const isCellChanged = old !== null && !isEqual(next, old)
    if (old !== null && !isCellChanged && hasSameColumns) fates.push({ kind: 'same', next, stored })
    else {
      const came =
        old === null || isCellChanged ? gone(next.cells, old === null ? (next.cells[idAt] ?? '').trim() : '') : null
      const cellsOf = (row: GoneRow): SheetRow => ({
        row: row.row,
        line: row.line,
        cells: older.columns.map((column) => row.columns[column] ?? ''),
      })
      const origins = [
        ...(old !== null && stored ? [{ cells: old, stored, isGone: false }] : []),
        ...(came ? [{ cells: cellsOf(came), stored: came, isGone: true }] : []),
      ]
      fates.push({ next, old, isCellChanged, origins, tiles: [], prompts: [] })
    }
    await breathe()
  }
  return fates
}

/** Finds a row that went by its cells or, of those taken out of the sheet, by its id; each is given once. */
function goneBy(gone: readonly GoneRow[], columns: readonly string[], idColumn: string | null) {
  const byCells = new Map<string, GoneRow>()
  const byId = new Map<string, GoneRow>()
  const given = new Set<GoneRow>()
  for (const row of gone) {
    byCells.set(JSON.stringify(columns.map((column) => row.columns[column] ?? '')), row)
    const id = idColumn === null ? '' : (row.columns[idColumn] ?? '').trim()
    if (id !== '' && row.places[0]?.tiles[0]?.earlier === 'removed') byId.set(id, row)
  }
  return (cells: readonly string[], id: string): GoneRow | null => {
    if (gone.length === 0) return null
    const found = byCells.get(JSON.stringify(cells)) ?? byId.get(id) ?? null
    if (found === null || given.has(found)) return null
    given.add(found)
    return found
  }
}

const draws = (open: OpenRow): number => open.origins[0]?.cells.row ?? open.next.row

/** How many tiles stood before a row when it was planned: what a rotation of models goes by. */
const placedAt = (open: OpenRow): number => open.origins[0]?.stored.places[0]?.position ?? 0

/** The prompt hashes that the older cells ask for today, in the order of their places. */
async function wishesOf(open: readonly OpenRow[], older: TileSource): Promise<Map<Origin, string[]>> {
  const origins = open.flatMap((row) => row.origins.map((origin) => ({ origin, row })))
  const rows = origins.map(({ origin, row }, at): SheetRow => ({ ...origin.cells, row: at + 1, drawnAs: draws(row) }))
  const wishes = new Map<Origin, string[]>()
  const breathe = breather()
  const madeBefore = (row: number): number => {
    const found = origins[row - 1]
    return found ? placedAt(found.row) : 0
  }
  for (const { prompts } of draftSlices({ ...older, sheet: { ...older.sheet, rows }, madeBefore })) {
    for (const { prompt, tiles } of prompts) {
      const found = origins[prompt.row - 1]
      if (!found) continue
      const list = wishes.get(found.origin) ?? []
      wishes.set(found.origin, list)
      for (const tile of tiles) list.push(promptHash(tile.request))
    }
    await breathe()
  }
  return wishes
}

/** Gives each tile of the open rows its place, where an equal wish has one; the others are to be made. */
async function matchTiles(open: readonly OpenRow[], newer: TileSource, wishes: ReadonlyMap<Origin, string[]>) {
  const byRow = new Map(open.map((row) => [row.next.row, row]))
  const rows = open.map((row): SheetRow => ({ ...row.next, drawnAs: draws(row) }))
  const madeBefore = (row: number): number => {
    const found = byRow.get(row)
    return found ? placedAt(found) : 0
  }
  const source: TileSource = { ...newer, sheet: { ...newer.sheet, rows }, madeBefore }
  const free = new Map<OpenRow, Map<string, StoredPlace[]>>()
  const wanted: number[] = []
  const promptOf: (number | null)[] = []
  const breathe = breather()
  let made = 0
  for (const { prompts } of draftSlices(source)) {
    for (const { prompt, tiles } of prompts) {
      const row = byRow.get(prompt.row)
      if (!row) continue
      const places = free.get(row) ?? freePlaces(row, wishes)
      free.set(row, places)
      let own: number | null = null
      let isNew = false
      for (const tile of tiles) {
        const place = places.get(promptHash(tile.request))?.shift() ?? null
        wanted.push(place === null ? 1 : 0)
        row.tiles.push({ place, ref: place === null ? { made: made++ } : { tileId: place.tiles[0]?.tileId ?? 0 } })
        isNew ||= place === null
        if (place && !row.prompts.some(({ id }) => id === place.promptId)) {
          own ??= place.promptId
          const { line, clientId, columns } = prompt
          row.prompts.push({ id: place.promptId, row: prompt.row, line, clientId, columns })
        }
      }
      if (isNew) promptOf.push(own)
    }
    await breathe()
  }
  return { wanted: Uint8Array.from(wanted), promptOf, source }
}

/** A row's places by the wish they stand for; what was canceled when its row went has no picture to bring back. */
function freePlaces(row: OpenRow, wishes: ReadonlyMap<Origin, string[]>): Map<string, StoredPlace[]> {
  const free = new Map<string, StoredPlace[]>()
  for (const origin of row.origins) {
    const hashes = wishes.get(origin) ?? []
    const { places } = origin.stored
    for (const [at, place] of places.entries()) {
      const hash = hashes[at]
      if (hash === undefined || hashes.length !== places.length) continue
      if (origin.isGone && place.tiles.every(({ state }) => state === 'canceled')) continue
      const list = free.get(hash)
      if (list) list.push(place)
      else free.set(hash, [place])
    }
  }
  return free
}

/** Positions for everything in the order of the newer sheet, and what goes out of view. */
function settle(
  fates: readonly Fate[],
  pairs: readonly RowPair[],
  older: ReadSheet,
  newer: ReadSheet,
  rows: StoredRows,
): Omit<BatchChange, 'source' | 'promptOf'> {
  const away: { tileId: number; kind: 'removed' | 'changed'; next: TileRef | null }[] = []
  const back: number[] = []
  const prompts: MovedPrompt[] = []
  const places: (readonly [number, number])[] = []
  const positions: number[] = []
  const differences: Difference[] = []
  let [position, same, keptTiles, canceled] = [0, 0, 0, 0]

  const keep = (place: StoredPlace): void => {
    for (const tile of place.tiles) {
      if (tile.position !== position) places.push([tile.tileId, position])
      if (tile.earlier !== null) back.push(tile.tileId)
    }
    keptTiles += place.tiles.length
    position++
  }
  const setAside = (place: StoredPlace, kind: 'removed' | 'changed', next: TileRef | null): void => {
    for (const { tileId, state } of place.tiles) {
      away.push({ tileId, kind, next })
      if (state === 'queued') canceled++
    }
  }

  for (const fate of fates) {
    if (!('tiles' in fate)) {
      same++
      const { next, stored } = fate
      stored?.places.forEach(keep)
      if (stored && (stored.row !== next.row || stored.line !== next.line)) {
        const ids = new Set(stored.places.map(({ promptId }) => promptId))
        for (const id of ids) prompts.push({ id, row: next.row, line: next.line, clientId: null, columns: null })
      }
      continue
    }
    const used = new Set<StoredPlace>()
    for (const { ref, place } of fate.tiles) {
      if (place) {
        used.add(place)
        keep(place)
      } else if ('made' in ref) positions[ref.made] = position++
    }
    prompts.push(...fate.prompts)
    const present = fate.origins.find((origin) => !origin.isGone)?.stored.places ?? []
    present.forEach((place, at) => {
      if (!used.has(place)) setAside(place, 'changed', fate.tiles[Math.min(at, fate.tiles.length - 1)]?.ref ?? null)
    })
    const kept = fate.tiles.filter(({ place }) => place !== null).length
    const isReturned = fate.tiles.some(({ place }) => place?.tiles.some(({ earlier }) => earlier !== null))
    const counts = { next: fate.next, old: fate.old, newTiles: fate.tiles.length - kept, keptTiles: kept }
    const isChanged = fate.isCellChanged || counts.newTiles > 0 || present.some((place) => !used.has(place))
    if (fate.old === null) differences.push({ kind: isReturned ? 'returned' : 'added', ...counts })
    else if (isChanged) differences.push({ kind: 'changed', ...counts })
    else same++
  }
  const stays = new Set(pairs.map(({ old }) => old))
  for (const [at, old] of older.rows.entries()) {
    if (stays.has(at)) continue
    const stored = rows.present.get(old.row)
    for (const place of stored?.places ?? []) setAside(place, 'removed', null)
    differences.push({ kind: 'removed', next: null, old, newTiles: 0, keptTiles: 0 })
  }
  return {
    positions,
    away,
    back,
    prompts,
    places,
    same,
    differences,
    keptTiles,
    canceled,
    columns: {
      added: newer.columns.filter((column) => !older.columns.includes(column)),
      removed: older.columns.filter((column) => !newer.columns.includes(column)),
    },
  }
}
