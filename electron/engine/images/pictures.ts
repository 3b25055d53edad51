import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Clock, FileToWrite, Storage } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import { type RenditionName, renditions } from '#shared/host.ts'
import type { Inspection } from './inspect-picture.ts'
import { makeInTurn } from './make-in-turn.ts'
import { isWhole, makeRendition } from './rendition.ts'
import { isSameLook } from './same-look.ts'

/** What a decode said, without the rendition. */
export interface SeenPicture extends Omit<Inspection, 'small' | 'crc32'> {
  /** Null where it comes from a record, and nobody read the bytes. */
  readonly crc32: number | null
}

/** A picture of the library by its content; sizes in pixels and bytes. */
interface StoredBlob {
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
  readonly blank: boolean
  readonly look: string
}

/** Pictures by their content (blobs): their files, what is known of them, and their renditions. */
export function openPictures(storage: Storage, clock: Clock) {
  const insertBlob = storage.prepare<[string, string, number, number, number, number, string, number, number | null]>(
    `INSERT INTO blob (sha256, format, width, height, byte_length, blank, look, added_ms, crc32)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const blobOf = storage.prepare<
    [string],
    { format: string; width: number; height: number; byteLength: number; blank: number; look: string }
  >('SELECT format, width, height, byte_length AS byteLength, blank, look FROM blob WHERE sha256 = ?')
  const everyBlob = storage.prepare<[], { sha256: string; format: string; byteLength: number }>(
    'SELECT sha256, format, byte_length AS byteLength FROM blob ORDER BY sha256',
  )
  const showing = storage.prepare<[string], { id: number }>('SELECT id FROM image WHERE blob_sha256 = ?')
  const setCrc32 = storage.prepare<[number, string]>('UPDATE blob SET crc32 = ? WHERE sha256 = ?')

  const pictureFile = (sha256: string, format: string) =>
    join(storage.folder, 'pictures', sha256.slice(0, 2), `${sha256}.${format === 'jpeg' ? 'jpg' : format}`)
  const renditionFile = (sha256: string, name: RenditionName) =>
    join(storage.folder, 'renditions', sha256.slice(0, 2), `${sha256}-${name}.webp`)

  /** Decoding a picture of 4,000 pixels a side takes 64 MB: no more at once than there are cores. */
  const inTurn = makeInTurn(availableParallelism())

  return {
    pictureFile,
    renditionFile,

    /**
     * The files to write for a picture before its rows: the picture and, beside it, the record that could rebuild them.
     * `anew`: also where the picture is there, as after a write that failed nobody knows what of it is on the disk.
     */
    filesFor(
      sha256: string,
      bytes: Uint8Array,
      seen: Pick<SeenPicture, 'format'>,
      record: { promptHash: string; json: string; anew?: boolean },
    ): FileToWrite[] {
      const picture = pictureFile(sha256, seen.format)
      const folder = join(storage.folder, 'pictures', sha256.slice(0, 2))
      return [
        ...(existsSync(picture) && !record.anew ? [] : [{ path: picture, bytes }]),
        { path: join(folder, `${sha256}.${record.promptHash.slice(0, 16)}.json`), bytes: record.json },
      ]
    },

    addBlob(sha256: string, byteLength: number, seen: SeenPicture): void {
      insertBlob.run(
        sha256,
        seen.format,
        seen.width,
        seen.height,
        byteLength,
        seen.blank ? 1 : 0,
        seen.look,
        clock.now(),
        seen.crc32,
      )
    },

    /** CRC-32 of bytes that had the right SHA-256. A power cut may lose it: then it is counted again. */
    learnCrc32: (sha256: string, crc32: number): void => storage.draft(() => void setCrc32.run(crc32, sha256)),

    /** What is known of a picture; null where it is not in this library. */
    blob(sha256: string): StoredBlob | null {
      const row = blobOf.get(sha256)
      return row ? { ...row, blank: row.blank === 1 } : null
    },

    hashes: (): string[] => everyBlob.all().map((blob) => blob.sha256),

    /** A picture's bytes by its SHA-256. Throws AppError `not-found`, or `storage` where the file is gone. */
    async bytes(sha256: string): Promise<Uint8Array> {
      const blob = blobOf.get(sha256)
      if (!blob) throw new AppError('not-found', 'That picture is not in this library.')
      try {
        return await readFile(pictureFile(sha256, blob.format))
      } catch (error) {
        throw new AppError('storage', `The file of picture ${sha256.slice(0, 12)} cannot be read. Run verify.`, {
          cause: error,
        })
      }
    },

    /** Whether two pictures of this library look the same; null where one of them is not here. */
    async isSameLook(one: string, other: string): Promise<boolean | null> {
      const [first, second] = [blobOf.get(one), blobOf.get(other)]
      if (!first || !second) return null
      if (first.width !== second.width || first.height !== second.height) return false
      return isSameLook(await this.bytes(one), await this.bytes(other))
    },

    /** The file that shows a picture at a size, made on the first call; what was asked for last is made first. */
    async shownAt(
      image: { readonly sha256: string; readonly format: string; readonly width: number; readonly height: number },
      name: RenditionName,
    ): Promise<{ file: string; contentType: string; etag: string }> {
      const picture = pictureFile(image.sha256, image.format)
      const isSmallEnough = Math.max(image.width, image.height) <= (renditions[name] ?? 0) && image.format === 'webp'
      if (renditions[name] === null || isSmallEnough)
        return { file: picture, contentType: `image/${image.format}`, etag: image.sha256 }
      const file = renditionFile(image.sha256, name)
      if (!(await isWhole(file))) await inTurn(file, () => makeRendition(picture, file, name))
      return { file, contentType: 'image/webp', etag: `${image.sha256}-${name}` }
    },

    /** The small rendition of any picture here, made on the first call. Throws AppError `not-found`. */
    async smallOf(sha256: string): Promise<{ file: string }> {
      const blob = blobOf.get(sha256)
      if (!blob) throw new AppError('not-found', 'That picture is not in this library.')
      const file = renditionFile(sha256, 'small')
      await makeRendition(pictureFile(sha256, blob.format), file, 'small')
      return { file }
    },

    /** Reads every picture again. Yields one sentence per picture whose file is missing or changed. */
    async *damaged(): AsyncGenerator<{ sha256: string; message: string; imageIds: number[] }> {
      for (const blob of everyBlob.all()) {
        const file = pictureFile(blob.sha256, blob.format)
        const message = await pictureProblem(file, blob.sha256, blob.byteLength)
        if (message) yield { sha256: blob.sha256, message, imageIds: showing.all(blob.sha256).map((row) => row.id) }
      }
    },

    blobCount: () => everyBlob.all().length,
  }
}

async function pictureProblem(file: string, sha256: string, byteLength: number): Promise<string | null> {
  const name = `Picture ${sha256.slice(0, 12)}`
  const size = await stat(file).then(
    (found) => found.size,
    () => null,
  )
  if (size === null) return `${name}: its file is missing.`
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  if (hash.digest('hex') === sha256) return null
  return size === byteLength
    ? `${name}: its bytes have changed.`
    : `${name}: its file has another length than was stored.`
}
