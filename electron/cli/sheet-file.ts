import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError, messageOf } from '#shared/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this account may not read it',
  EPERM: 'this account may not read it',
}

/** The bytes of a file that was named on the command line. Throws AppError `invalid-input` with the reason. */
export async function readNamedFile(what: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const reason = reasons[code] ?? messageOf(cause)
    throw new AppError('invalid-input', `${what} ${path} cannot be read: ${reason}. Check its name.`, { cause })
  }
}

/** A sheet on this machine as the library takes it. Throws AppError `invalid-input` where it cannot be read. */
export async function readSheetFile(path: string): Promise<{ name: string; bytesBase64: string }> {
  const bytes = await readNamedFile('The sheet', path)
  return { name: basename(path), bytesBase64: bytes.toString('base64') }
}
