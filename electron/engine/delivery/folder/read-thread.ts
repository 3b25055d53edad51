import type * as Crypto from 'node:crypto'
import type * as Fs from 'node:fs'
import type * as Zlib from 'node:zlib'

export interface ReadWish {
  readonly from: string
  /** A new file that takes the same bytes; null where they are only read. */
  readonly to: string | null
  readonly isHashed: boolean
}

/** What a whole file was: SHA-256 (hex) where it was asked for. Or the code of the error, and which of the two files had it. */
export type ReadEnd =
  | { readonly crc32: number; readonly byteLength: number; readonly sha256: string | null }
  | { readonly code: string; readonly message: string; readonly isSource: boolean }

/**
 * Reads a whole file, piece by piece, and writes each piece on while it is still in the processor's cache. It runs as its
 * own source text in a thread (see read-threads.ts), so it must stand alone: no names from outside.
 */
export function readInThread(
  { fs, zlib, crypto }: { readonly fs: typeof Fs; readonly zlib: typeof Zlib; readonly crypto: typeof Crypto },
  whole: Buffer,
  { from, to, isHashed }: ReadWish,
): ReadEnd {
  let isSource = true
  let source: number | null = null
  let copy: number | null = null
  try {
    source = fs.openSync(from, 'r')
    isSource = false
    if (to !== null) copy = fs.openSync(to, 'wx', 0o644)
    const hash = isHashed ? crypto.createHash('sha256') : null
    let crc32 = 0
    let byteLength = 0
    for (;;) {
      isSource = true
      const length = fs.readSync(source, whole)
      isSource = false
      if (length === 0) break
      const piece = whole.subarray(0, length)
      crc32 = zlib.crc32(piece, crc32)
      hash?.update(piece)
      for (let at = 0; copy !== null && at < length; ) at += fs.writeSync(copy, piece, at)
      byteLength += length
    }
    // Some network disks say only here that they are full.
    const written = copy
    copy = null
    if (written !== null) fs.closeSync(written)
    return { crc32, byteLength, sha256: hash ? hash.digest('hex') : null }
  } catch (error) {
    if (!(error instanceof Error)) return { code: '', message: 'It cannot be read.', isSource }
    return { code: 'code' in error ? String(error.code) : '', message: error.message, isSource }
  } finally {
    if (source !== null) fs.closeSync(source)
    if (copy !== null) fs.closeSync(copy)
  }
}
