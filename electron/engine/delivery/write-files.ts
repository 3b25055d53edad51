import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import type { Deliverable } from '#engine/tiles/tiles.ts'
import { AppError } from '#shared/errors.ts'
import { codeOf, diskSentence, hashFile, look, piecesOf, syncFolder, writeAtomically } from './disk.ts'
import type { Owned } from './earlier.ts'
import type { PlannedFile } from './plan-files.ts'

const filesAtOnce = 6

/** So many files share one fsync of their folders. */
const groupSize = 64

export const stoppedSentence = 'Stopped; run it again to go on.'

export type FileOutcome =
  | { readonly kind: 'written' | 'skipped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly isSourceDamaged: boolean }

interface WriteNeeds {
  readonly target: string
  readonly owned: Owned
  /** The library's own file of a picture. */
  readonly pictureFile: (sha256: string, format: string) => string
  readonly isStopping: () => boolean
  readonly onFile: (file: PlannedFile, outcome: FileOutcome) => void
}

/**
 * Writes the files of a delivery, a few at a time; when this resolves, all of them are on the disk under their names.
 * What is there with the right bytes is skipped. Throws AppError `storage` where the target cannot be written and
 * `canceled` where it was told to stop; the files at work are ended first, and none is left in half.
 */
export async function writeFiles(needs: WriteNeeds, files: readonly PlannedFile[]): Promise<void> {
  const limit = pLimit(filesAtOnce)
  for (let at = 0; at < files.length; at += groupSize) {
    const group = files.slice(at, at + groupSize)
    let isBroken = false
    let isCut = false
    const ends = await Promise.allSettled(
      group.map((file) =>
        limit(async () => {
          if (needs.isStopping()) isCut = true
          if (isBroken || isCut) return
          try {
            needs.onFile(file, await deliver(needs, file))
          } catch (error) {
            isBroken = true
            throw error
          }
        }),
      ),
    )
    const broken = ends.find((end) => end.status === 'rejected')
    if (broken) throw asStorageError(broken.reason, needs.target)
    const folders = new Set(group.map((file) => join(needs.target, file.path.split('/')[0] ?? '')))
    for (const folder of folders)
      await syncFolder(folder).catch((error) => Promise.reject(asStorageError(error, folder)))
    if (isCut) throw new AppError('canceled', stoppedSentence)
  }
}

const asStorageError = (error: unknown, folder: string): unknown =>
  codeOf(error) === '' || error instanceof AppError
    ? error
    : new AppError('storage', diskSentence(error, folder), { cause: error })

const failed = (reason: string): FileOutcome => ({ kind: 'failed', reason, isSourceDamaged: false })

async function deliver(needs: WriteNeeds, { path, image }: PlannedFile): Promise<FileOutcome> {
  const file = join(needs.target, ...path.split('/'))
  try {
    const there = await look(file)
    if (there) {
      const own = needs.owned.get(path)
      const isComparable = there.size !== null && (own !== undefined || there.size === image.byteLength)
      const hash = isComparable ? await hashIfReadable(file, image.byteLength) : null
      if (hash === image.sha256) return { kind: 'skipped' }
      if (hash === null || !own?.has(hash)) return failed(takenReason(path, own !== undefined))
    }
    const problem = await copyVerified(needs.pictureFile(image.sha256, image.format), file, image)
    return problem === null ? { kind: 'written' } : { kind: 'failed', reason: problem, isSourceDamaged: true }
  } catch (error) {
    if (['ENAMETOOLONG', 'EILSEQ', 'EINVAL'].includes(codeOf(error)))
      return failed(`This disk refuses the name ${path}. Choose a shorter or plainer name template.`)
    throw error
  }
}

/** A file that may not be read is not ours, as far as anyone can tell. */
async function hashIfReadable(file: string, byteLength: number): Promise<string | null> {
  try {
    return await hashFile(file, byteLength)
  } catch (error) {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return null
    throw error
  }
}

/** A file that no delivery wrote is never written over: not a person's own, and not ours once she has worked on it. */
const takenReason = (path: string, wasDelivered: boolean): string =>
  wasDelivered
    ? `${path} was changed after it was delivered, so it is kept as it is. Move it away and deliver again.`
    : `${path} is another file that no delivery wrote, so it is kept. Move it away or change the name template.`

/** Copies a picture and hashes it on the way; only what has the right hash gets the name. Else the answer says why not. */
async function copyVerified(source: string, file: string, image: Deliverable): Promise<string | null> {
  const name = `The library’s picture ${image.sha256.slice(0, 12)}`
  let picture: FileHandle
  try {
    picture = await open(source, 'r')
  } catch (error) {
    return `${name} ${codeOf(error) === 'ENOENT' ? 'is missing' : `cannot be read (${codeOf(error)})`}. Run verify.`
  }
  const hash = createHash('sha256')
  let readError: unknown = null
  async function* hashed(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of piecesOf(picture, image.byteLength)) {
        hash.update(piece)
        yield piece
      }
    } catch (error) {
      readError = error
      throw error
    }
  }
  try {
    const isWhole = await writeAtomically(file, hashed(), () => hash.digest('hex') === image.sha256)
    return isWhole ? null : `${name} is damaged: its bytes have changed. Run verify.`
  } catch (error) {
    if (readError !== null) return `${name} cannot be read (${codeOf(readError)}). Run verify.`
    throw error
  } finally {
    await picture.close()
  }
}
