import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const note = z.object({ bytes: z.int(), modifiedMs: z.number() })

const noteFile = (folder: string) => join(folder, 'closed.json')

/** What `library.db` looked like when it was closed in order: whatever changed it since then was not Proofsheet. */
export function noteClosed(folder: string): void {
  const { size, mtimeMs } = statSync(join(folder, 'library.db'))
  writeFileSync(noteFile(folder), JSON.stringify({ bytes: size, modifiedMs: mtimeMs }))
}

/** Whether the library was closed in order and not touched since. */
export function wasClosedInOrder(folder: string): boolean {
  try {
    const { bytes, modifiedMs } = note.parse(JSON.parse(readFileSync(noteFile(folder), 'utf8')))
    const found = statSync(join(folder, 'library.db'))
    const log = statSync(join(folder, 'library.db-wal'), { throwIfNoEntry: false })?.size ?? 0
    return found.size === bytes && found.mtimeMs === modifiedMs && log === 0
  } catch {
    // No note, or one that says nothing: the library was not closed in order.
    return false
  }
}

/** From now on the library is open: a kill leaves no note. */
export const dropClosedNote = (folder: string): void => rmSync(noteFile(folder), { force: true })
