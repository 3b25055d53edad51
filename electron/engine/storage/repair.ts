import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { listBackups, timeInName } from './backups.ts'
import { type CheckDepth, checkDatabase, headerOf } from './check-database.ts'
import { newerError, newestVersion } from './migrate.ts'

const rebuild = z.object({
  /** `aside`: files are being moved; `records`: a database is in place, and lacks what the pictures' records know. */
  stage: z.enum(['aside', 'records']),
  /** What was wrong, in a few words. */
  reason: z.string(),
  startedMs: z.int(),
  /** When the backup that it was made from was taken; null where there was no sound one. */
  backupMs: z.int().nullable(),
})
/** A damaged database was moved aside and is being made again. Kept beside it, so that a kill half way changes nothing. */
export type Rebuild = z.infer<typeof rebuild>

const rebuildFile = (folder: string) => join(folder, 'rebuild.json')

/** A database up to this length is checked at every open: 0.15 s at most from memory. */
const alwaysChecked = 128_000_000

/** What is to be finished; null for a library in order. */
export function unfinishedRebuild(folder: string): Rebuild | null {
  if (!existsSync(rebuildFile(folder))) return null
  return rebuild.parse(JSON.parse(readFileSync(rebuildFile(folder), 'utf8')))
}

export function finishRebuild(folder: string): void {
  rmSync(rebuildFile(folder), { force: true })
  syncFolderNow(folder)
}

/**
 * Looks at the database before it is opened to write. A damaged one is moved to `damaged/` (never deleted) and the newest
 * sound backup takes its place, or none. Gives what the caller must finish from the pictures' records; null where all is
 * well. Throws AppError `conflict` for a newer library, which is left as it is.
 */
export function repairDatabase(folder: string, life: { wasClosed: boolean; wasKilled: boolean }): Rebuild | null {
  const unfinished = unfinishedRebuild(folder)
  if (unfinished?.stage === 'records' && headerOf(join(folder, 'library.db')).kind !== 'missing') {
    const damage = damageOf(folder, { wasClosed: false, wasKilled: false })
    if (damage === null) return unfinished
  }
  const reason = unfinished?.stage === 'aside' ? unfinished.reason : damageOf(folder, life)
  if (reason === null) return unfinished
  const backup = soundBackup(folder)
  const note: Rebuild = { stage: 'aside', reason, startedMs: Date.now(), backupMs: backup?.madeMs ?? null }
  replaceFile(rebuildFile(folder), JSON.stringify(note))
  moveAside(folder, note.startedMs)
  if (backup) {
    copyFileSync(backup.file, `${rebuildFile(folder)}.db`)
    moveDurably(`${rebuildFile(folder)}.db`, join(folder, 'library.db'))
  }
  const next: Rebuild = { ...note, stage: 'records' }
  replaceFile(rebuildFile(folder), JSON.stringify(next))
  return next
}

/** What is wrong with the database, in a few words; null for a sound one and for a library that is new. */
function damageOf(folder: string, life: { wasClosed: boolean; wasKilled: boolean }): string | null {
  const file = join(folder, 'library.db')
  const header = headerOf(file)
  if (header.kind === 'foreign') return 'it is not a database'
  if (header.kind !== 'sqlite') return hasSomething(folder) ? `it is ${header.kind}` : null
  const { version, tables, problems } = checkDatabase(file, depthFor(statSync(file).size, life))
  if (version > newestVersion) throw newerError(version)
  if (problems.length > 0) return problems[0] ?? 'it is damaged'
  return tables === 0 && hasSomething(folder) ? 'it has no tables' : null
}

/**
 * A kill cannot hurt a database; a power cut on a disk that lies, another program or a failing disk can. So a large one is
 * read whole only where one of these may have been: it changed since it was closed, or the machine went down.
 */
function depthFor(bytes: number, life: { wasClosed: boolean; wasKilled: boolean }): CheckDepth {
  const isTrusted = life.wasClosed || life.wasKilled
  if (bytes > alwaysChecked) return isTrusted ? 'none' : 'full'
  return isTrusted ? 'quick' : 'full'
}

/** Whether pictures or backups stand beside the database: then it cannot be new. */
function hasSomething(folder: string): boolean {
  if (listBackups(folder).length > 0) return true
  const pictures = join(folder, 'pictures')
  if (!existsSync(pictures)) return false
  return readdirSync(pictures, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && readdirSync(join(pictures, entry.name)).length > 0,
  )
}

function soundBackup(folder: string) {
  for (const backup of listBackups(folder)) {
    const header = headerOf(backup.file)
    if (header.kind !== 'sqlite') continue
    const { version, tables, problems } = checkDatabase(backup.file, 'full')
    if (version > newestVersion) throw newerError(version)
    if (problems.length === 0 && tables > 0) return backup
  }
  return null
}

/** The log first would make the database look whole and older; the note above says that both belong together. */
function moveAside(folder: string, nowMs: number): void {
  const place = join(folder, 'damaged')
  mkdirSync(place, { recursive: true })
  for (const end of ['', '-wal', '-shm', '-journal']) {
    const file = join(folder, `library.db${end}`)
    if (existsSync(file)) renameSync(file, freeName(join(place, `library-${timeInName(nowMs)}`), `.db${end}`))
  }
  syncFolderNow(place)
  syncFolderNow(folder)
}

function freeName(base: string, end: string): string {
  if (!existsSync(`${base}${end}`)) return `${base}${end}`
  for (let number = 2; ; number++) if (!existsSync(`${base}-${number}${end}`)) return `${base}-${number}${end}`
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  moveDurably(`${file}.new`, file)
}

function moveDurably(from: string, to: string): void {
  const descriptor = openSync(from, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(from, to)
  syncFolderNow(dirname(to))
}

/** Makes a folder so that it is there after a power cut too. */
export function makeFolderNow(folder: string): void {
  const topmost = mkdirSync(folder, { recursive: true })
  if (topmost === undefined) return
  for (let made = resolve(folder); made.length >= resolve(topmost).length; made = dirname(made))
    syncFolderNow(dirname(made))
}

/** Windows has no fsync for folders. */
function syncFolderNow(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
