import type * as Crypto from 'node:crypto'
import type * as Fs from 'node:fs'

/** SHA-256 (hex) of a file's bytes; or the code of the error that kept it from being read. */
export type HashEnd = { readonly sha256: string } | { readonly code: string; readonly message: string }

/**
 * Reads and hashes a whole file. It runs as its own source text in a thread (see hash-threads.ts), so it must stand alone:
 * no names from outside.
 */
export function hashInThread(fs: typeof Fs, crypto: typeof Crypto, piece: Buffer, path: string): HashEnd {
  let file: number | null = null
  try {
    file = fs.openSync(path, 'r')
    const hash = crypto.createHash('sha256')
    for (;;) {
      const length = fs.readSync(file, piece)
      if (length === 0) return { sha256: hash.digest('hex') }
      hash.update(piece.subarray(0, length))
    }
  } catch (error) {
    if (!(error instanceof Error)) return { code: '', message: 'It cannot be read.' }
    return { code: 'code' in error ? String(error.code) : '', message: error.message }
  } finally {
    if (file !== null) fs.closeSync(file)
  }
}
