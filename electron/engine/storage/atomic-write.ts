import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
    await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })))
    await Promise.all(files.map(writeOne))
    if (process.platform !== 'win32') await Promise.all([...folders].map(syncFolder))
  } catch (error) {
    throw new AppError('storage', storageSentence(error), { cause: error })
  }
}

async function writeOne(file: FileToWrite): Promise<void> {
  // Not the name and a suffix: a name may be as long as the file system allows.
  const temporary = join(dirname(file.path), `.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)
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

async function syncFolder(folder: string): Promise<void> {
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
  return `The library’s folder could not be written (${messageOf(error)}).`
}
