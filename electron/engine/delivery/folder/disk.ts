import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf } from '#shared/errors.ts'

/** Short enough for every file system whatever the file's own name is, and known again after a kill. */
const temporaryName = /^\.proofsheet-[0-9a-f]{16}\.tmp$/

/** A name for a file that will be renamed to `path`. */
export const temporaryBeside = (path: string): string =>
  join(dirname(path), `.proofsheet-${randomBytes(8).toString('hex')}.tmp`)

/** The code of a file system error, `ENOSPC`; empty for any other error. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/**
 * Writes a file so that it is there whole or not at all: temporary name, fsync, rename. `isWhole` is asked when all is
 * on the disk; where it says no, nothing gets the final name and the answer is false. The folder is not fsynced here.
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  isWhole: () => boolean = () => true,
): Promise<boolean> {
  const temporary = temporaryBeside(path)
  let isNamed = false
  try {
    const file = await open(temporary, 'wx', 0o644)
    try {
      await file.writeFile(chunks)
      if (isWhole()) {
        await file.sync()
        isNamed = true
      }
    } finally {
      await file.close()
    }
    if (isNamed) await rename(temporary, path)
    else await rm(temporary, { force: true })
  } catch (error) {
    // The first error is the one to tell; a temporary file that stays is removed by the next delivery.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  return isNamed
}

/** Removes what a killed delivery left under temporary names. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder)
  await Promise.all(
    names.filter((name) => temporaryName.test(name)).map((name) => rm(join(folder, name), { force: true })),
  )
}

/** Makes renames in a folder last through a power cut, where the system can: Windows and some network disks cannot. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error
  } finally {
    await handle.close()
  }
}

/** What stands at a path: nothing, a file with its size, or something that is no plain file. */
export async function look(path: string): Promise<{ size: number | null; inode: number } | null> {
  try {
    const found = await lstat(path)
    return { size: found.isFile() ? found.size : null, inode: found.ino }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw error
  }
}

/** Why a folder cannot be made or written, as far as can be seen without trying; null where nothing speaks against it. */
export async function refusalOf(folder: string): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return fileInPlace(folder)
    await access(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const parent = dirname(folder)
    const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
    return isMissing && parent !== folder ? refusalOf(parent) : diskSentence(error, folder)
  }
}

const fileInPlace = (folder: string): string =>
  `${folder} cannot be a folder: there is a file in its place. Choose another folder.`

/** What a file system error in a folder means to a person, and what to do. Every sentence ends with the way on. */
export function diskSentence(error: unknown, folder: string): string {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `The disk with ${folder} is full. Make room and deliver again: only what is missing is written.`
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return `${folder} cannot be written. Check its permissions or choose another folder, then deliver again.`
  if (code === 'ENOTDIR' || code === 'EEXIST') return fileInPlace(folder)
  if (['ENOENT', 'ENODEV', 'ENXIO', 'ESTALE', 'ENOTCONN'].includes(code))
    return `${folder} is not there any more. Connect its disk or choose another folder, then deliver again.`
  return `${folder} could not be written (${messageOf(error)}). Check the disk, then deliver again.`
}
