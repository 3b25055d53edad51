import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Clock, FileToWrite, Storage } from '#engine/storage/storage.ts'
import type { Marks } from '#shared/contract/review.ts'
import { AppError } from '#shared/errors.ts'
import { type RenditionName, renditions } from '#shared/host.ts'
import type { Inspection } from './inspect-picture.ts'
import { makeInTurn } from './make-in-turn.ts'
import { isWhole, makeRendition } from './rendition.ts'
import { isSameLook } from './same-look.ts'

export { type Inspection, inspectPicture } from './inspect-picture.ts'

export interface NewImage {
  readonly batchId: number
  readonly promptId: number
  readonly tileId: number
  readonly jobId: number
  readonly outputIndex: number
  readonly stage: 'draft' | 'final'
  readonly sha256: string
  readonly sourceImageId: number | null
  readonly redrawn: boolean
  /** Its own request, the cache, or another job that asked for exactly the same. */
  readonly origin: 'request' | 'cache' | 'twin'
  readonly seed: number | null
  readonly provider: string
  readonly model: string
  readonly flags: readonly string[]
  readonly settledMicros: number
  readonly currency: string
  /** A faithful final inherits its draft's approval; everything else arrives undecided. */
  readonly decision: 'undecided' | 'approved'
}

/** What other rooms need to know of a stored image. */
export interface StoredImage {
  readonly id: number
  readonly batchId: number
  readonly promptId: number
  readonly tileId: number
  readonly jobId: number
  readonly stage: 'draft' | 'final'
  readonly decision: 'undecided' | 'approved' | 'rejected'
  readonly hires: boolean
  readonly sha256: string
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
}

/** What a decode said, without the rendition. */
export interface SeenPicture extends Omit<Inspection, 'small' | 'crc32'> {
  /** Null where it comes from a record, and nobody read the bytes. */
  readonly crc32: number | null
}

type MarksRow = {
  id: number
  tile_id: number
  decision: Marks['decision']
  hires: number
  reroll: number
  rating: number
  label: Marks['label']
}

const marksColumns = 'id, tile_id, decision, hires, reroll, rating, label'
const storedColumns = `image.id, image.batch_id AS batchId, image.prompt_id AS promptId, image.tile_id AS tileId, image.job_id AS jobId,
  image.stage, image.decision, image.hires, image.blob_sha256 AS sha256, blob.format, blob.width, blob.height, blob.byte_length AS byteLength`

/** A picture of the library by its content; sizes in pixels and bytes. */
interface StoredBlob {
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
  readonly blank: boolean
  readonly look: string
}

export type Images = ReturnType<typeof openImages>

/** Blobs (pictures named by their content), images (what they mean in a batch, with their marks) and renditions. */
export function openImages(storage: Storage, clock: Clock) {
  const insertBlob = storage.prepare<[string, string, number, number, number, number, string, number, number | null]>(
    `INSERT INTO blob (sha256, format, width, height, byte_length, blank, look, added_ms, crc32)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const insertImage = storage.prepare<(string | number | null)[]>(
    `INSERT INTO image (batch_id, prompt_id, tile_id, job_id, output_index, stage, blob_sha256, source_image_id, redrawn,
       origin, seed, provider, model, flags, settled_micros, currency, decision, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const oneStored = storage.prepare<[number], Omit<StoredImage, 'hires'> & { hires: number }>(
    `SELECT ${storedColumns} FROM image JOIN blob ON blob.sha256 = image.blob_sha256 WHERE image.id = ?`,
  )
  const oneMarks = storage.prepare<[number], MarksRow>(`SELECT ${marksColumns} FROM image WHERE id = ?`)
  const setMarks = storage.prepare<[string, number, number, number, string | null, number]>(
    'UPDATE image SET decision = ?, hires = ?, reroll = ?, rating = ?, label = ? WHERE id = ?',
  )
  const looks = storage.prepare<[number, number], { look: string; id: number }>(
    `SELECT blob.look, image.id FROM image JOIN blob ON blob.sha256 = image.blob_sha256
     WHERE image.prompt_id = ? AND image.stage = 'draft' AND image.tile_id <> ?`,
  )
  const blobOf = storage.prepare<
    [string],
    { format: string; width: number; height: number; byteLength: number; blank: number; look: string }
  >('SELECT format, width, height, byte_length AS byteLength, blank, look FROM blob WHERE sha256 = ?')
  const everyBlob = storage.prepare<[], { sha256: string; format: string; byteLength: number }>(
    'SELECT sha256, format, byte_length AS byteLength FROM blob ORDER BY sha256',
  )
  const inBatch = storage.prepare<[number, string], { id: number; tileId: number }>(
    'SELECT id, tile_id AS tileId FROM image WHERE batch_id = ? AND blob_sha256 = ? ORDER BY id DESC LIMIT 1',
  )
  const showing = storage.prepare<[string], { id: number }>('SELECT id FROM image WHERE blob_sha256 = ?')
  const adopt = storage.prepare<[number, number, number, number]>(
    'UPDATE image SET batch_id = ? WHERE batch_id = ? AND tile_id BETWEEN ? AND ?',
  )
  const dropBatch = storage.prepare<[number]>('DELETE FROM image WHERE batch_id = ?')
  const setCrc32 = storage.prepare<[number, string]>('UPDATE blob SET crc32 = ? WHERE sha256 = ?')
  const totals = storage.prepare<[], { images: number; bytes: number }>(
    'SELECT (SELECT count(*) FROM image) AS images, (SELECT coalesce(sum(byte_length), 0) FROM blob) AS bytes',
  )

  const pictureFile = (sha256: string, format: string) =>
    join(storage.folder, 'pictures', sha256.slice(0, 2), `${sha256}.${format === 'jpeg' ? 'jpg' : format}`)
  const renditionFile = (sha256: string, name: RenditionName) =>
    join(storage.folder, 'renditions', sha256.slice(0, 2), `${sha256}-${name}.webp`)

  /** Decoding a picture of 4,000 pixels a side takes 64 MB: no more at once than there are cores. */
  const inTurn = makeInTurn(availableParallelism())

  function stored(imageId: number): StoredImage {
    const row = oneStored.get(imageId)
    if (!row) throw new AppError('not-found', `There is no image ${imageId} in this library.`)
    return { ...row, hires: row.hires === 1 }
  }

  return {
    pictureFile,
    renditionFile,
    stored,

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

    /** Flags of a picture in its row: blank, near-duplicate of a sibling, another size than asked. */
    flagsFor(of: {
      promptId: number
      tileId: number
      blank: boolean
      look: string
      isWrongSize: boolean
      isAlone: boolean
    }): string[] {
      const alike =
        !of.blank &&
        !of.isAlone &&
        looks.all(of.promptId, of.tileId).some((other) => bitsApart(other.look, of.look) <= 3)
      return [
        ...(of.blank ? ['blank'] : []),
        ...(alike ? ['near-duplicate'] : []),
        ...(of.isWrongSize ? ['wrong-size'] : []),
      ]
    },

    add(image: NewImage): number {
      return Number(
        insertImage.run(
          image.batchId,
          image.promptId,
          image.tileId,
          image.jobId,
          image.outputIndex,
          image.stage,
          image.sha256,
          image.sourceImageId,
          image.redrawn ? 1 : 0,
          image.origin,
          image.seed,
          image.provider,
          image.model,
          image.flags.join(','),
          image.settledMicros,
          image.currency,
          image.decision,
          clock.now(),
        ).lastInsertRowid,
      )
    },

    marks(imageId: number): Marks {
      const row = oneMarks.get(imageId)
      if (!row) throw new AppError('not-found', `There is no image ${imageId} in this library.`)
      return {
        imageId: row.id,
        tileId: row.tile_id,
        decision: row.decision,
        hires: row.hires === 1,
        reroll: row.reroll === 1,
        rating: row.rating,
        label: row.label,
      }
    },

    setMarks(marks: Marks): void {
      setMarks.run(marks.decision, marks.hires ? 1 : 0, marks.reroll ? 1 : 0, marks.rating, marks.label, marks.imageId)
    },

    /** What is known of a picture; null where it is not in this library. */
    blob(sha256: string): StoredBlob | null {
      const row = blobOf.get(sha256)
      return row ? { ...row, blank: row.blank === 1 } : null
    },

    /** An image of a batch that shows this picture, and its tile; null for none. */
    inBatch: (batchId: number, sha256: string): { id: number; tileId: number } | null =>
      inBatch.get(batchId, sha256) ?? null,
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

    /** The file that shows an image at a size, made on the first call; what was asked for last is made first. */
    async media(imageId: number, name: RenditionName): Promise<{ file: string; contentType: string; etag: string }> {
      const image = stored(imageId)
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

    dropBatch: (batchId: number): void => void dropBatch.run(batchId),
    /** Pictures of tiles that come into another batch. */
    adoptImages: (batchId: number, stagingId: number, fromTile: number, toTile: number): void =>
      void adopt.run(batchId, stagingId, fromTile, toTile),
    totals: () => totals.get() ?? { images: 0, bytes: 0 },

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

function bitsApart(one: string, other: string): number {
  let difference = BigInt(`0x${one}`) ^ BigInt(`0x${other}`)
  let count = 0
  while (difference > 0n) {
    count += Number(difference & 1n)
    difference >>= 1n
  }
  return count
}
