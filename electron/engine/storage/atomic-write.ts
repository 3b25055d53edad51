import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError, messageOf } from '#shared/errors.ts'

export interface FileToWrite {
  readonly path: string
  readonly bytes: Uint8Array | string
}

/**
 * Writes files so that each is there whole or not at all, also after a power cut: temporary name, fsync, rename, then
 * one fsync for each folder. When this resolves, all of them are on the disk. Throws AppError `storage`.
 */
export async function writeFilesDurably(files: readonly FileToWrite[]): Promise<void> {
  const folders = new Set(files.map((file) => dirname(file.path)))
  try {
    await Promise.all(files.map(writeIntoFolder))
    await Promise.all([...folders].map(syncFolder))
  } catch (error) {
    throw new AppError('storage', storageSentence(error), { cause: error })
  }
}

/** A folder that is made here is durable, too: each new one by its parent's fsync. */
async function makeFolder(folder: string): Promise<void> {
  const topmost = await mkdir(folder, { recursive: true })
  if (topmost === undefined) return
  for (let made = resolve(folder); made.length >= resolve(topmost).length; made = dirname(made))
    await syncFolder(dirname(made))
}

/** A name for a file that is not whole yet: hidden, and with the process that writes it, so that others may clear it away. */
export const temporaryName = (folder: string): string =>
  join(folder, `.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)

/** The process that made a temporary file; null for any other file. */
export function temporaryBy(name: string): number | null {
  const [, pid] = /^\.(\d+)-[a-z0-9]+\.tmp(?:-journal|-wal|-shm)?$/.exec(name) ?? []
  return pid === undefined ? null : Number(pid)
}

/** The folder is mostly there already: it is made where it is found missing. */
async function writeIntoFolder(file: FileToWrite): Promise<void> {
  try {
    await writeOne(file)
  } catch (error) {
    if (!isMissing(error)) throw error
    await makeFolder(dirname(file.path))
    await writeOne(file)
  }
}

/** Whether a file or folder of the path is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function writeOne(file: FileToWrite): Promise<void> {
  // Not the name and a suffix: a name may be as long as the file system allows.
  const temporary = temporaryName(dirname(file.path))
  try {
    const target = await open(temporary, 'wx', 0o644)
    try {
      await target.writeFile(file.bytes)
      await target.sync()
    } finally {
      await target.close()
    }
    await rename(temporary, file.path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * One file from pieces that never are in memory together: whole under its name, and on the disk, or not there at all.
 * Gives its size. What the pieces throw is thrown as it is; the disk's own errors are AppError `storage`.
 */
export async function writePiecesDurably(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const folder = dirname(path)
  const onDisk = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work
    } catch (error) {
      throw new AppError('storage', storageSentence(error), { cause: error })
    }
  }
  await onDisk(makeFolder(folder))
  const temporary = temporaryName(folder)
  const target = await onDisk(open(temporary, 'wx', 0o644))
  let byteLength = 0
  try {
    for await (const piece of pieces) {
      await onDisk(target.writeFile(piece))
      byteLength += piece.length
    }
    await onDisk(target.sync())
    await target.close()
    await onDisk(rename(temporary, path).then(() => syncFolder(folder)))
    return byteLength
  } catch (error) {
    // Closed already where only the name was missing.
    await target.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

/** After a rename: the name itself is durable when this resolves. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What a file system error means to a person, and what to do. */
export function storageSentence(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return 'The disk with the library is full. Make room; work goes on by itself.'
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code.startsWith('SQLITE_READONLY'))
    return 'The library’s folder cannot be written. Check its permissions; work goes on by itself.'
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR'))
    return 'The disk with the library reports an error. Check the disk before going on.'
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return 'The library’s database is damaged. Close Proofsheet and open the library again: it is then made again from its backups and its pictures.'
  return `The library’s folder could not be written (${messageOf(error)}).`
}
