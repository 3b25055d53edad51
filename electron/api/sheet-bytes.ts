import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { mostSheetBytes } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'

const tooLarge = (name: string): AppError =>
  new AppError('invalid-input', `"${name}" is over 64 MB; split the sheet and load its parts one by one.`)

/**
 * A sheet's bytes from a stream that may never end: never more in memory than a sheet may have. Throws AppError
 * `invalid-input` beyond that.
 */
export async function sheetBytesFrom(name: string, stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of stream) {
    const bytes = Buffer.from(piece)
    length += bytes.length
    if (length > mostSheetBytes) {
      stream.destroy()
      throw tooLarge(name)
    }
    pieces.push(bytes)
  }
  return Buffer.concat(pieces)
}

/** A sheet's bytes from a file; one that is too large is refused by its size, before it is read. Else throws as `fs` does. */
export async function sheetBytesOf(path: string): Promise<Buffer> {
  const { size } = await stat(path)
  if (size > mostSheetBytes) throw tooLarge(path)
  return sheetBytesFrom(path, createReadStream(path))
}
