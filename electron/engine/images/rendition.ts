import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { writeFilesDurably } from '#engine/storage/storage.ts'
import { type RenditionName, renditions } from '#shared/host.ts'

/** Makes a rendition that is not there yet from the provider's bytes. Its file can be deleted at any time. */
export async function makeRendition(pictureFile: string, renditionFile: string, name: RenditionName): Promise<void> {
  if (existsSync(renditionFile)) return
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
