import { Unzip, type UnzipFile, UnzipInflate } from 'fflate'
import { AppError } from '#shared/errors.ts'
import { limits } from '../limits.ts'

export interface UnzippedPiece {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Deflate gives a thousand bytes for one at most: so little goes in at once that 8 MB at most come out. */
const packedAtOnce = 8192
const piece = 200_000

/**
 * The wanted entries of a zip archive, piece by piece as they are unpacked, so that a bomb is found by what really comes
 * out, however small it says it is; `null` after each slice of work. Throws `invalid-input` past the limits: entries,
 * unpacked bytes together, and for an archive that is damaged.
 */
export function* unzip(
  name: string,
  packed: Uint8Array,
  isWanted: (path: string) => boolean,
): Generator<UnzippedPiece | null, void, void> {
  const waiting: UnzippedPiece[] = []
  const open = new Set<string>()
  let [entries, unpacked] = [0, 0]

  const start = (file: UnzipFile): void => {
    entries += 1
    if (entries > limits.zipEntries) throw bomb(name)
    if (!isWanted(file.name)) return
    if ((file.originalSize ?? 0) > limits.unpackedBytes) throw bomb(name)
    open.add(file.name)
    file.ondata = (error, bytes, isLast) => {
      // What is thrown here comes back as an error of the unpacking.
      if (error) throw error instanceof AppError ? error : damaged(name, error)
      unpacked += bytes.length
      if (unpacked > limits.unpackedBytes) throw bomb(name)
      waiting.push({ path: file.name, bytes })
      if (isLast) open.delete(file.name)
    }
    file.start()
  }
  const archive = new Unzip(start)
  archive.register(UnzipInflate)
  for (let at = 0; at < packed.length; at += packedAtOnce) {
    push(name, archive, packed.subarray(at, at + packedAtOnce), at + packedAtOnce >= packed.length)
    for (const { path, bytes } of waiting.splice(0))
      for (let from = 0; from < bytes.length; from += piece) {
        yield { path, bytes: bytes.subarray(from, from + piece) }
        yield null
      }
    if (at % (16 * packedAtOnce) === 0) yield null
  }
  if (open.size > 0) throw damaged(name, null)
}

function push(name: string, archive: Unzip, bytes: Uint8Array, isLast: boolean): void {
  try {
    archive.push(bytes, isLast)
  } catch (error) {
    throw error instanceof AppError ? error : damaged(name, error)
  }
}

export const damaged = (name: string, cause: unknown): AppError =>
  new AppError(
    'invalid-input',
    `"${name}" is damaged or cut off; open it in the spreadsheet program and save it anew.`,
    {
      cause,
    },
  )

const bomb = (name: string): AppError =>
  new AppError(
    'invalid-input',
    `"${name}" unpacks to more than ${limits.unpackedBytes / 1024 ** 2} MB; save the one sheet that matters as CSV and load that.`,
  )
