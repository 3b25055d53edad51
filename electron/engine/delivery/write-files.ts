import pLimit from 'p-limit'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import type { Destination } from './destination.ts'
import type { Owned } from './earlier.ts'
import type { PlannedFile } from './plan-files.ts'

/** So many files are made to last together. */
const groupSize = 64

export const stoppedSentence = 'Stopped; run it again to go on.'

export type FileOutcome =
  | { readonly kind: 'written' | 'skipped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly isSourceDamaged: boolean }

interface WriteNeeds {
  readonly destination: Destination
  readonly owned: Owned
  /** The library's own file of a picture. */
  readonly pictureFile: (sha256: string, format: string) => string
  readonly isStopping: () => boolean
  readonly onFile: (file: PlannedFile, outcome: FileOutcome) => void
}

/**
 * Writes the files of a delivery, a few at a time; when this resolves, all of them stand at the destination under their
 * names. What is there with the right bytes is skipped. Throws AppError `storage` where the destination cannot be written
 * and `canceled` where it was told to stop; the files at work are ended first, and none is left in half.
 */
export async function writeFiles(needs: WriteNeeds, files: readonly PlannedFile[]): Promise<void> {
  const limit = pLimit(needs.destination.filesAtOnce)
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
    if (broken) throw broken.reason
    await needs.destination.settle()
    if (isCut) throw new AppError('canceled', stoppedSentence)
  }
}

const failed = (reason: string): FileOutcome => ({ kind: 'failed', reason, isSourceDamaged: false })

async function deliver({ destination, owned, pictureFile }: WriteNeeds, file: PlannedFile): Promise<FileOutcome> {
  const { path, image } = file
  try {
    const there = await destination.look(path)
    if (there) {
      const own = owned.get(path)
      const isComparable = there.byteLength !== null && (own !== undefined || there.byteLength === image.byteLength)
      const hash = isComparable ? await there.sha256() : null
      if (hash === image.sha256) return { kind: 'skipped' }
      if (hash === null || !own?.has(hash)) return failed(takenReason(path, own !== undefined))
    }
    const problem = await destination.put(path, {
      kind: 'picture',
      file: pictureFile(image.sha256, image.format),
      sha256: image.sha256,
      byteLength: image.byteLength,
      contentType: `image/${image.format}`,
    })
    return problem === null ? { kind: 'written' } : { kind: 'failed', reason: problem, isSourceDamaged: true }
  } catch (error) {
    if (errorCodeOf(error) === 'invalid-input') return failed(messageOf(error))
    throw error
  }
}

/** A file that no delivery wrote is never written over: not a person's own, and not ours once she has worked on it. */
const takenReason = (path: string, wasDelivered: boolean): string =>
  wasDelivered
    ? `${path} was changed after it was delivered, so it is kept as it is. Move it away and deliver again.`
    : `${path} is another file that no delivery wrote, so it is kept. Move it away or change the name template.`
