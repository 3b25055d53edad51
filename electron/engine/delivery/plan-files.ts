import type { Batch } from '#engine/batches/batches.ts'
import type { Deliverable, TileWithoutPicture } from '#engine/tiles/tiles.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { expandName, nameMistakes, safeFileName, uniqueNames } from '#shared/filename-template.ts'
import { type Choice, choose, type DeliveryFolder, reasonWithout } from './choose.ts'
import { namePlaceholders } from './name-values.ts'

/** A file to deliver. `path` is relative to the target, with `/`: `approved/A1-2.png`. */
export interface PlannedFile {
  readonly path: string
  readonly image: Deliverable
}

/** A tile with its place in the delivery, `path` null where no file of it is delivered. */
export type PlannedTile = Choice & { readonly path: string | null }

export interface FilePlan {
  /** Every tile of the batch, in the order of the sheet. */
  readonly tiles: readonly PlannedTile[]
  readonly files: readonly PlannedFile[]
  /** Every picture of the batch by its image id, also those that are not delivered. */
  readonly imagesById: ReadonlyMap<number, Deliverable>
  /** The sheet's columns, in the order they are first met. */
  readonly columns: readonly string[]
  readonly collisions: number
  /** What is wrong with the name template, one sentence each; the names are of no use then. */
  readonly mistakes: readonly string[]
}

export interface BatchTiles {
  readonly batch: Batch
  /** Tile ids in the order of the sheet. */
  readonly order: readonly number[]
  readonly images: readonly Deliverable[]
  readonly withoutPicture: readonly TileWithoutPicture[]
}

/** Chooses and names the files of a delivery: the same tiles and decisions give the same names every time. */
export function planFiles(settings: DeliverySettings, of: BatchTiles): FilePlan {
  const columns = columnsOf([...of.images, ...of.withoutPicture])
  const placeholders = namePlaceholders(of.batch, columns)
  const choices = choicesOf(settings, of)
  const names = new Map<Choice, string>()
  let collisions = 0
  for (const [folder, chosen] of Map.groupBy(choices.filter(isDelivered), (choice) => choice.folder)) {
    const stems = chosen.map(({ image }) => expandName(settings.nameTemplate, placeholders.valuesOf(image)))
    const unique = uniqueNames(chosen.map(({ image }, at) => safeFileName(stems[at] ?? '', extensionOf(image))))
    collisions += unique.collisions
    for (const [at, choice] of chosen.entries()) names.set(choice, `${folder}/${unique.names[at]}`)
  }
  const tiles = choices.map((choice): PlannedTile => ({ ...choice, path: names.get(choice) ?? null }))
  return {
    tiles,
    files: tiles.flatMap(({ path, image }) => (path === null || image === null ? [] : [{ path, image }])),
    imagesById: new Map(of.images.map((image) => [image.imageId, image])),
    columns,
    collisions,
    mistakes: nameMistakes(settings.nameTemplate, placeholders.known).map((mistake) => mistake.message),
  }
}

type Delivered = Choice & { readonly image: Deliverable; readonly folder: DeliveryFolder }

const isDelivered = (choice: Choice): choice is Delivered => choice.image !== null && choice.folder !== null

function choicesOf(settings: DeliverySettings, { order, images, withoutPicture }: BatchTiles): Choice[] {
  const imagesByTile = Map.groupBy(images, (image) => image.tileId)
  const emptyByTile = new Map(withoutPicture.map((tile) => [tile.tileId, tile]))
  return order.flatMap((tileId): Choice[] => {
    const [first, ...more] = imagesByTile.get(tileId) ?? []
    if (first) return [choose([first, ...more], settings)]
    const tile = emptyByTile.get(tileId)
    return tile ? [{ image: null, tile, reason: reasonWithout(tile) }] : []
  })
}

function columnsOf(tiles: readonly { readonly columns: Readonly<Record<string, string>> }[]): string[] {
  const columns = new Set<string>()
  for (const tile of tiles) for (const column of Object.keys(tile.columns)) columns.add(column)
  return [...columns]
}

const extensionOf = ({ format }: Deliverable): string => (format === 'jpeg' ? 'jpg' : format)
