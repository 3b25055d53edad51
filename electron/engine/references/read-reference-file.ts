import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { isAbsolute, join, sep } from 'node:path'
import { AppError } from '#shared/errors.ts'

/** A reference picture may have so many bytes; the contract takes no more either. */
export const maxReferenceBytes = 50_000_000

const refuse = (name: string, why: string): AppError =>
  new AppError('invalid-input', `The reference "${name.length > 120 ? `${name.slice(0, 120)}…` : name}" ${why}`)

/**
 * The bytes of a picture that a sheet names by its path beside it. A sheet may come from anybody, so nothing outside of
 * its folder is read, also where a link leads there; and only plain files, never a device or a pipe. Throws AppError
 * `invalid-input` with the reason.
 */
export async function readReferenceFile(folder: string, name: string): Promise<Uint8Array> {
  const path = name.replaceAll('\\', '/')
  if (path.includes('\0') || isAbsolute(path) || /^[a-z][a-z0-9+.-]*:/i.test(path))
    throw refuse(name, 'is not a path beside the sheet. Write it from the sheet’s folder on, like shoes/red.png.')
  const inside = await realpath(folder)
  const file = await realpath(join(inside, path)).catch(() => null)
  if (file === null) throw refuse(name, 'is not there. Check its name, from the sheet’s folder on.')
  if (!file.startsWith(inside.endsWith(sep) ? inside : inside + sep))
    throw refuse(name, 'leads out of the sheet’s folder, so it was not read. Put the picture beside the sheet.')
  // Without waiting: opening a pipe that nobody writes to would never end. What was a file just now is no link after it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(() => null)
  if (!handle) throw refuse(name, 'cannot be read. Check that this account may open it.')
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw refuse(name, 'is not a file.')
    if (found.size > maxReferenceBytes) throw refuse(name, `has more than ${maxReferenceBytes / 1_000_000} MB.`)
    const bytes = Buffer.alloc(found.size)
    const { bytesRead } = await handle.read(bytes, 0, found.size, 0)
    return new Uint8Array(bytes.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}
