import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '#shared/errors.ts'

/**
 * Writes a file that only its owner can read, whole or not at all. Made with mode 0600 from its first byte; on Windows the
 * folder of application data is its owner's alone. Throws AppError `storage`.
 */
export function writePrivateFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    rmSync(temporary, { force: true })
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true })
    chmodSync(temporary, 0o600)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new AppError('storage', `The key could not be stored in ${file} (${messageOf(error)}).`, { cause: error })
  }
}
