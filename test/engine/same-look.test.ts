import sharp from 'sharp'
import { expect, test } from 'vitest'
import { isSameLook } from '#engine/images/same-look.ts'

const scene = (x: number): Promise<Buffer> =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#7a8fa6"/>
       <circle cx="${x}" cy="150" r="60" fill="#c2452d"/><path d="M0 260 L400 210 L400 300 L0 300Z" fill="#2d3a2e"/></svg>`,
    ),
  )
    .png()
    .toBuffer()

test('a picture compressed otherwise looks the same; one with a thing moved, or another shade, does not', async () => {
  const picture = await scene(180)
  for (const other of [await sharp(picture).jpeg({ quality: 80 }).toBuffer(), await sharp(picture).webp().toBuffer()])
    expect(await isSameLook(picture, other)).toBe(true)
  expect(await isSameLook(picture, await scene(186))).toBe(false)
  expect(await isSameLook(picture, await sharp(picture).modulate({ brightness: 1.06 }).png().toBuffer())).toBe(false)
})
