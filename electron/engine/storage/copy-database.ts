import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import { syncFolder, temporaryName } from './atomic-write.ts'
import { offThread } from './off-thread.ts'

/**
 * A consistent copy of a database that is being written: one snapshot, taken by SQLite's backup in a thread of its own,
 * checked, then renamed to `target` and durable when this resolves. Gives its length in bytes. Throws AppError `storage`
 * where the copy is not sound, as then the database itself is not.
 */
export async function copyDatabase(source: string, target: string): Promise<{ bytes: number }> {
  const temporary = temporaryName(dirname(target))
  try {
    const problems = await offThread(copyAndCheck, { source, target: temporary })
    if (problems.length > 0) throw new UnsoundCopy(problems)
    const copy = await open(temporary, 'r+')
    try {
      await copy.sync()
    } finally {
      await copy.close()
    }
    await rename(temporary, target)
    await syncFolder(dirname(target))
    return { bytes: (await stat(target)).size }
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) await rm(`${temporary}${end}`, { force: true })
  }
}

/** The copy is whole and still broken: so is what it was taken from. */
export class UnsoundCopy extends AppError {
  constructor(problems: readonly string[]) {
    super(
      'storage',
      `The library’s database is damaged (${problems[0]}). Close Proofsheet and open the library again: it is then made again from its backups and its pictures.`,
    )
  }
}

/** Sent to a thread as text: see `offThread`. */
async function copyAndCheck(
  sqlite: typeof Database,
  { source, target }: { source: string; target: string },
): Promise<string[]> {
  const from = new sqlite(source, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    // A snapshot held open: else every commit of the host would make the copy begin again.
    from.exec('BEGIN')
    from.prepare('SELECT count(*) FROM sqlite_schema').get()
    await from.backup(target, { progress: () => 2048 })
  } finally {
    from.close()
  }
  const copy = new sqlite(target)
  try {
    // One file that needs nothing beside it.
    copy.pragma('journal_mode = DELETE')
    const lines = copy.prepare<[], string>('PRAGMA integrity_check(5)').pluck().all()
    return lines.filter((line) => line !== 'ok')
  } finally {
    copy.close()
  }
}
