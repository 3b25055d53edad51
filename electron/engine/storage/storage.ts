import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError, messageOf } from '#shared/errors.ts'
import { storageSentence } from './atomic-write.ts'
import { takeLibraryLock } from './library-lock.ts'
import { migrate, newestVersion, refuseNewer, schemaVersion } from './migrate.ts'

export { type FileToWrite, storageSentence, writeFilesDurably } from './atomic-write.ts'
export { type Clock, steadyClock } from './clock.ts'
export { newestVersion } from './migrate.ts'

export type Statement<Parameters extends unknown[], Row> = Database.Statement<Parameters, Row>

/** An open library: its database and the folders beside it. SQL stands only in the room that owns the table. */
export interface Storage {
  readonly folder: string
  readonly readOnly: boolean
  readonly schemaVersion: number
  /** A prepared statement; parameters and row are typed by the room that owns the table. */
  prepare<Parameters extends unknown[], Row = unknown>(sql: string): Statement<Parameters, Row>
  /** Runs all of it or none, begun IMMEDIATE and durable when it returns. Inside another one it joins it. Throws AppError `storage` where the disk refuses. */
  transaction<Result>(work: () => Result): Result
  /** A consistent copy of the database beside running work. */
  backup(file: string): Promise<void>
  close(): void
}

export interface StorageOptions {
  readonly folder: string
  /** Reads beside a host that writes; where there is no library yet, an empty one in memory. */
  readonly readOnly: boolean
  /** Who holds the lock, for the message that a second writer gets: `the Proofsheet window`. */
  readonly host: string
}

/** Opens (and where needed creates) a library. Throws AppError `conflict` where another host has it or it is too new. */
export function openStorage(options: StorageOptions): Storage {
  const file = join(options.folder, 'library.db')
  if (options.readOnly) {
    const database = existsSync(file) ? openToRead(file) : emptyInMemory()
    return storageOver(database, options, () => undefined)
  }
  const lock = lockFolder(options)
  try {
    const database = new Database(file, { timeout: 5000 })
    refuseNewer(database)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma('cache_size = -65536')
    migrate(database)
    return storageOver(database, options, () => lock.release())
  } catch (error) {
    lock.release()
    throw asStorageError(error)
  }
}

function lockFolder(options: StorageOptions) {
  try {
    mkdirSync(join(options.folder, 'pictures'), { recursive: true })
    mkdirSync(join(options.folder, 'renditions'), { recursive: true })
  } catch (error) {
    throw new AppError('storage', `The library’s folder cannot be made: ${messageOf(error)}.`, { cause: error })
  }
  return takeLibraryLock(options.folder, options.host)
}

function openToRead(file: string): Database.Database {
  const database = new Database(file, { readonly: true, timeout: 5000 })
  refuseNewer(database)
  if (schemaVersion(database) < newestVersion) {
    database.close()
    throw new AppError(
      'conflict',
      'This library was written by an older Proofsheet. Open it once in the window or with `serve`.',
    )
  }
  return database
}

function emptyInMemory(): Database.Database {
  const database = new Database(':memory:')
  migrate(database)
  return database
}

function storageOver(database: Database.Database, options: StorageOptions, release: () => void): Storage {
  return {
    folder: options.folder,
    readOnly: options.readOnly,
    schemaVersion: schemaVersion(database),
    prepare: (sql) => database.prepare(sql),
    transaction(work) {
      if (database.inTransaction) return work()
      try {
        return database.transaction(work).immediate()
      } catch (error) {
        throw asStorageError(error)
      }
    },
    async backup(file) {
      await database.backup(file)
    },
    close() {
      if (!options.readOnly) database.pragma('wal_checkpoint(TRUNCATE)')
      database.close()
      release()
    },
  }
}

/** SQLite's own complaints about the disk become `storage`; everything else stays what it is. */
function asStorageError(error: unknown): unknown {
  const code = error instanceof Database.SqliteError ? error.code : ''
  const isDisk = /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|NOTADB|CORRUPT)/.test(code)
  return isDisk ? new AppError('storage', storageSentence(error), { cause: error }) : error
}
