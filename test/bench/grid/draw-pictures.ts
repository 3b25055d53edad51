import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import sharp from 'sharp'
import { inspectPicture, type SeenPicture } from '#engine/images/images.ts'
import { drawScene } from '#engine/providers/sketch/scene.ts'
import { promptsFor } from '../engine/wish.ts'

/** A picture in the folder that libraries are filled from: `SHA.png` and its small rendition, `SHA.webp`. */
export interface DrawnPicture {
  readonly sha256: string
  readonly byteLength: number
  readonly seen: SeenPicture
}

/** Every so many pictures one is blank, as a refusal without words is. */
const blankEvery = 400

const side = 512

/** Draws `count` distinct pictures of 512 x 512 into `folder`, with the renditions an arrival makes. */
export async function drawPictures(folder: string, count: number): Promise<DrawnPicture[]> {
  const atOnce = pLimit(availableParallelism())
  return Promise.all(
    promptsFor(count).map((prompt, at) =>
      atOnce(async () => {
        const bytes = await (at % blankEvery === blankEvery - 1 ? blank(at) : scene(prompt, at))
        const { small, ...seen } = await inspectPicture(bytes)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        await writeFile(join(folder, `${sha256}.png`), bytes)
        await writeFile(join(folder, `${sha256}.webp`), small)
        return { sha256, byteLength: bytes.length, seen }
      }),
    ),
  )
}

const scene = (prompt: string, seed: number): Promise<Buffer> =>
  sharp(Buffer.from(drawScene(prompt, seed, side, side)))
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer()

const blank = (at: number): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: at % 251, g: 96, b: 96 } } })
    .png({ compressionLevel: 1 })
    .toBuffer()
