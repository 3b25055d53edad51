import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { storageSentence } from './atomic-write.ts'
import { isDamage } from './check-database.ts'

const holder = z.object({ host: z.string(), pid: z.int(), machineStartMs: z.number().optional() })
type Holder = z.infer<typeof holder>

/** Held while a host may write; released by the operating system when the process ends, however it ends. */
export interface LibraryLock {
  /** The host before did not end in order, and the machine has been up ever since: a kill, not a power cut. */
  readonly wasKilled: boolean
  /** The database looks damaged: the next open must not trust it because of a kill only. */
  distrust(): void
  release(): void
}

/**
 * Makes this process the library's only writer. The lock is SQLite's own on a file of its own, so a killed host leaves
 * nothing stale behind; `host.json` only tells the next one whom to name. Throws AppError `conflict`.
 */
export function takeLibraryLock(folder: string, host: string): LibraryLock {
  const holderFile = join(folder, 'host.json')
  const database = lockedDatabase(join(folder, 'library.lock'), holderFile)
  const before = readHolder(holderFile)
  const machineStartMs = Date.now() - uptime() * 1000
  const taken: Holder = { host, pid: process.pid, machineStartMs }
  try {
    writeFileSync(holderFile, JSON.stringify(taken))
  } catch (error) {
    database.close()
    throw new AppError('storage', storageSentence(error), { cause: error })
  }
  return {
    // The clock may have been corrected a little; a machine does not start again within a minute.
    wasKilled: Math.abs((before?.machineStartMs ?? 0) - machineStartMs) < 60_000,
    distrust: () => rmSync(holderFile, { force: true }),
    release() {
      rmSync(holderFile, { force: true })
      database.close()
    },
  }
}

function lockedDatabase(file: string, holderFile: string): Database.Database {
  for (let attempt = 1; ; attempt++) {
    const database = new Database(file, { timeout: 0 })
    try {
      database.pragma('journal_mode = DELETE')
      database.exec('BEGIN EXCLUSIVE')
      return database
    } catch (error) {
      database.close()
      // Nothing is ever written into the lock: something else wrote there, and nobody holds it.
      if (isDamage(error) && attempt === 1) rmSync(file, { force: true })
      else throw lockError(error, holderFile)
    }
  }
}

function lockError(error: unknown, holderFile: string): unknown {
  const code = error instanceof Database.SqliteError ? error.code : ''
  if (!code.startsWith('SQLITE_BUSY')) return new AppError('storage', storageSentence(error), { cause: error })
  const found = readHolder(holderFile)
  const name = found ? `${found.host} (process ${found.pid})` : 'another program'
  return new AppError(
    'conflict',
    `This library is open in ${name}. Close it there first, or use --library for another folder.`,
    { cause: error },
  )
}

function readHolder(file: string): Holder | null {
  try {
    return holder.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // The name is a courtesy: a lock without a readable name is still a lock.
    return null
  }
}
