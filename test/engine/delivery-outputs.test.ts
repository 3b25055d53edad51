import { renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { type DeliveryWish, deliveryOutput } from '#shared/contract/delivery.ts'
import { sha256Of } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

const output = (changes: z.input<typeof deliveryOutput>) => changes
type Output = NonNullable<DeliveryWish['outputs']>[number]

/** One approved picture, as these bytes. */
const approved = (bytes: Buffer, of: { clientId?: string; prompt?: string; columns?: Record<string, string> } = {}) =>
  here.library.addTile(here.batchId, 1, { clientId: 'A', ...of, picture: bytes })

const ramp = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp(Buffer.from(Array.from({ length: width * height * channels }, (_, at) => (at * 7) % 256)), {
    raw: { width, height, channels },
  })

/** Delivers one output of one picture, and reads it back. */
async function made(wish: Output, name = 'A-1') {
  const state = await here.deliver({ outputs: [wish] })
  expect(state).toMatchObject({ state: 'done', failed: 0, error: null })
  const [file] = here.manifest().pictures[0].files
  expect(file.file.replace(/\.\w+$/, '')).toBe(`approved/${name}`)
  const bytes = here.read(file.file)
  expect(sha256Of(bytes)).toBe(file.sha256)
  const metadata = await sharp(bytes).metadata()
  expect([metadata.width, metadata.height, bytes.length]).toEqual([file.width, file.height, file.bytes])
  return { bytes, metadata, file, state }
}

describe('format and size', () => {
  test.each([
    ['png', 'png', 'png'],
    ['jpeg', 'jpeg', 'jpg'],
    ['webp', 'webp', 'webp'],
    ['avif', 'heif', 'avif'],
  ] as const)('%s', async (format, read, extension) => {
    const one = await approved(await ramp(60, 40).png().toBuffer())
    const { metadata, file } = await made(output({ name: 'web', format, width: 30 }))
    expect(metadata).toMatchObject({ format: read, width: 30, height: 20 })
    expect(file).toMatchObject({ file: `approved/A-1.${extension}`, output: 'web', format })
    expect(here.manifest().pictures[0]).toMatchObject({ sha256: one.sha256, format: 'png', width: 60 })
    expect(here.library.images.pictureFile(one.sha256, 'png')).toSatisfy(
      (path: string) => statSync(path).size === one.bytes.length,
    )
  })

  test.each([
    [{ width: 100, height: 100 }, 60, 40],
    [{ width: 30, height: 30, fit: 'inside' }, 30, 20],
    [{ width: 120, height: 120, fit: 'contain' }, 120, 80],
    [{ width: 50, height: 50, fit: 'cover' }, 50, 50],
    [{ width: 50, height: 50, fit: 'pad' }, 50, 50],
    [{ height: 10 }, 15, 10],
  ] as const)('%j of 60 x 40 gives %d x %d', async (size, width, height) => {
    await approved(await ramp(60, 40).png().toBuffer())
    const { metadata } = await made(output({ name: 'size', ...size }))
    expect([metadata.width, metadata.height]).toEqual([width, height])
  })

  test('padding has the background that is asked for, else is transparent, or white where the format has no such thing', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    const corner = async (wish: Output) => {
      const { bytes } = await made(wish)
      const { data } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
      return Array.from(data.subarray(0, 4))
    }
    const square = { name: 'square', width: 50, height: 50, fit: 'pad' } as const
    expect(await corner({ ...square, background: '#0a141e' })).toEqual([10, 20, 30, 255])
    expect((await corner(square))[3]).toBe(0)
    expect(Math.min(...(await corner({ ...square, format: 'jpeg' })))).toBeGreaterThan(240)
  })

  test('a lower quality is a smaller file; the same wish gives the same bytes', async () => {
    await approved(await ramp(200, 200).png().toBuffer())
    const fine = await made(output({ name: 'web', format: 'webp', quality: 95 }))
    const coarse = await made(output({ name: 'web', format: 'webp', quality: 30 }))
    expect(coarse.bytes.length).toBeLessThan(fine.bytes.length * 0.7)
    expect((await made(output({ name: 'web', format: 'webp', quality: 95 }))).bytes).toEqual(fine.bytes)
  })

  test('a wish that nobody could mean is refused with a sentence', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    const twice = { outputs: [output({ name: 'Web' }), output({ name: 'web' })] }
    const crop = { outputs: [output({ name: 'social', width: 1080, fit: 'cover' })] }
    expect((await here.delivery.plan(here.settings(twice))).problems[0]?.message).toMatch(
      /Two outputs are called "web"/,
    )
    await expect(here.deliver(crop)).rejects.toThrow(/"social" is to be cropped: it needs a width and a height/)
    expect(() => deliveryOutput.parse({ name: 'x', quality: 0 })).toThrow()
  })
})

describe('run again', () => {
  const web = output({ name: 'web', format: 'webp', width: 20 })

  test('what was made is not made again, not even its source is read; another wish makes it anew', async () => {
    const one = await approved(await ramp(60, 40).png().toBuffer())
    expect((await here.delivery.plan(here.settings({ outputs: [web] }))).unknownSizes).toBe(1)
    const { file } = await made(web)
    expect(await here.delivery.plan(here.settings({ outputs: [web] }))).toMatchObject({
      unknownSizes: 0,
      bytes: file.bytes,
      present: 1,
    })
    const source = here.library.images.pictureFile(one.sha256, 'png')
    renameSync(source, `${source}.away`)
    expect(await here.deliver({ outputs: [web] })).toMatchObject({ written: 0, skipped: 1, failed: 0 })
    renameSync(`${source}.away`, source)
    expect(await here.deliver({ outputs: [{ ...web, quality: 40 }] })).toMatchObject({ written: 1, skipped: 0 })
    here.library.mark(one.imageId, 'undecided')
    here.library.mark(one.imageId, 'approved')
    expect(await here.deliver({ outputs: [{ ...web, quality: 40 }] })).toMatchObject({ written: 0, skipped: 1 })
  })

  test('another library that made the same finds its files by what they hash to', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    await made(web)
    here.library.storage.prepare('DELETE FROM made_file').run()
    expect(await here.deliver({ outputs: [web] })).toMatchObject({ written: 0, skipped: 1, failed: 0 })
  })

  test('a made file that a person has worked on is kept and told', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    await made(web)
    writeFileSync(join(here.target(), 'approved/A-1.webp'), 'retouched')
    const state = await here.deliver({ outputs: [{ ...web, quality: 40 }] })
    expect(state).toMatchObject({ state: 'done', failed: 1 })
    expect(state.error).toMatch(/was changed after it was delivered/)
    expect(here.read('approved/A-1.webp').toString()).toBe('retouched')
  })

  test('outputs that are wished no more go', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    await here.deliver({ outputs: [web, output({ name: 'thumb', format: 'jpeg', width: 8 })], sidecars: true })
    expect(await here.pictures()).toEqual([
      'approved/thumb/A-1.jpg',
      'approved/thumb/A-1.jpg.xmp',
      'approved/web/A-1.webp',
      'approved/web/A-1.webp.xmp',
    ])
    await here.deliver({ outputs: [web] })
    expect(await here.pictures()).toEqual(['approved/A-1.webp'])
    expect(() => statSync(join(here.target(), 'approved/thumb'))).toThrow(/ENOENT/)
  })

  test('a damaged or missing picture of the library is never delivered in new clothes', async () => {
    const one = await approved(await ramp(60, 40).png().toBuffer())
    const source = here.library.images.pictureFile(one.sha256, 'png')
    writeFileSync(source, await ramp(61, 40).png().toBuffer())
    expect(await here.deliver({ outputs: [web] })).toMatchObject({ written: 0, failed: 1 })
    expect(here.manifest().pictures[0]).toMatchObject({ file: null, reason: expect.stringMatching(/damaged/) })
    renameSync(source, `${source}.away`)
    expect((await here.deliver({ outputs: [web] })).error).toMatch(/is missing\. Run verify/)
  })
})

describe('names', () => {
  test('several outputs have a folder each, or the name tells them apart', async () => {
    await approved(await ramp(60, 40).png().toBuffer())
    const outputs = [output({ name: 'As it is' }), output({ name: '1080x1080', width: 10, height: 10, fit: 'cover' })]
    await here.deliver({ outputs })
    expect(await here.pictures()).toEqual(['approved/1080x1080/A-1.png', 'approved/As it is/A-1.png'])
    await here.deliver({ outputs, nameTemplate: '{id}_{output}' })
    expect(await here.pictures()).toEqual(['approved/A_1080x1080.png', 'approved/A_As it is.png'])
  })
})
