import { open, readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { writeFilesDurably } from '#engine/storage/storage.ts'
import { type RenditionName, renditions } from '#shared/host.ts'

/** Makes a rendition from the provider's bytes, off this thread. Its file can be deleted at any time. */
export async function makeRendition(pictureFile: string, renditionFile: string, name: RenditionName): Promise<void> {
  const longestSide = renditions[name] ?? undefined
  const bytes = await sharp(await readFile(pictureFile), { limitInputPixels: 100_000_000 })
    .rotate()
    .resize({
      ...(longestSide ? { width: longestSide, height: longestSide } : {}),
      fit: 'inside',
      withoutEnlargement: true,
    })
    .webp({ quality: name === 'preview' ? 86 : 80, effort: 1 })
    .toBuffer()
  await writeFilesDurably([{ path: renditionFile, bytes }])
}

/** Whether a rendition is there, all of it. A power cut or a full disk may leave a rendition cut off or empty: a WebP file says its own length in its first bytes. */
export async function isWhole(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null)
  if (!handle) return false
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
    if (bytesRead < 12 || buffer.toString('latin1', 0, 4) !== 'RIFF') return false
    return buffer.readUInt32LE(4) + 8 === (await handle.stat()).size
  } finally {
    await handle.close()
  }
}
