import { closeSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3'
import { newestVersion } from './migrate.ts'

/** What a database file is by its first 100 bytes, read without SQLite, so that nothing beside it is made or changed. */
export type Header = { readonly kind: 'missing' | 'empty' | 'foreign' } | { readonly kind: 'sqlite'; version: number }

/** Layout of the header: sqlite.org/fileformat2.html, section 1.3 (read 2026-11-21); `user_version` is at byte 60. */
export function headerOf(file: string): Header {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' }
    throw error
  }
  try {
    const header = Buffer.alloc(100)
    const length = readSync(descriptor, header, 0, 100, 0)
    if (length === 0) return { kind: 'empty' }
    if (length < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return { kind: 'foreign' }
    return { kind: 'sqlite', version: header.readUInt32BE(60) }
  } finally {
    closeSync(descriptor)
  }
}

/** `quick` reads every page (1 ms a megabyte); `full` also compares every index with its table (2.5 ms). */
export type CheckDepth = 'none' | 'quick' | 'full'

/** The version that the write-ahead log holds too, whether any table is there, and up to five of SQLite's own complaints. */
export interface DatabaseCheck {
  readonly version: number
  readonly tables: number
  readonly problems: readonly string[]
}

/** Opens a database only to read it, and looks. Damage is told in `problems`; what the disk refuses is thrown. */
export function checkDatabase(file: string, depth: CheckDepth): DatabaseCheck {
  try {
    const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      const version = Number(database.pragma('user_version', { simple: true }))
      const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get())
      if (depth === 'none' || version > newestVersion) return { version, tables, problems: [] }
      const found = database.prepare<[], string>(`PRAGMA ${depth === 'quick' ? 'quick' : 'integrity'}_check(5)`)
      return {
        version,
        tables,
        problems: found
          .pluck()
          .all()
          .filter((line) => line !== 'ok'),
      }
    } finally {
      database.close()
    }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { version: 0, tables: 0, problems: [error.message] }
  }
}

/** Whether SQLite says that the file itself is broken, not the disk, the permissions or another holder. */
export const isDamage = (error: unknown): error is InstanceType<typeof Database.SqliteError> =>
  error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
