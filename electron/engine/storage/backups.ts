import { readdirSync, statSync } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { copyDatabase } from './copy-database.ts'

export interface Backup {
  readonly file: string
  readonly madeMs: number
  readonly bytes: number
}

const dayMs = 86_400_000

/** The newest few, and one from a day before, in case a mistake is noticed late. */
const newestKept = 4
/** All backups together; the newest two are kept whatever they take. */
const bytesKept = 2_000_000_000
/** What a backup must leave free: pictures come first. */
const leftFree = 64_000_000

const backupFolder = (folder: string): string => join(folder, 'backups')

/** `2026-11-21T03-14-07-123Z`: sorts by time and is a file name everywhere. */
export const timeInName = (ms: number): string => new Date(ms).toISOString().replaceAll(/[:.]/g, '-')

/** The library's backups, newest first. Unfinished copies have other names and are not among them. */
export function listBackups(folder: string): Backup[] {
  let names: string[]
  try {
    names = readdirSync(backupFolder(folder))
  } catch {
    // No folder yet: no backups yet.
    return []
  }
  const found = names.flatMap((name) => {
    const [, date, hour, minute, second, milli] =
      /^library-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.db$/.exec(name) ?? []
    if (date === undefined) return []
    const file = join(backupFolder(folder), name)
    const bytes = statSync(file, { throwIfNoEntry: false })?.size
    const madeMs = Date.parse(`${date}T${hour}:${minute}:${second}.${milli}Z`)
    return bytes === undefined ? [] : [{ file, madeMs, bytes }]
  })
  return found.sort((one, other) => other.madeMs - one.madeMs)
}

/**
 * Keeps a sound copy of the database as it is now, then lets old ones go. Throws AppError `storage` where there is no
 * room for it or the database turns out to be damaged; older backups then stay.
 */
export async function keepBackup(folder: string, nowMs: number): Promise<Backup> {
  const source = join(folder, 'library.db')
  const place = backupFolder(folder)
  await mkdir(place, { recursive: true })
  const wanted = statSync(source).size + (statSync(`${source}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const { bavail, bsize } = await statfs(place)
  if (bavail * bsize < wanted + leftFree)
    throw new AppError('storage', 'There is no room for a backup of the library’s database. Make room on its disk.')
  const file = join(place, `library-${timeInName(nowMs)}.db`)
  const { bytes } = await copyDatabase(source, file)
  for (const old of pastKeeping(listBackups(folder), nowMs)) await rm(old.file, { force: true })
  return { file, madeMs: nowMs, bytes }
}

/** Which backups (newest first) may go. */
export function pastKeeping(backups: readonly Backup[], nowMs: number): Backup[] {
  const dayOld = backups.find((backup) => backup.madeMs < nowMs - dayMs)
  let bytes = 0
  return backups.filter((backup, at) => {
    bytes += backup.bytes
    const isKept = at < 2 || ((at < newestKept || backup === dayOld) && bytes <= bytesKept)
    if (!isKept) bytes -= backup.bytes
    return !isKept
  })
}
