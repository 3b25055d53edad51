import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError, messageOf } from '#shared/errors.ts'
import { storageSentence } from './atomic-write.ts'
import { type Backup, keepBackup } from './backups.ts'
import { headerOf, isDamage } from './check-database.ts'
import { type Checkpoints, openCheckpoints } from './checkpoints.ts'
import { dropClosedNote, noteClosed, wasClosedInOrder } from './closed-note.ts'
import { copyDatabase, UnsoundCopy } from './copy-database.ts'
import { type LibraryLock, takeLibraryLock } from './library-lock.ts'
import { migrate, newerError, newestVersion, refuseNewer, schemaVersion } from './migrate.ts'
import { problemsIn } from './problems-in.ts'
import { finishRebuild, makeFolderNow, type Rebuild, repairDatabase, unfinishedRebuild } from './repair.ts'

export { type FileToWrite, isMissing, temporaryBy, writeFilesDurably, writePiecesDurably } from './atomic-write.ts'
export { type Backup, listBackups, pastKeeping } from './backups.ts'
export { type Clock, steadyClock } from './clock.ts'
export { sha256Of } from './sha256.ts'
export { refusePartialPath } from './whole-path.ts'

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
  /**
   * The same without waiting for the disk: for rows that nobody sees and nothing acts on until a later `transaction`,
   * which makes these durable with its own (the log is written in order).
   */
  draft<Result>(work: () => Result): Result
  /** Writes to the database and waits until that is durable; changes nothing. Throws AppError `storage`. */
  proveWritable(): void
  /** Rows changed since it was opened, to know whether anything is new. */
  changes(): number
  /** A sound, consistent copy of the database at `file`, beside running work. Throws AppError `storage`. */
  backup(file: string): Promise<{ bytes: number }>
  /** The same in the library's own `backups` folder; old ones go. */
  keepBackup(nowMs: number): Promise<Backup>
  /** Reads the whole database again in a thread of its own: one sentence for each thing that SQLite finds wrong. */
  problems(): Promise<string[]>
  /** A damaged database was moved aside when this was opened, and the pictures' records are still to be read. */
  readonly rebuild: Rebuild | null
  /** The host before did not close the library: files may be there that no row knows yet. */
  readonly wasCutShort: boolean
  /** What the records knew is in the database now. */
  finishRebuild(): void
  close(): void
}

export interface StorageOptions {
  readonly folder: string
  /** Reads beside a host that writes; where there is no library yet, an empty one in memory. */
  readonly readOnly: boolean
  /** Who holds the lock, for the message that a second writer gets: `the Proofsheet window`. */
  readonly host: string
}

/**
 * Opens (and where needed creates) a library. A damaged database is moved aside and replaced by its newest sound backup.
 * Throws AppError `conflict` where another host has it or it is too new (it is then left as it is).
 */
export function openStorage(options: StorageOptions): Storage {
  const file = join(options.folder, 'library.db')
  const header = headerOf(file)
  if (header.kind === 'sqlite' && header.version > newestVersion) throw newerError(header.version)
  if (options.readOnly) {
    if (unfinishedRebuild(options.folder)) throw unreadableError()
    const database = existsSync(file) ? openToRead(file) : emptyInMemory()
    return storageOver(database, options, {
      rebuild: null,
      wasCutShort: false,
      lock: null,
      checkpoints: null,
    })
  }
  const lock = lockFolder(options)
  try {
    const wasClosed = wasClosedInOrder(options.folder)
    const rebuild = repairDatabase(options.folder, { wasClosed, wasKilled: lock.wasKilled })
    dropClosedNote(options.folder)
    const database = new Database(file, { timeout: 5000 })
    refuseNewer(database)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma('cache_size = -16384')
    // A thread does it; this bounds the log (32 MB) where that one cannot keep up, or has ended.
    database.pragma('wal_autocheckpoint = 8000')
    migrate(database)
    const checkpoints = openCheckpoints(file, () => void database.pragma('wal_checkpoint(PASSIVE)'))
    return storageOver(database, options, { rebuild, wasCutShort: !wasClosed, lock, checkpoints })
  } catch (error) {
    lock.release()
    throw asStorageError(error)
  }
}

function lockFolder(options: StorageOptions): LibraryLock {
  try {
    makeFolderNow(options.folder)
    mkdirSync(join(options.folder, 'pictures'), { recursive: true })
    mkdirSync(join(options.folder, 'renditions'), { recursive: true })
  } catch (error) {
    throw new AppError('storage', `The library’s folder cannot be made: ${messageOf(error)}.`, { cause: error })
  }
  return takeLibraryLock(options.folder, options.host)
}

const unreadableError = () =>
  new AppError(
    'storage',
    'This library’s database is damaged. Open it once in the window or with `serve`: it is then made again from its backups and its pictures.',
  )

function openToRead(file: string): Database.Database {
  let database: Database.Database | null = null
  try {
    database = new Database(file, { readonly: true, timeout: 5000 })
    refuseNewer(database)
    if (schemaVersion(database) === newestVersion) return database
  } catch (error) {
    database?.close()
    throw isDamage(error) ? unreadableError() : error
  }
  const isEmpty = schemaVersion(database) === 0
  database.close()
  if (isEmpty) throw unreadableError()
  throw new AppError(
    'conflict',
    'This library was written by an older Proofsheet. Open it once in the window or with `serve`.',
  )
}

function emptyInMemory(): Database.Database {
  const database = new Database(':memory:')
  migrate(database)
  return database
}

interface Opened {
  readonly rebuild: Rebuild | null
  readonly wasCutShort: boolean
  readonly lock: LibraryLock | null
  readonly checkpoints: Checkpoints | null
}

function storageOver(database: Database.Database, options: StorageOptions, opened: Opened): Storage {
  const { folder, readOnly } = options
  const changes = database.prepare<[], number>('SELECT total_changes()').pluck()
  let isSuspect = false

  /** Damage seen at work: the next open reads the whole database, whatever its size. */
  function suspect(error: unknown): unknown {
    if (isDamage(error) || error instanceof UnsoundCopy) {
      isSuspect = true
      opened.lock?.distrust()
    }
    return asStorageError(error)
  }

  async function asking<Result>(work: () => Promise<Result>): Promise<Result> {
    if (database.memory) throw new AppError('not-found', 'There is no library there yet, so nothing to copy or check.')
    try {
      return await work()
    } catch (error) {
      throw suspect(error)
    }
  }

  return {
    folder,
    readOnly,
    schemaVersion: schemaVersion(database),
    rebuild: opened.rebuild,
    wasCutShort: opened.wasCutShort,
    prepare: (sql) => translated(() => database.prepare(sql), suspect),
    transaction(work) {
      if (database.inTransaction) return work()
      try {
        const result = database.transaction(work).immediate()
        opened.checkpoints?.changed(changes.get() ?? 0)
        return result
      } catch (error) {
        throw suspect(error)
      }
    },
    draft(work) {
      database.pragma('synchronous = NORMAL')
      try {
        return this.transaction(work)
      } finally {
        database.pragma('synchronous = FULL')
      }
    },
    proveWritable() {
      this.transaction(() => database.pragma(`user_version = ${schemaVersion(database)}`))
    },
    changes: () => changes.get() ?? 0,
    backup: (file) => asking(() => copyDatabase(database.name, file)),
    keepBackup: (nowMs) => asking(() => keepBackup(folder, nowMs)),
    problems: () => (database.memory ? Promise.resolve([]) : asking(() => problemsIn(database.name))),
    finishRebuild: () => finishRebuild(folder),
    close() {
      try {
        opened.checkpoints?.close()
        if (!readOnly) database.pragma('wal_checkpoint(TRUNCATE)')
        database.close()
        if (!readOnly && !isSuspect) noteClosed(folder)
      } catch (error) {
        // A full disk at the end loses nothing: the log holds every commit, and without a note the next open looks closely.
        if (!isDiskError(error)) throw error
      } finally {
        database.close()
        opened.lock?.release()
      }
    },
  }
}

/** The one edge where SQLite's complaints about the disk become `storage`, also those of a plain read. */
function translated<Found extends object>(prepare: () => Found, translate: (error: unknown) => unknown): Found {
  const statement = prepared()
  function prepared(): Found {
    try {
      return prepare()
    } catch (error) {
      throw translate(error)
    }
  }
  for (const name of ['get', 'all', 'run'] as const) {
    const call: unknown = Reflect.get(statement, name)
    if (typeof call !== 'function') continue
    // Without a closure a call: a sheet makes 200,000 of them.
    const value = (...given: unknown[]) => {
      try {
        return Reflect.apply(call, statement, given)
      } catch (error) {
        throw translate(error)
      }
    }
    Object.defineProperty(statement, name, { value })
  }
  return statement
}

const isDiskError = (error: unknown): boolean =>
  error instanceof Error && (error instanceof Database.SqliteError || ('code' in error && 'syscall' in error))

/** SQLite's own complaints about the disk become `storage`; everything else stays what it is. */
function asStorageError(error: unknown): unknown {
  const code = error instanceof Database.SqliteError ? error.code : ''
  const isDisk = /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|NOTADB|CORRUPT)/.test(code)
  return isDisk ? new AppError('storage', storageSentence(error), { cause: error }) : error
}
