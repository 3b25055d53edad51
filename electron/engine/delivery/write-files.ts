import pLimit from 'p-limit'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import type { Content, Destination } from './destination.ts'
import type { Owned } from './manifest/earlier.ts'
import type { KnownBytes } from './pictures/made-files.ts'

export const stoppedSentence = 'Stopped; run it again to go on.'

/** A file that should stand at the destination. */
export interface FileToWrite {
  readonly path: string
  /** Null where nobody knows its bytes before they are made. */
  readonly known: KnownBytes | null
  content(): Promise<MadeContent>
}

/** What goes into a file, or why it cannot be had from the library. */
export type MadeContent =
  | { readonly kind: 'content'; readonly content: Content; readonly known: KnownBytes }
  | { readonly kind: 'lost'; readonly reason: string }

export type FileOutcome =
  | { readonly kind: 'written' | 'skipped'; readonly bytes: KnownBytes }
  | { readonly kind: 'failed'; readonly reason: string; readonly isSourceDamaged: boolean }

interface WriteNeeds<File> {
  readonly destination: Destination
  readonly owned: Owned
  readonly isStopping: () => boolean
  readonly onFile: (file: File, outcome: FileOutcome) => void
}

/**
 * Writes the files of a delivery, a few at a time; when this resolves, all of them stand at the destination under their
 * names. What is there with the right bytes is skipped. Throws AppError `storage` where the destination cannot be written
 * and `canceled` where it was told to stop; the files at work are ended first, and none is left in half.
 */
export async function writeFiles<File extends FileToWrite>(
  needs: WriteNeeds<File>,
  files: readonly File[],
): Promise<void> {
  const limit = pLimit(needs.destination.filesAtOnce)
  let isBroken = false
  let isCut = false
  const ends = await Promise.allSettled(
    files.map((file) =>
      limit(async () => {
        if (needs.isStopping()) isCut = true
        if (isBroken || isCut) return
        try {
          needs.onFile(file, await deliver(needs.destination, needs.owned, file))
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

const failed = (reason: string): FileOutcome => ({ kind: 'failed', reason, isSourceDamaged: false })
const lost = (reason: string): FileOutcome => ({ kind: 'failed', reason, isSourceDamaged: true })

async function deliver(destination: Destination, owned: Owned, file: FileToWrite): Promise<FileOutcome> {
  const { path } = file
  try {
    const there = await destination.look(path)
    // What stands there can only be compared with bytes that are known.
    const first = there && file.known === null ? await file.content() : null
    if (first?.kind === 'lost') return lost(first.reason)
    const known = first?.known ?? file.known
    if (there && known) {
      const own = owned.get(path)
      const isComparable = there.byteLength !== null && (own !== undefined || there.byteLength === known.byteLength)
      const hash = isComparable ? await there.sha256() : null
      if (hash === known.sha256) return { kind: 'skipped', bytes: known }
      if (hash === null || !own?.has(hash)) return failed(takenReason(path, own !== undefined))
    }
    const made = first ?? (await file.content())
    if (made.kind === 'lost') return lost(made.reason)
    const problem = await destination.put(path, made.content)
    return problem === null ? { kind: 'written', bytes: made.known } : lost(problem)
  } catch (error) {
    if (errorCodeOf(error) === 'invalid-input') return failed(messageOf(error))
    throw error
  }
}

/** A file that no delivery wrote is never written over: not a person's own, and not ours once she has worked on it. */
export const takenReason = (path: string, wasDelivered: boolean): string =>
  wasDelivered
    ? `${path} was changed after it was delivered, so it is kept as it is. Move it away and deliver again.`
    : `${path} is another file that no delivery wrote, so it is kept. Move it away or change the name template.`
