import type { Batch } from '#engine/batches/batches.ts'
import type { Deliverable, TileWithoutPicture } from '#engine/tiles/tiles.ts'
import type { DeliveryOutput, DeliverySettings } from '#shared/contract/delivery.ts'
import { expandName, nameMistakes, safeFileName, uniqueNames } from '#shared/filename-template.ts'
import { expandAddress } from '../addresses/signed-address.ts'
import { extensionOf, formatOf, isAsItCame, makeKeyOf, outputMistakes } from '../pictures/output.ts'
import { addressMistakes, addressNames } from './address-mistakes.ts'
import { type Choice, choose, type DeliveryFolder, reasonWithout } from './choose.ts'
import { folderNames, foldersOf, isColumn, layoutFolders } from './layout.ts'
import { namePlaceholders } from './name-values.ts'

/** A picture's file to deliver. `path` is relative to the target, with `/`: `approved/A1-2.png`. */
export interface PlannedFile {
  readonly path: string
  readonly image: Deliverable
  /** Null for a picture as it came. */
  readonly output: DeliveryOutput | null
  readonly format: string
  /** Names what is made of the picture; null where the library's own bytes are delivered. */
  readonly makeKey: string | null
  readonly sidecarPath: string | null
  /** Where it is sent to, as the sheet or the template says it, with what is secret in it; null where it goes to the target. */
  readonly address: string | null
}

/** A tile with its files in the delivery, none where nothing of it is delivered. */
export type PlannedTile = Choice & { readonly files: readonly PlannedFile[] }

export interface FilePlan {
  /** Every tile of the batch, in the order of the sheet. */
  readonly tiles: readonly PlannedTile[]
  readonly files: readonly PlannedFile[]
  /** Folders that the target has after the delivery, those above others first. */
  readonly folders: readonly string[]
  /** Every picture of the batch by its image id, also those that are not delivered. */
  readonly imagesById: ReadonlyMap<number, Deliverable>
  /** The sheet's columns, in the order they are first met. */
  readonly columns: readonly string[]
  readonly collisions: number
  /** What is wrong with the wish, one sentence each; the names are of no use then. */
  readonly mistakes: readonly string[]
}

export interface BatchTiles {
  readonly batch: Batch
  /** Tile ids in the order of the sheet. */
  readonly order: readonly number[]
  readonly images: readonly Deliverable[]
  readonly withoutPicture: readonly TileWithoutPicture[]
}

/** Length of what a sidecar's name has behind the picture's. */
const sidecarEnding = '.xmp'

/** Chooses and names the files of a delivery: the same tiles and decisions give the same names every time. */
export function planFiles(settings: DeliverySettings, of: BatchTiles): FilePlan {
  const columns = columnsOf([...of.images, ...of.withoutPicture])
  const placeholders = namePlaceholders(of.batch, columns)
  const address = settings.destination.kind === 'addresses' ? settings.destination.address : null
  const addressPlaceholders = namePlaceholders(of.batch, columns, addressNames)
  const choices = choicesOf(settings, of)
  const places = placesOf(settings, choices.filter(isDelivered), placeholders.valuesOf)
  const spare = settings.sidecars ? sidecarEnding.length : 0
  let collisions = 0
  const files = new Map<Place, PlannedFile>()
  for (const [folder, inFolder] of Map.groupBy(places, (place) => place.folder)) {
    const unique = uniqueNames(
      inFolder.map(({ stem, format }) => safeFileName(stem, extensionOf(format), spare)),
      spare,
    )
    collisions += unique.collisions
    for (const [at, place] of inFolder.entries()) {
      const path = folder === '' ? `${unique.names[at]}` : `${folder}/${unique.names[at]}`
      const values = () => addressPlaceholders.addressValuesOf(place.image, place.numbers, path)
      files.set(place, {
        ...fileAt(path, place, settings.sidecars),
        address: address === null ? null : expandAddress(address, values()),
      })
    }
  }
  const filesByImage = Map.groupBy(
    places.flatMap((place) => files.get(place) ?? []),
    ({ image }) => image,
  )
  const tiles = choices.map(
    (choice): PlannedTile => ({
      ...choice,
      files: isDelivered(choice) ? (filesByImage.get(choice.image) ?? []) : [],
    }),
  )
  const planned = tiles.flatMap((tile) => tile.files)
  return {
    tiles,
    files: planned,
    folders: [...new Set([...layoutFolders(settings.layout), ...foldersOf(planned.map(({ path }) => path))])],
    imagesById: new Map(of.images.map((image) => [image.imageId, image])),
    columns,
    collisions,
    mistakes: [
      ...nameMistakes(settings.nameTemplate, placeholders.known).map(({ message }) => `The name template: ${message}`),
      ...columnMistakes(settings, columns),
      ...outputMistakes(settings.outputs),
      ...(address === null ? [] : addressMistakes(address, addressPlaceholders.known, planned)),
    ],
  }
}

type Delivered = Choice & { readonly image: Deliverable; readonly folder: DeliveryFolder }

const isDelivered = (choice: Choice): choice is Delivered => choice.image !== null && choice.folder !== null

interface Place {
  readonly image: Deliverable
  readonly output: DeliveryOutput | null
  readonly format: string
  readonly folder: string
  readonly stem: string
  readonly numbers: { readonly number: string; readonly output: string }
}

/** One place for each picture and output. Several outputs have a folder each, unless the name itself tells them apart. */
function placesOf(
  settings: DeliverySettings,
  chosen: readonly Delivered[],
  valuesOf: ReturnType<typeof namePlaceholders>['valuesOf'],
): Place[] {
  const { outputs, nameTemplate, numberStart } = settings
  const folderOf = folderNames(settings)
  const digits = String(numberStart + Math.max(chosen.length - 1, 0)).length
  const isFolderEach = outputs.length > 1 && !/\{\s*output\s*\}/i.test(nameTemplate)
  return chosen.flatMap(({ image, folder }, at) => {
    const number = String(numberStart + at).padStart(digits, '0')
    const top = folderOf(image, folder)
    return (outputs.length === 0 ? [null] : outputs).map((output): Place => {
      const numbers = { number, output: output?.name ?? '' }
      const below = isFolderEach && output !== null ? [safeFileName(output.name, '')] : []
      return {
        image,
        output,
        format: formatOf(output, image),
        folder: [...(top === '' ? [] : [top]), ...below].join('/'),
        stem: expandName(nameTemplate, valuesOf(image, numbers)),
        numbers,
      }
    })
  })
}

const fileAt = (path: string, { image, output, format }: Place, hasSidecar: boolean): Omit<PlannedFile, 'address'> => ({
  path,
  image,
  output,
  format,
  makeKey: output === null || isAsItCame(output, image) ? null : makeKeyOf(image, output),
  sidecarPath: hasSidecar ? `${path}${sidecarEnding}` : null,
})

function columnMistakes({ layout, column }: DeliverySettings, columns: readonly string[]): string[] {
  if (layout !== 'by-column') return []
  if (column === null) return ['Say which column names the folders.']
  if (isColumn(columns, column) || columns.length === 0) return []
  return [`There is no column "${column}" to name folders by; there are ${columns.join(', ')}.`]
}

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
