import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '#shared/errors.ts'
import { readSheetFile, type SheetFile } from './sheet-file.ts'

/** Looked at, not listened to: that works over a network too, and with editors that rename a new file over the old one. */
const lookEveryMs = 200
/** A file is read once nothing was written to it for so long. */
const quietMs = 600
/** So often it is tried to read a file that another program holds, or that is gone for a moment, before that is told. */
const triesBeforeTold = 5

export type Saved = { readonly file: SheetFile } | { readonly problem: string }

export interface WatchedFile {
  /** The next version, with other bytes than the one before; or, told once, why there is none that can be read. */
  readonly next: () => Promise<Saved>
  readonly end: () => void
}

const hashOf = ({ bytesBase64 }: SheetFile): string => createHash('sha256').update(bytesBase64).digest('hex')

/** What differs once a file was written, also where that took less than its clock's tick. */
const stampOf = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    () => 'gone',
  )

/** Watches a sheet on this machine from `first` on. A version is given whole: never while something writes to it. */
export function watchSheetFile(path: string, first: SheetFile): WatchedFile {
  const ending = new AbortController()
  let known = hashOf(first)
  let taken = ''
  let tries = 0

  /** `null`: not now, look again. */
  async function read(stamp: string): Promise<Saved | null> {
    try {
      const file = await readSheetFile(path)
      tries = 0
      if ((await stampOf(path)) !== stamp) return null
      taken = stamp
      const hash = hashOf(file)
      if (hash === known) return null
      known = hash
      return { file }
    } catch (error) {
      if (++tries < triesBeforeTold) return null
      tries = 0
      taken = stamp
      return { problem: messageOf(error) }
    }
  }

  async function next(): Promise<Saved> {
    let seen = taken
    let seenMs = performance.now()
    for (;;) {
      await sleep(lookEveryMs, undefined, { signal: ending.signal })
      const stamp = await stampOf(path)
      if (stamp !== seen) {
        seen = stamp
        seenMs = performance.now()
      }
      if (stamp === taken || performance.now() - seenMs < quietMs) continue
      const saved = await read(stamp)
      if (saved) return saved
    }
  }

  return {
    // Ended, it says nothing more.
    next: () =>
      next().catch((error) => (ending.signal.aborted ? new Promise<never>(() => undefined) : Promise.reject(error))),
    end: () => ending.abort(),
  }
}
