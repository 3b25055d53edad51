import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'
import { columnMapping } from './sheets.ts'

const sheetId = z.coerce.number().int().positive()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A picture that can go in with prompts, by the name that the sheet or a person gives it. */
const referencePicture = z.object({
  name: z.string(),
  sha256: z.string(),
  width: z.int(),
  height: z.int(),
  byteLength: z.int(),
})
export type ReferencePicture = z.infer<typeof referencePicture>

/** What the reference columns of a sheet name: a path from its folder on, or an address. */
const wantedReference = z.object({
  name: z.string(),
  kind: z.enum(['file', 'address']),
  rows: z.int(),
  firstRow: z.int(),
  /** The picture that it stands for; `null` while it is missing. */
  sha256: z.string().nullable(),
})
export type WantedReference = z.infer<typeof wantedReference>

const referenceList = z.object({
  pictures: z.array(referencePicture),
  /** The first 1,000, missing ones before others. */
  wanted: z.array(wantedReference),
  wantedCount: z.int(),
  missingCount: z.int(),
  /** Rows that name a missing one; a row that names two counts twice. */
  missingRows: z.int(),
})
export type ReferenceList = z.infer<typeof referenceList>

const fetchedReferences = z.object({
  fetched: z.int(),
  failed: z.array(z.object({ name: z.string(), message: z.string() })),
})
export type FetchedReferences = z.infer<typeof fetchedReferences>

export const references = {
  list: oc
    .route({
      method: 'POST',
      path: '/sheets/{sheetId}/references/list',
      summary: 'The reference pictures of a sheet: what is here, what its rows name, what is missing',
    })
    .input(z.object({ sheetId, mapping: columnMapping }))
    .output(referenceList),
  add: oc
    .route({
      method: 'POST',
      path: '/sheets/{sheetId}/references',
      summary: 'Store a reference picture under the name that rows use; the same name again replaces it',
    })
    .input(
      z.object({
        sheetId,
        /** A path as the cells write it, or any name. */
        name: z.string().min(1).max(1000),
        /** PNG, JPEG, WebP or AVIF, base64; 50 MB at most. */
        bytesBase64: z.base64().max(67_000_000),
      }),
    )
    .output(referencePicture),
  fetch: oc
    .route({
      method: 'POST',
      path: '/sheets/{sheetId}/references/fetch',
      summary: 'Fetch the addresses that a sheet names and that are not here yet; public ones only',
    })
    .input(z.object({ sheetId, mapping: columnMapping }))
    .output(fetchedReferences),
  remove: oc
    .route({
      method: 'POST',
      path: '/sheets/{sheetId}/references/remove',
      summary: 'Take a reference picture’s name away; batches made with it keep it',
    })
    .input(z.object({ sheetId: id, name: z.string().min(1).max(2000) }))
    .output(z.object({ removed: z.literal(true) })),
  thumb: oc
    .route({ method: 'GET', path: '/pictures/{sha256}/thumb', summary: 'A small copy of a picture, WebP, base64' })
    .input(z.object({ sha256 }))
    .output(z.object({ bytesBase64: z.string() })),
}
