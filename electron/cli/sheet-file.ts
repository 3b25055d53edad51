import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { sheetBytesFrom, sheetBytesOf } from '#api/sheet-bytes.ts'
import { AppError, messageOf } from '#shared/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this account may not read it',
  EPERM: 'this account may not read it',
}

/** The bytes of a file that was named on the command line. Throws AppError `invalid-input` with the reason. */
export const readNamedFile = (what: string, path: string): Promise<Buffer> => named(what, path, () => readFile(path))

async function named(what: string, path: string, read: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const reason = reasons[code] ?? messageOf(cause)
    throw new AppError('invalid-input', `${what} ${path} cannot be read: ${reason}. Check its name.`, { cause })
  }
}

/** A file that is no sheet is refused before any window comes up; its contents are for the window. */
export const checkSheetFile = async (path: string): Promise<void> =>
  void (await named('The sheet', path, () => sheetBytesOf(path)))

export interface SheetFile {
  readonly name: string
  readonly bytesBase64: string
}

/**
 * A sheet on this machine as the library takes it, `-` for what comes on standard input. Throws AppError `invalid-input`
 * where it cannot be read or is larger than a sheet may be, before more of it is in memory.
 */
export async function readSheetFile(path: string): Promise<SheetFile> {
  if (path === '-') {
    const bytes = await sheetBytesFrom('standard input', process.stdin)
    return { name: 'stdin', bytesBase64: bytes.toString('base64') }
  }
  const bytes = await named('The sheet', path, () => sheetBytesOf(path))
  return { name: basename(path), bytesBase64: bytes.toString('base64') }
}
