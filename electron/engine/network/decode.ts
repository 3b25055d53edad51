import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const

const isKnown = (encoding: string): encoding is keyof typeof decoders => Object.hasOwn(decoders, encoding)

export type Decoded =
  | { readonly state: 'whole'; readonly bytes: Uint8Array }
  | { readonly state: 'cut-off' | 'too-big' | 'unknown-encoding'; readonly cause?: unknown }

/**
 * Undoes `content-encoding`. We ask for none, but some servers compress all the same. Compressed data that ends early is
 * `cut-off`; data that unfolds to more than `maxBytes` is `too-big` and is never held in memory.
 */
export async function decodeBody(bytes: Uint8Array, contentEncoding: string, maxBytes: number): Promise<Decoded> {
  const encodings = contentEncoding.split(',').map((name) => name.trim().toLowerCase())
  const layers = encodings.filter((name) => name !== '' && name !== 'identity').reverse()
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
