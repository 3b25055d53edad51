import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { AppError, messageOf } from '#shared/errors.ts'
import { renditions } from '#shared/host.ts'

// Only these loaders, and only from memory: an SVG opened by path reads its neighbours into the picture.
// The built-in sketch provider draws SVG of its own making, from memory too.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadSvgBuffer',
  ],
})
sharp.cache(false)

/** A draft or a final of 100 megapixels is more than any provider offers; a small file can claim far more. */
const maxPixels = 100_000_000

export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'avif'

/** What one full decode of a picture says. */
export interface Inspection {
  readonly format: PictureFormat
  readonly width: number
  readonly height: number
  /** One colour or nearly so: often a refusal that says nothing. */
  readonly blank: boolean
  /** 64-bit difference hash as 16 hex digits: near-duplicates differ in few bits. */
  readonly look: string
  /** Of the file's bytes. */
  readonly crc32: number
  /** The small rendition, WebP. */
  readonly small: Uint8Array
}

/**
 * Decodes every pixel and makes the small rendition from the same decode. Throws AppError `bad-response` for anything
 * that is not a whole PNG, JPEG, WebP or AVIF.
 */
export async function inspectPicture(bytes: Uint8Array): Promise<Inspection> {
  const format = formatOf(bytes)
  if (!format) throw new AppError('bad-response', `The answer is not a picture (${beginning(bytes)}).`)
  if (!hasEnd(bytes, format)) throw new AppError('bad-response', 'The picture is cut off: its end is missing.')
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    const raw = { raw: { width: info.width, height: info.height, channels: info.channels } }
    const [small, grey] = await Promise.all([
      sharp(data, raw)
        .resize({
          width: renditions.small,
          height: renditions.small,
          fit: 'inside',
          withoutEnlargement: true,
          fastShrinkOnLoad: true,
        })
        .webp({ quality: 80, effort: 1 })
        .toBuffer(),
      sharp(data, raw)
        .flatten({ background: '#808080' })
        .greyscale()
        .resize(9, 8, { fit: 'fill', kernel: 'cubic' })
        .raw()
        .toBuffer(),
    ])
    return {
      format,
      width: info.width,
      height: info.height,
      blank: isBlank(data, info.channels),
      look: lookOf(grey),
      crc32: crc32(bytes),
      small,
    }
  } catch (error) {
    throw new AppError('bad-response', `The picture cannot be decoded (${messageOf(error).split('\n')[0]}).`, {
      cause: error,
    })
  }
}

/** By the first bytes, never by a name or a header's word. */
function formatOf(bytes: Uint8Array): PictureFormat | null {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (ascii(0, 8) === '\u0089PNG\r\n\u001a\n') return 'png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp'
  if (ascii(4, 8) === 'ftyp' && ['avif', 'avis', 'mif1'].includes(ascii(8, 12))) return 'avif'
  return null
}

/** The decoder forgives a missing end; we do not: a picture cut off is a reply lost. */
function hasEnd(bytes: Uint8Array, format: PictureFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (format === 'png') {
    const tail = bytes.subarray(-12)
    return tail.length === 12 && String.fromCharCode(...tail.subarray(4, 8)) === 'IEND'
  }
  if (format === 'jpeg') {
    // Some encoders pad the file after the end marker.
    for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 1024); at--)
      if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true
    return false
  }
  if (format === 'webp') return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length
  return avifBoxesFit(view)
}

function avifBoxesFit(view: DataView): boolean {
  let at = 0
  while (at < view.byteLength) {
    if (at + 8 > view.byteLength) return false
    const size = view.getUint32(at)
    if (size === 0) return true
    const length = size === 1 && at + 16 <= view.byteLength ? Number(view.getBigUint64(at + 8)) : size
    if (length < 8) return false
    at += length
  }
  return at === view.byteLength
}

/** Samples about 4,096 pixels: blank where no channel varies by more than a compression artefact would. */
function isBlank(pixels: Uint8Array, channels: number): boolean {
  const count = Math.floor(pixels.length / channels)
  const step = Math.max(1, Math.floor(count / 4096))
  for (let channel = 0; channel < Math.min(3, channels); channel++) {
    let low = 255
    let high = 0
    for (let pixel = 0; pixel < count; pixel += step) {
      const value = pixels[pixel * channels + channel] ?? 0
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high - low > 6) return false
  }
  return true
}

/** Difference hash: is each of 8 x 8 places brighter than its right neighbour? */
function lookOf(grey: Uint8Array): string {
  let hash = 0n
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) {
      const at = row * 9 + column
      hash = (hash << 1n) | ((grey[at] ?? 0) > (grey[at + 1] ?? 0) ? 1n : 0n)
    }
  return hash.toString(16).padStart(16, '0')
}

function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty'
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, 60)).replace(/[^\x20-\x7e]+/g, ' ')
  return `it begins with "${text.trim().slice(0, 40)}"`
}
