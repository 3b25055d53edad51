import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, timeMs } from './common.ts'

export const libraryInfo = z.object({
  /** The library's folder on the host's machine. */
  folder: z.string(),
  schemaVersion: z.int(),
  batches: z.int(),
  images: z.int(),
  /** Pictures as they came from the providers, in bytes. */
  pictureBytes: z.int(),
  readOnly: z.boolean(),
  /** The newest copy in the library's `backups` folder; `null` for none yet. */
  newestBackupMs: timeMs.nullable(),
  /**
   * This host found the database damaged when it opened the library, moved it to `damaged` and made it again: from the
   * backup of that time (`null`: from the pictures alone), and from the records beside `pictures` pictures.
   */
  madeAgain: z.object({ reason: z.string(), backupMs: timeMs.nullable(), pictures: z.int() }).nullable(),
})

export type LibraryInfo = z.infer<typeof libraryInfo>

export const verification = z.object({
  ok: z.boolean(),
  pictures: z.int(),
  images: z.int(),
  ledgerEntries: z.int(),
  /** Files that no row points to: nothing is wrong with them, `gc` lists them. */
  strays: z.int(),
  /** One sentence per thing that is wrong; `imageIds` are the images that show the picture. */
  problems: z.array(z.object({ message: z.string(), sha256: z.string().nullable(), imageIds: z.array(id) })),
})
export type Verification = z.infer<typeof verification>

/** A file in the library's folder that nothing points to; `path` is below that folder, with `/`. */
export const stray = z.object({
  kind: z.enum(['picture', 'rendition', 'sheet', 'rejected', 'backup', 'temporary']),
  path: z.string(),
  bytes: z.int(),
})
export type Stray = z.infer<typeof stray>

export const collection = z.object({
  files: z.int(),
  bytes: z.int(),
  /** Whether they are gone now, or only listed. */
  removed: z.boolean(),
  /** The first thousand of them. */
  found: z.array(stray),
})
export type Collection = z.infer<typeof collection>

export const library = {
  info: oc
    .route({ method: 'GET', path: '/library', summary: 'The open library and what it holds' })
    .output(libraryInfo),
  verify: oc
    .route({ method: 'POST', path: '/library/verify', summary: 'Read every picture and every sum again' })
    .output(verification),
  backup: oc
    .route({ method: 'POST', path: '/library/backup', summary: 'Copy the database to a file while work goes on' })
    /** A whole path on the host's machine; a file that is there is not replaced. */
    .input(z.object({ file: z.string().min(1) }))
    .output(z.object({ file: z.string(), bytes: z.int() })),
  gc: oc
    .route({ method: 'POST', path: '/library/gc', summary: 'List, or remove, files that nothing points to' })
    .input(z.object({ remove: z.boolean() }))
    .output(collection),
}
