import { z } from 'zod'
import type { Batch } from '#engine/batches/batches.ts'
import { AppError } from '#shared/errors.ts'
import type { Destination } from '../destination.ts'
import type { MadeFiles } from '../pictures/made-files.ts'

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
  /** The library's picture that each file was made of, SHA-256 by path, where the manifest says so. */
  readonly pictureOf: ReadonlyMap<string, string>
  /** Whether a delivery of this batch was here, finished or not. */
  readonly isThere: boolean
}

const ofBatch = z.object({ identity: z.string(), createdMs: z.int() })
const listedFile = z.object({ file: z.string(), sha256: z.string() })

/** A file that a listing names; of what was to be made, only its key was known beforehand. */
interface Listed {
  readonly file: string | null
  readonly sha256?: string | null | undefined
  readonly makeKey?: string | null | undefined
  readonly picture?: string | null
}

interface Listing {
  readonly batch: z.infer<typeof ofBatch>
  readonly files: readonly Listed[]
}

const firstManifest = z
  .object({
    manifestVersion: z.literal(1),
    batch: ofBatch,
    pictures: z.array(z.object({ file: z.string().nullable(), sha256: z.string().nullable() })),
  })
  .transform(({ batch, pictures }): Listing => ({ batch, files: pictures }))

const secondManifest = z
  .object({
    manifestVersion: z.literal(2),
    batch: ofBatch,
    pictures: z.array(
      z.object({
        sha256: z.string().nullable(),
        files: z.array(listedFile.extend({ sidecar: listedFile.nullable() })),
      }),
    ),
    others: z.array(listedFile),
  })
  .transform(({ batch, pictures, others }): Listing => {
    const files = pictures.flatMap(({ sha256, files }) =>
      files.flatMap(({ sidecar, ...file }) => [{ ...file, picture: sha256 }, ...(sidecar ? [sidecar] : [])]),
    )
    return { batch, files: [...files, ...others] }
  })

const manifest = z.union([secondManifest, firstManifest])

const unfinished = z
  .object({
    unfinishedVersion: z.literal([1, 2]),
    batch: ofBatch,
    pictures: z.array(z.object({ file: z.string(), sha256: z.string().optional(), makeKey: z.string().optional() })),
  })
  .transform(({ batch, pictures }): Listing => ({ batch, files: pictures }))

/**
 * What earlier deliveries of a batch left in a target. Throws AppError `conflict` where the target holds something else
 * in the place of the manifest, the delivery of another batch for instance, and `storage` where it cannot be read.
 */
export async function readEarlier(
  destination: Destination,
  batch: Batch,
  made: Pick<MadeFiles, 'get'>,
): Promise<Earlier> {
  const { target } = destination
  const found = [
    await readListing(destination, manifestName, manifest),
    await readListing(destination, unfinishedName, unfinished),
  ]
  const owned = new Map<string, Set<string>>()
  const pictureOf = new Map<string, string>()
  for (const listing of found) {
    if (!listing) continue
    if (listing.batch.identity !== batch.identity || listing.batch.createdMs !== batch.createdMs)
      throw new AppError(
        'conflict',
        `${target} holds the delivery of another batch. Choose another folder or rename the batch.`,
      )
    for (const { file, makeKey, picture, ...listed } of listing.files) {
      const sha256 = listed.sha256 ?? (makeKey ? made.get(makeKey)?.sha256 : null) ?? null
      if (file === null || !isOwnPath(file)) continue
      if (picture) pictureOf.set(file, picture)
      const hashes = owned.get(file) ?? new Set()
      owned.set(file, hashes)
      if (sha256 !== null) hashes.add(sha256)
    }
  }
  for (const [file, sha256] of destination.remembered?.() ?? []) owned.set(file, new Set(owned.get(file)).add(sha256))
  const isThere = found.some((listing) => listing !== null)
  if (!isThere && (await isTaken(destination, manifestCsvName))) throw strange(target, manifestCsvName)
  return { owned, pictureOf, isThere }
}

/** A listing can be edited by anyone: only what may be a name of ours in a folder of ours is ever touched. */
function isOwnPath(path: string): boolean {
  const names = path.split('/')
  return (
    names.length <= 3 &&
    ![manifestName, manifestCsvName, unfinishedName].includes(path) &&
    names.every((name) => name !== '' && !name.startsWith('.') && !/[\\:\0]/.test(name))
  )
}

async function readListing(
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

/** A file that a delivery is about to write. */
export interface MeantFile {
  readonly path: string
  /** Null where it is not known before it is made. */
  readonly sha256: string | null
  readonly makeKey: string | null
}

/** Before the first file: all that may stand in the target from now on until the manifest is written. */
export async function writeUnfinished(
  destination: Destination,
  batch: Batch,
  owned: Owned,
  files: readonly MeantFile[],
): Promise<void> {
  const pictures = [
    ...Array.from(owned, ([file, hashes]) => Array.from(hashes, (sha256) => ({ file, sha256 }))).flat(),
    ...files.map(({ path, sha256, makeKey }) => ({
      file: path,
      ...(sha256 === null ? {} : { sha256 }),
      ...(makeKey === null ? {} : { makeKey }),
    })),
  ]
  const listing: z.input<typeof unfinished> = {
    unfinishedVersion: 2,
    batch: { identity: batch.identity, createdMs: batch.createdMs },
    pictures,
  }
  await destination.writeText(unfinishedName, [JSON.stringify(listing)])
}

export const removeUnfinished = (destination: Destination): Promise<void> => destination.remove(unfinishedName)
