import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Batches } from '#engine/batches/batches.ts'
import { type Images, type Inspection, inspectPicture } from '#engine/images/images.ts'
import type { PictureLimits } from '#engine/providers/provider.ts'
import { type Clock, type Storage, writeFilesDurably } from '#engine/storage/storage.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import { fitPicture, isFitting, type PictureFacts } from './fit-picture.ts'

export interface ReferencePicture {
  readonly name: string
  readonly sha256: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
}

export interface ReferenceStoreNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly images: Images
  readonly batches: Batches
}

/** What stands beside a reference's file: enough to know its name again where the database is lost. */
const referenceRecord = z.object({
  name: z.string(),
  sheetName: z.string(),
  sheetSha256: z.string(),
  sha256: z.string(),
})

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Fitted {
  readonly sha256: string
  readonly width: number
  readonly height: number
}

const keyOf = ({ maxBytes, maxSide, maxPixels }: PictureLimits): string =>
  JSON.stringify({ maxBytes, maxSide: maxSide ?? null, maxPixels: maxPixels ?? null })

/** Reference pictures by sheet and name, and the copies that fit where a service has limits. Both are blobs. */
export function openReferenceStore({ storage, clock, images, batches }: ReferenceStoreNeeds) {
  const insert = storage.prepare<[number, string, string, number]>(
    `INSERT INTO reference VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET blob_sha256 = excluded.blob_sha256, added_ms = excluded.added_ms`,
  )
  const remove = storage.prepare<[number, string]>('DELETE FROM reference WHERE sheet_id = ? AND name = ?')
  const ofSheet = storage.prepare<[number], ReferencePicture>(
    `SELECT reference.name, blob.sha256, blob.width, blob.height, blob.byte_length AS byteLength
     FROM reference JOIN blob ON blob.sha256 = reference.blob_sha256 WHERE sheet_id = ? ORDER BY name`,
  )
  const carry = storage.prepare<[number, number, number]>(
    `INSERT INTO reference SELECT ?, name, blob_sha256, ? FROM reference WHERE sheet_id = ? ON CONFLICT DO NOTHING`,
  )
  const factsOf = storage.prepare<[string], PictureFacts>(
    'SELECT format, width, height, byte_length AS byteLength FROM blob WHERE sha256 = ?',
  )
  const insertFitted = storage.prepare<[string, string, string]>(
    'INSERT INTO fitted_picture VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const fitted = storage.prepare<[string, string], Fitted>(
    `SELECT blob.sha256, blob.width, blob.height FROM fitted_picture JOIN blob ON blob.sha256 = fitted_sha256
     WHERE blob_sha256 = ? AND limits = ?`,
  )
  /** In a library that is only read: kept for this process. */
  const unstored = new Map<
    string,
    ReferencePicture & { readonly sheetId: number; readonly bytes: Uint8Array; readonly format: string }
  >()

  /** In a library that is only read: whose pictures a sheet has besides its own. */
  const carried = new Map<number, Set<number>>()

  const placeOf = (sha256: string) => join(storage.folder, 'pictures', sha256.slice(0, 2))

  async function inspected(name: string, bytes: Uint8Array): Promise<Inspection> {
    try {
      return await inspectPicture(bytes)
    } catch (error) {
      throw new AppError('invalid-input', `The reference "${name}" cannot be used. ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  const hereOf = (sha256: string) => [...unstored.values()].find((picture) => picture.sha256 === sha256)

  /** The picture itself where it is within the limits, else the copy that is here already; null for neither. */
  function fitting(sha256: string, limits: PictureLimits): Fitted | null {
    const facts = factsOf.get(sha256) ?? hereOf(sha256)
    if (facts && isFitting(facts, limits)) return { sha256, width: facts.width, height: facts.height }
    return fitted.get(sha256, keyOf(limits)) ?? null
  }

  /** A copy of a picture, stored before anything names it. */
  async function storeCopy(sha256: string, key: string, bytes: Uint8Array): Promise<Fitted> {
    const seen = await inspectPicture(bytes)
    const copySha256 = hashOf(bytes)
    const copy = { sha256: copySha256, width: seen.width, height: seen.height }
    if (storage.readOnly) return copy
    await writeFilesDurably([{ path: images.pictureFile(copySha256, seen.format), bytes }])
    storage.transaction(() => {
      images.addBlob(copySha256, bytes.length, seen)
      insertFitted.run(sha256, key, copySha256)
    })
    return copy
  }

  return {
    /** Decodes it whole, stores it durably, and gives it this name in the sheet. Throws AppError `invalid-input` for what is no picture. */
    async add(sheetId: number, name: string, bytes: Uint8Array): Promise<ReferencePicture> {
      const sheetName = batches.sheet(sheetId).name
      const seen = await inspected(name, bytes)
      const sha256 = hashOf(bytes)
      const picture = { name, sha256, width: seen.width, height: seen.height, byteLength: bytes.length }
      if (storage.readOnly) {
        unstored.set(`${sheetId} ${name}`, { ...picture, sheetId, bytes, format: seen.format })
        return picture
      }
      const sheetSha256 = batches.sheetHash(sheetId) ?? ''
      const record: z.infer<typeof referenceRecord> = { name, sheetName, sheetSha256, sha256 }
      const recordName = hashOf(Buffer.from(`${sheetSha256} ${sheetName} ${name}`)).slice(0, 16)
      await writeFilesDurably([
        { path: images.pictureFile(sha256, seen.format), bytes },
        { path: join(placeOf(sha256), `${sha256}.${recordName}.reference.json`), bytes: JSON.stringify(record) },
        { path: images.renditionFile(sha256, 'small'), bytes: seen.small },
      ])
      storage.transaction(() => {
        images.addBlob(sha256, bytes.length, seen)
        insert.run(sheetId, name, sha256, clock.now())
      })
      return picture
    },

    /** The name is taken away; the picture stays, as batches may have been made with it. */
    remove(sheetId: number, name: string): void {
      if (storage.readOnly) unstored.delete(`${sheetId} ${name}`)
      else storage.transaction(() => remove.run(sheetId, name))
    },

    /** Names of one sheet stand for the same pictures in another, where that has none of its own by them. */
    carry(fromSheetId: number, sheetId: number): void {
      if (fromSheetId === sheetId) return
      if (storage.readOnly) carried.set(sheetId, (carried.get(sheetId) ?? new Set()).add(fromSheetId))
      else storage.transaction(() => carry.run(sheetId, clock.now(), fromSheetId))
    },

    /** The sheet's own last: where two have a name, that is the one. */
    ofSheet: (sheetId: number): ReferencePicture[] =>
      [...(carried.get(sheetId) ?? []), sheetId].flatMap((id) => [
        ...ofSheet.all(id),
        ...[...unstored.values()].filter((picture) => picture.sheetId === id),
      ]),

    fitting,

    /**
     * What goes in for a picture of this library: itself, or a copy within the limits, always the same one. Throws AppError
     * `not-found` for a picture that is not here, `unsupported` where no copy fits.
     */
    async fit(sha256: string, limits: PictureLimits): Promise<Fitted> {
      const known = fitting(sha256, limits)
      if (known) return known
      const here = hereOf(sha256)
      const facts = factsOf.get(sha256) ?? here
      if (!facts)
        throw new AppError('not-found', `Picture ${sha256.slice(0, 12)} is not in this library. Add it again.`)
      const copy = await fitPicture(here?.bytes ?? (await images.bytes(sha256)), facts, limits)
      if (!copy) throw new AppError('unsupported', `Picture ${sha256.slice(0, 12)} cannot be made small enough.`)
      return storeCopy(sha256, keyOf(limits), copy)
    },

    /** After a database was made again: the names that stand beside the pictures, where sheet and picture are still here. */
    async bringBack(): Promise<void> {
      for (const inner of await readdir(join(storage.folder, 'pictures')).catch(() => [])) {
        const folder = join(storage.folder, 'pictures', inner)
        for (const file of (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.reference.json'))) {
          const text = await readFile(join(folder, file), 'utf8').catch(() => '')
          const { data } = referenceRecord.safeParse(text === '' ? null : jsonOf(text))
          const bytes = data && images.blob(data.sha256) ? await batches.storedBytes(data.sheetSha256) : null
          if (!data || !bytes) continue
          const sheet = await batches.storeSheet(data.sheetName, bytes)
          storage.transaction(() => insert.run(sheet.id, data.name, data.sha256, clock.now()))
        }
      }
    },
  }
}

/** A record that a power cut spoiled tells nothing. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
