import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzip,
  inflate,
  zstdDecompress,
} from 'node:zlib'
import type { Broken } from './conversation.ts'

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const

const unpackers = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const

const isKnown = (encoding: string): encoding is keyof typeof decoders => Object.hasOwn(decoders, encoding)

/** The outermost first. */
const layersOf = (contentEncoding: string): string[] =>
  contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()

export type Decoded =
  | { readonly state: 'whole'; readonly bytes: Uint8Array }
  | { readonly state: 'cut-off' | 'too-big' | 'unknown-encoding'; readonly cause?: unknown }

/**
 * Undoes `content-encoding`. We ask for none, but some servers compress all the same. Compressed data that ends early is
 * `cut-off`; data that unfolds to more than `maxBytes` is `too-big` and is never held in memory.
 */
export async function decodeBody(bytes: Uint8Array, contentEncoding: string, maxBytes: number): Promise<Decoded> {
  const layers = layersOf(contentEncoding)
  let plain = bytes
  for (const layer of layers) {
    if (!isKnown(layer)) return { state: 'unknown-encoding' }
    try {
      plain = await decoders[layer](plain, { maxOutputLength: maxBytes })
    } catch (cause) {
      const isTooBig = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
      return { state: isTooBig ? 'too-big' : 'cut-off', cause }
    }
  }
  return { state: 'whole', bytes: plain }
}

/** The same for a body that comes in pieces; what goes wrong is thrown as `errorOf` says it. */
export async function* decodePieces(
  pieces: AsyncIterable<Uint8Array>,
  contentEncoding: string,
  maxBytes: number,
  errorOf: (broken: Broken) => Error,
): AsyncGenerator<Uint8Array> {
  const layers = layersOf(contentEncoding)
  if (layers.length === 0) return yield* pieces
  if (!layers.every(isKnown)) {
    // Begun and left, so that the connection ends.
    for await (const _piece of pieces) break
    throw errorOf({ reason: 'encoding', sent: true, cause: null })
  }
  let failed: unknown = null
  const noted = noting(pieces, (error) => {
    failed = error
  })
  const unpacked = layers.reduce<Readable>((packed, layer) => {
    // What goes wrong comes out where it is read.
    return pipeline(packed, unpackers[layer](), () => undefined)
  }, Readable.from(noted))
  let length = 0
  try {
    for await (const piece of unpacked) {
      length += piece.length
      if (length > maxBytes) throw errorOf({ reason: 'too-big', sent: true, cause: null })
      yield piece
    }
  } catch (cause) {
    if (failed) throw failed
    if (cause instanceof Error && 'errno' in cause) throw errorOf({ reason: 'cut-off', sent: true, cause })
    throw cause
  }
}

/** The pieces as they are; what they fail with is told as well, because a decoder on top fails with its own complaint. */
async function* noting(
  pieces: AsyncIterable<Uint8Array>,
  onFailed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    onFailed(error)
    throw error
  }
}
