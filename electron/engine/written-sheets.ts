import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import { writeBack } from '#engine/sheets/sheets.ts'
import type { Tiles } from '#engine/tiles/tiles.ts'
import type { WrittenSheet } from '#shared/contract/batches.ts'
import type { Image, Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'
import type { openStoredSheets } from './stored-sheets.ts'

interface Needs {
  readonly batches: Batches
  readonly tiles: Tiles
  readonly sheets: ReturnType<typeof openStoredSheets>
  /** Where deliveries put the pictures of a batch, by image id. */
  readonly delivered: (batchId: number) => ReadonlyMap<number, string>
}

const tilesAtOnce = 500

/** A batch's sheet with what became of each row: read by `tiles`, written by `sheets`, brought together here. */
export function openWrittenSheets({ batches, tiles, sheets, delivered }: Needs) {
  return async function writeSheet({ batchId }: { batchId: number }): Promise<WrittenSheet> {
    const batch = batches.get(batchId)
    const stored = batches.sheet(batch.sheetId)
    const { sheet } = await sheets.read(batch.sheetId)
    const byRow = new Map<number, Tile[]>()
    const { ids } = tiles.ids(batchId, {}, 'sheet')
    for (let at = 0; at < ids.length; at += tilesAtOnce) {
      for (const tile of tiles.many(ids.slice(at, at + tilesAtOnce))) {
        const list = byRow.get(tile.row)
        if (list) list.push(tile)
        else byRow.set(tile.row, [tile])
      }
      await nextTurn()
    }
    const files = delivered(batchId)
    const steps = writeBack({ name: stored.fileName, bytes: stored.bytes, reading: stored.reading, sheet }, (row) => {
      const found = byRow.get(row)
      return found ? valuesOf(found, files) : null
    })
    for (;;) {
      const step = steps.next()
      if (step.done === true) {
        const { name, bytes } = step.value
        return { name, bytesBase64: Buffer.from(bytes).toString('base64') }
      }
      await nextTurn()
    }
  }
}

/** Status, decision, file, model, seed and price of a row, in the order of `ownColumns`. The file is the delivered one, else the library's. */
function valuesOf(tiles: readonly Tile[], files: ReadonlyMap<number, string>): string[] {
  const shown = tiles.flatMap((tile) => pictureOf(tile) ?? [])
  const paid = tiles.reduce((sum, tile) => sum + tile.settledMicros, 0)
  const currency = tiles[0]?.currency ?? 'USD'
  const list = (of: (image: Image) => string): string => [...new Set(shown.map(of))].join('; ')
  return [
    statusOf(tiles),
    decisionOf(tiles),
    shown.map((image) => files.get(image.id) ?? libraryFile(image)).join('; '),
    list(({ provider, model }) => `${provider}/${model}`),
    shown.map(({ seed }) => seed ?? '').join('; '),
    moneyText(paid, currency),
  ]
}

const libraryFile = ({ sha256, format }: Image): string =>
  `pictures/${sha256.slice(0, 2)}/${sha256}.${format === 'jpeg' ? 'jpg' : format}`

/** What was approved: the newest final of an approved draft, else the draft itself. */
function pictureOf({ image, finals }: Tile): Image | null {
  const approved = finals.find(({ decision }) => decision === 'approved')
  return approved ?? (image?.decision === 'approved' ? image : null)
}

function statusOf(tiles: readonly Tile[]): string {
  const done = tiles.filter(({ state }) => state === 'done').length
  const failed = tiles.filter(({ state }) => state === 'failed' || state === 'unknown')
  if (done === tiles.length) return tiles.some(({ finals }) => finals.length > 0) ? 'final' : 'draft'
  const reason = failed[0]?.failure?.message
  if (reason !== undefined && done === 0) return `failed: ${reason}`
  const apart = failed.length > 0 ? `, ${failed.length} failed` : ''
  return `${done} of ${tiles.length} made${apart}`
}

/** One draft approved is a row approved; it is rejected where all of its drafts are. */
function decisionOf(tiles: readonly Tile[]): string {
  const decisions = tiles.map(({ image }) => image?.decision ?? 'undecided')
  if (decisions.includes('approved')) return 'approved'
  return decisions.every((decision) => decision === 'rejected') ? 'rejected' : 'undecided'
}
