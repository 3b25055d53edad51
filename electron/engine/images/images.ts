import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { Marks } from '#shared/contract/review.ts'
import { AppError } from '#shared/errors.ts'
import type { RenditionName } from '#shared/host.ts'
import { openPictures } from './pictures.ts'

export { type Inspection, inspectPicture } from './inspect-picture.ts'
export type { SeenPicture } from './pictures.ts'

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

export type Images = ReturnType<typeof openImages>

/** Images: what pictures mean in a batch, with their marks; and the pictures themselves. */
export function openImages(storage: Storage, clock: Clock) {
  const pictures = openPictures(storage, clock)
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
  const inBatch = storage.prepare<[number, string], { id: number; tileId: number }>(
    'SELECT id, tile_id AS tileId FROM image WHERE batch_id = ? AND blob_sha256 = ? ORDER BY id DESC LIMIT 1',
  )
  const adopt = storage.prepare<[number, number, number, number]>(
    'UPDATE image SET batch_id = ? WHERE batch_id = ? AND tile_id BETWEEN ? AND ?',
  )
  const dropBatch = storage.prepare<[number]>('DELETE FROM image WHERE batch_id = ?')
  const totals = storage.prepare<[], { images: number; bytes: number }>(
    'SELECT (SELECT count(*) FROM image) AS images, (SELECT coalesce(sum(byte_length), 0) FROM blob) AS bytes',
  )

  function stored(imageId: number): StoredImage {
    const row = oneStored.get(imageId)
    if (!row) throw new AppError('not-found', `There is no image ${imageId} in this library.`)
    return { ...row, hires: row.hires === 1 }
  }

  return {
    ...pictures,
    stored,

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

    /** An image of a batch that shows this picture, and its tile; null for none. */
    inBatch: (batchId: number, sha256: string): { id: number; tileId: number } | null =>
      inBatch.get(batchId, sha256) ?? null,
    /** The file that shows an image at a size, made on the first call; what was asked for last is made first. */
    media: (imageId: number, name: RenditionName) => pictures.shownAt(stored(imageId), name),
    dropBatch: (batchId: number): void => void dropBatch.run(batchId),
    /** Pictures of tiles that come into another batch. */
    adoptImages: (batchId: number, stagingId: number, fromTile: number, toTile: number): void =>
      void adopt.run(batchId, stagingId, fromTile, toTile),
    totals: () => totals.get() ?? { images: 0, bytes: 0 },
  }
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
