import { z } from 'zod'
import type { Batch } from '#engine/batches/batches.ts'
import { AppError } from '#shared/errors.ts'
import { deliveryFolders } from './choose.ts'
import type { Destination } from './destination.ts'
import type { PlannedFile } from './plan-files.ts'

export const manifestVersion = 1
export const manifestName = 'manifest.json'
export const manifestCsvName = 'manifest.csv'

/**
 * What an unfinished delivery has written or may have written: kept beside the pictures until the manifest is there,
 * so that after a kill its files are still known as its own.
 */
const unfinishedName = '.proofsheet-unfinished.json'

/** Which files in a target earlier deliveries wrote, by relative path, with every SHA-256 they may have. */
export type Owned = ReadonlyMap<string, ReadonlySet<string>>

export interface Earlier {
  readonly owned: Owned
  /** Whether a delivery of this batch was here, finished or not. */
  readonly isThere: boolean
}

const ofBatch = z.object({ identity: z.string(), createdMs: z.int() })
const manifest = z.object({
  manifestVersion: z.literal(manifestVersion),
  batch: ofBatch,
  pictures: z.array(z.object({ file: z.string().nullable(), sha256: z.string().nullable() })),
})
const unfinished = z.object({
  unfinishedVersion: z.literal(1),
  batch: ofBatch,
  pictures: z.array(z.object({ file: z.string(), sha256: z.string() })),
})

/**
 * What earlier deliveries of a batch left in a target. Throws AppError `conflict` where the target holds something else
 * in the place of the manifest, the delivery of another batch for instance, and `storage` where it cannot be read.
 */
export async function readEarlier(destination: Destination, batch: Batch): Promise<Earlier> {
  const { target } = destination
  const found = [
    await readListing(destination, manifestName, manifest),
    await readListing(destination, unfinishedName, unfinished),
  ]
  const owned = new Map<string, Set<string>>()
  for (const listing of found) {
    if (!listing) continue
    if (listing.batch.identity !== batch.identity || listing.batch.createdMs !== batch.createdMs)
      throw new AppError(
        'conflict',
        `${target} holds the delivery of another batch. Choose another folder or rename the batch.`,
      )
    for (const { file, sha256 } of listing.pictures) {
      if (file === null || sha256 === null || !isOwnPath(file)) continue
      const hashes = owned.get(file)
      if (hashes) hashes.add(sha256)
      else owned.set(file, new Set([sha256]))
    }
  }
  const isThere = found.some((listing) => listing !== null)
  if (!isThere && (await isTaken(destination, manifestCsvName))) throw strange(target, manifestCsvName)
  return { owned, isThere }
}

/** A listing can be edited by anyone: only a plain name in one of our folders is ever touched. */
function isOwnPath(path: string): boolean {
  const [folder, name, ...more] = path.split('/')
  if (name === undefined || more.length > 0 || name === '' || name === '.' || name === '..') return false
  return (
    deliveryFolders.some((own) => own === folder) && !['\\', ':', '\0'].some((character) => name.includes(character))
  )
}

async function readListing<Listing>(
  destination: Destination,
  name: string,
  schema: z.ZodType<Listing>,
): Promise<Listing | null> {
  const text = await destination.readText(name)
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw strange(destination.target, name, error)
  }
}

async function isTaken(destination: Destination, name: string): Promise<boolean> {
  try {
    return (await destination.look(name)) !== null
  } catch {
    // Not to be seen: then writing will say what is wrong.
    return false
  }
}

const strange = (target: string, name: string, cause?: unknown): AppError =>
  new AppError(
    'conflict',
    `${target} holds a ${name} that this version of Proofsheet did not write. Move it away or choose another folder.`,
    { cause },
  )

/** Before the first file: all that may stand in the target from now on until the manifest is written. */
export async function writeUnfinished(
  destination: Destination,
  batch: Batch,
  owned: Owned,
  files: readonly PlannedFile[],
): Promise<void> {
  const pictures = [
    ...Array.from(owned, ([file, hashes]) => Array.from(hashes, (sha256) => ({ file, sha256 }))).flat(),
    ...files.map(({ path, image }) => ({ file: path, sha256: image.sha256 })),
  ]
  const listing: z.infer<typeof unfinished> = {
    unfinishedVersion: 1,
    batch: { identity: batch.identity, createdMs: batch.createdMs },
    pictures,
  }
  await destination.writeText(unfinishedName, [JSON.stringify(listing)])
}

export const removeUnfinished = (destination: Destination): Promise<void> => destination.remove(unfinishedName)
