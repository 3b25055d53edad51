import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'

const holder = z.object({ host: z.string(), pid: z.int() })

/** Held while a host may write; released by the operating system when the process ends, however it ends. */
export interface LibraryLock {
  release(): void
}

/**
 * Makes this process the library's only writer. The lock is SQLite's own on a file of its own, so a killed host leaves
 * nothing stale behind; `host.json` only tells the next one whom to name. Throws AppError `conflict`.
 */
export function takeLibraryLock(folder: string, host: string): LibraryLock {
  const database = new Database(join(folder, 'library.lock'), { timeout: 0 })
  const holderFile = join(folder, 'host.json')
  try {
    database.pragma('journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new AppError(
      'conflict',
      `This library is open in ${holderName(holderFile)}. Close it there first, or use --library for another folder.`,
      { cause: error },
    )
  }
  writeFileSync(holderFile, JSON.stringify({ host, pid: process.pid }))
  return {
    release() {
      rmSync(holderFile, { force: true })
      database.close()
    },
  }
}

function holderName(file: string): string {
  try {
    const { host, pid } = holder.parse(JSON.parse(readFileSync(file, 'utf8')))
    return `${host} (process ${pid})`
  } catch {
    // The name is a courtesy: a lock without a readable name is still a lock.
    return 'another program'
  }
}
