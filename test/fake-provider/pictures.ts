import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

const patternCount = 8

export interface Pictures {
  /** A PNG of this size; another text gives another picture, the same text the same bytes. */
  png(text: string, width: number, height: number): Buffer
  inFormat(text: string, width: number, height: number, format: 'png' | 'jpeg' | 'webp'): Promise<Buffer>
}

/**
 * Real PNGs, cheap by the thousand: with a palette, so that the compressed pixels are made once per size and pattern, and
 * each picture brings its own 256 colours and pattern.
 */
export function openPictures(): Pictures {
  const pixels = new Map<string, Buffer>()
  const png: Pictures['png'] = (text, width, height) => {
    const hash = createHash('sha256').update(text).digest()
    const pattern = hash.readUInt8(0) % patternCount
    const name = `${width}x${height}/${pattern}`
    const packed = pixels.get(name) ?? packPixels(width, height, pattern)
    pixels.set(name, packed)
    return assemble(width, height, palette(hash), packed)
  }
  return {
    png,
    inFormat: async (text, width, height, format) => {
      const bytes = png(text, width, height)
      if (format === 'png') return bytes
      return format === 'jpeg' ? sharp(bytes).jpeg().toBuffer() : sharp(bytes).webp().toBuffer()
    },
  }
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(body.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}

/** The last chunk of every PNG: a file without it was cut off. */
export const pngEnd = chunk('IEND', Buffer.alloc(0))

function assemble(width: number, height: number, colours: Buffer, packed: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8) // 8 bits, palette
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', packed), pngEnd])
}

/** Bands of colour and light from the hash: smooth, so that it looks like a picture and not like noise. */
function palette(hash: Buffer): Buffer {
  const colours = Buffer.alloc(768)
  for (let index = 0; index < 256; index++) {
    for (let channel = 0; channel < 3; channel++) {
      const speed = 1 + (hash.readUInt8(1 + channel) % 5)
      const phase = (hash.readUInt8(4 + channel) / 255) * Math.PI * 2
      const tilt = (hash.readUInt8(7 + channel) / 255 - 0.5) * index
      colours[index * 3 + channel] = 128 + 90 * Math.sin((index / 255) * speed * Math.PI + phase) + tilt * 0.5
    }
  }
  return colours
}

function packPixels(width: number, height: number, pattern: number): Buffer {
  const raw = Buffer.alloc((width + 1) * height)
  const angle = (pattern / patternCount) * Math.PI
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)]
  for (let y = 0; y < height; y++) {
    const row = y * (width + 1) + 1
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width - 0.5, y / height - 0.5]
      const wave = Math.sin((u * dx + v * dy) * (4 + pattern)) + Math.cos((u * u + v * v) * (9 + pattern))
      raw[row + x] = Math.floor(((wave + 2) / 4) * 255)
    }
  }
  return deflateSync(raw, { level: 6 })
}

/** The same picture in a file of about so many bytes: a chunk that nobody reads (PNG), or comments (JPEG). */
export function padded(bytes: Buffer, length: number): Buffer {
  const missing = Math.max(0, length - bytes.length)
  if (bytes[0] === 0x89) {
    const before = bytes.subarray(0, bytes.length - pngEnd.length)
    return Buffer.concat([before, chunk('prVt', Buffer.alloc(missing)), pngEnd])
  }
  const comment = Buffer.alloc(65_537)
  comment.writeUInt32BE(0xfffeffff, 0)
  const comments = Array.from({ length: Math.floor(missing / comment.length) }, () => comment)
  return Buffer.concat([bytes.subarray(0, 2), ...comments, bytes.subarray(2)])
}

/** A PNG that claims 16,384 x 16,384 pixels in a few KB: what a decompression bomb looks like. */
export function bombPng(): Buffer {
  const packed = deflateSync(Buffer.alloc(16_385 * 64))
  return assemble(16_384, 16_384, Buffer.alloc(768), packed)
}

/** One colour everywhere: how some services refuse without saying so. */
export function blankPng(width: number, height: number): Buffer {
  return assemble(width, height, Buffer.alloc(768, 200), deflateSync(Buffer.alloc((width + 1) * height)))
}
