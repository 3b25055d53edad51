import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'

export const libraryInfo = z.object({
  /** The library's folder on the host's machine. */
  folder: z.string(),
  schemaVersion: z.int(),
  batches: z.int(),
  images: z.int(),
  /** Pictures as they came from the providers, in bytes. */
  pictureBytes: z.int(),
  readOnly: z.boolean(),
})

export const verification = z.object({
  ok: z.boolean(),
  pictures: z.int(),
  images: z.int(),
  ledgerEntries: z.int(),
  /** One sentence per thing that is wrong; `imageIds` are the images that show the picture. */
  problems: z.array(z.object({ message: z.string(), sha256: z.string().nullable(), imageIds: z.array(id) })),
})
export type Verification = z.infer<typeof verification>

export const library = {
  info: oc
    .route({ method: 'GET', path: '/library', summary: 'The open library and what it holds' })
    .output(libraryInfo),
  verify: oc
    .route({ method: 'POST', path: '/library/verify', summary: 'Read every picture and every sum again' })
    .output(verification),
}
