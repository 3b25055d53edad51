import { constants } from 'node:fs'
import { copyFile, link, open, rename, rm } from 'node:fs/promises'
import type { Content } from '../destination.ts'
import { codeOf, temporaryBeside } from './disk.ts'
import type { HashThreads } from './hash-threads.ts'

type Picture = Extract<Content, { kind: 'picture' }>

/**
 * Copies a picture of the library, as a clone where the file system can, while a thread hashes the picture itself; only
 * where that says what its name says does the copy get its own. Answers why it did not, as a sentence; null where it did.
 * Throws the file system's error where the destination cannot be written.
 */
export async function copyPicture(threads: HashThreads, picture: Picture, path: string): Promise<string | null> {
  const temporary = temporaryBeside(path)
  const name = `The library’s picture ${picture.sha256.slice(0, 12)}`
  let isNamed = false
  try {
    const [copied, hashed] = await Promise.allSettled([placeAt(temporary, picture), threads.hash(picture.file)])
    if (hashed.status === 'rejected') throw hashed.reason
    const { value } = hashed
    if ('code' in value)
      return `${name} ${value.code === 'ENOENT' ? 'is missing' : `cannot be read (${value.code})`}. Run verify.`
    if (value.sha256 !== picture.sha256) return `${name} is damaged: its bytes have changed. Run verify.`
    if (copied.status === 'rejected') throw copied.reason
    await rename(temporary, path)
    isNamed = !copied.value.isLink
    return null
  } finally {
    // A rename between two names of one file does nothing. A temporary file that stays is removed by the next delivery.
    if (!isNamed) await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** Its bytes last when this resolves; its name does not yet. A linked picture lasts already. */
async function placeAt(temporary: string, { file, mayLink }: Picture): Promise<{ isLink: boolean }> {
  const isClone = mayLink && (await isCloned(file, temporary))
  if (mayLink && !isClone && (await isLinked(file, temporary))) return { isLink: true }
  if (!isClone) await copyFile(file, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const copy = await open(temporary, 'r+')
  try {
    await copy.sync()
  } finally {
    await copy.close()
  }
  return { isLink: false }
}

/** A clone is a file of its own: who changes it later leaves the library's alone. So it is tried before a link. */
async function isCloned(file: string, temporary: string): Promise<boolean> {
  try {
    await copyFile(file, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw error
    await rm(temporary, { force: true })
    return false
  }
}

/** Another disk, or one that knows no links, has it copied. */
async function isLinked(file: string, temporary: string): Promise<boolean> {
  try {
    await link(file, temporary)
    return true
  } catch {
    return false
  }
}
