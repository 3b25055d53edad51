import sharp from 'sharp'
import type { PictureLimits } from '#engine/providers/provider.ts'

export interface PictureFacts {
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
}

/** What every service reads; anything else is sent as PNG or JPEG. */
const sentFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp'])

/** Whether a picture can go in as it is. */
export function isFitting({ format, width, height, byteLength }: PictureFacts, limits: PictureLimits): boolean {
  const { maxBytes, maxSide, maxPixels } = limits
  return (
    sentFormats.has(format) &&
    byteLength <= maxBytes &&
    (maxSide === undefined || Math.max(width, height) <= maxSide) &&
    (maxPixels === undefined || width * height <= maxPixels)
  )
}

/**
 * A copy within the limits: no larger than they say, PNG where it has transparent parts, else JPEG. The same bytes and
 * limits give the same copy. Null where no copy fits.
 */
export async function fitPicture(
  bytes: Uint8Array,
  { width, height }: PictureFacts,
  { maxBytes, maxSide = Number.POSITIVE_INFINITY, maxPixels = Number.POSITIVE_INFINITY }: PictureLimits,
): Promise<Uint8Array | null> {
  const { hasAlpha } = await sharp(bytes).metadata()
  let scale = Math.min(1, maxSide / Math.max(width, height), Math.sqrt(maxPixels / (width * height)))
  for (let attempt = 0; attempt < 12; attempt++) {
    const size = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) }
    const copy = sharp(bytes, { limitInputPixels: 100_000_000 })
      .resize({ ...size, fit: 'fill' })
      .toColourspace('srgb')
    const made = await (hasAlpha ? copy.png({ compressionLevel: 9 }) : copy.jpeg({ quality: 92 })).toBuffer()
    if (made.length <= maxBytes) return made
    scale *= Math.max(0.5, Math.min(0.9, Math.sqrt(maxBytes / made.length)))
  }
  return null
}
