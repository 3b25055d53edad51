import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp, { type Metadata } from 'sharp'
import { describe, expect, test } from 'vitest'
import type { DeliveryWish } from '#shared/contract/delivery.ts'
import { sha256Of } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

type Output = NonNullable<DeliveryWish['outputs']>[number]

const prompt = 'a <red> shoe & "laces"\n雪の中で'
const sourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** A picture as a provider may send it: in Display P3, with EXIF, XMP, text, and a C2PA box (its bytes stand for one). */
async function richPng(): Promise<Buffer> {
  const plain = await sharp({ create: { width: 32, height: 24, channels: 3, background: { r: 250, g: 10, b: 40 } } })
    .withIccProfile('p3')
    .withExif({ IFD0: { Artist: 'Ana' } })
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
        'xmp:CreatorTool="Provider 7" dc:format="image/png"/></rdf:RDF></x:xmpmeta>',
    )
    .png()
    .toBuffer()
  const at = plain.indexOf('IDAT') - 4
  const texts = [
    chunk('tEXt', Buffer.from('Comment\0from the provider', 'latin1')),
    chunk('caBX', Buffer.from('a C2PA box')),
  ]
  return Buffer.concat([plain.subarray(0, at), ...texts, plain.subarray(at)])
}

const plainPng = () =>
  sharp({ create: { width: 32, height: 24, channels: 3, background: '#884422' } })
    .png()
    .toBuffer()

async function delivered(bytes: Buffer, wish: Output, decision: 'approved' | 'rejected' = 'approved') {
  const { imageId } = await here.library.addTile(here.batchId, 1, { clientId: 'A', prompt, picture: bytes })
  here.library.mark(imageId, decision, { rating: 4 })
  await here.deliver({ layout: 'by-decision', outputs: [wish] })
  const [picture] = here.manifest().pictures
  const file = here.read(picture.file)
  const metadata = await sharp(file).metadata()
  return { file, metadata, xmp: metadata.xmpAsString ?? '', listed: picture.files[0] }
}

const texts = (metadata: Metadata) => new Map(metadata.comments?.map(({ keyword, text }) => [keyword, text]))

describe('as it came', () => {
  test('a C2PA manifest and all else that a picture carries survive, byte for byte', async () => {
    const bytes = await richPng()
    const { file, listed } = await delivered(bytes, { name: 'as it is' })
    expect(file.equals(bytes)).toBe(true)
    expect(file.includes('a C2PA box')).toBe(true)
    expect(listed).toMatchObject({ metadata: 'as it came', makeKey: null, output: 'as it is' })
  })
})

describe('kept', () => {
  test.each(['png', 'jpeg', 'webp', 'avif'] as const)(
    '%s says where it comes from, and keeps what it came with',
    async (format) => {
      const { metadata, xmp, listed } = await delivered(await richPng(), { name: 'web', format, width: 16 })
      expect(xmp).toContain(`<Iptc4xmpExt:DigitalSourceType>${sourceType}</Iptc4xmpExt:DigitalSourceType>`)
      expect(xmp).toContain('<xmp:Rating>4</xmp:Rating>')
      expect(xmp).toContain('<xmp:Label>Approved</xmp:Label>')
      expect(xmp).toContain('<proofsheet:decision>approved</proofsheet:decision>')
      expect(xmp).toContain('a &lt;red&gt; shoe &amp; &quot;laces&quot;\n雪の中で</rdf:li>')
      // The provider's own word stands, and is not said twice.
      expect(xmp).toContain('xmp:CreatorTool="Provider 7"')
      expect(xmp).not.toContain('<xmp:CreatorTool>')
      expect(metadata.exif?.includes('Ana')).toBe(true)
      expect(metadata.hasProfile).toBe(true)
      expect(listed.metadata).toBe('keep')
    },
  )

  test('a PNG has the text that other tools read, and our own record; what it came with stays', async () => {
    const { metadata } = await delivered(await richPng(), { name: 'web', width: 16 })
    const found = texts(metadata)
    expect(found.get('Comment')).toBe('from the provider')
    expect(found.get('parameters')).toBe(
      `${prompt}\nNegative prompt: blur\nSeed: 1001, Size: 32x24, Model: sketch/one, Version: Proofsheet`,
    )
    const record = JSON.parse(found.get('proofsheet') ?? '')
    expect(record).toMatchObject({ recordVersion: 1, prompt, seed: 1001, model: 'sketch/one', decision: 'approved' })
    expect(JSON.stringify(record)).not.toMatch(/micros|cost/i)
    expect(record.sha256).toBe(here.manifest().pictures[0].sha256)
  })

  test('a rejected picture is rated -1', async () => {
    const { xmp } = await delivered(await plainPng(), { name: 'web', format: 'webp' }, 'rejected')
    expect(xmp).toContain('<xmp:Rating>-1</xmp:Rating>')
    expect(xmp).toContain('<proofsheet:decision>rejected</proofsheet:decision>')
    expect(xmp).not.toContain('<xmp:Label>')
  })

  test('a decision that changes is in the picture the next time', async () => {
    const { imageId } = await here.library.addTile(here.batchId, 1, { clientId: 'A', picture: await plainPng() })
    const outputs = [{ name: 'web', format: 'webp' } as const]
    await here.deliver({ outputs })
    here.library.mark(imageId, 'approved', { label: 'green' })
    expect(await here.deliver({ outputs })).toMatchObject({ written: 1, skipped: 0 })
    expect((await sharp(here.read('approved/A-1.webp')).metadata()).xmpAsString).toContain(
      '<xmp:Label>Green</xmp:Label>',
    )
  })
})

describe('less', () => {
  test.each(['png', 'jpeg', 'webp', 'avif'] as const)('minimal: %s says only that a model made it', async (format) => {
    const { file, metadata, xmp, listed } = await delivered(await richPng(), {
      name: 'web',
      format,
      metadata: 'minimal',
    })
    expect(xmp).toContain(sourceType)
    expect(xmp).not.toMatch(/shoe|decision|Rating|Provider 7/)
    expect(metadata.exif).toBeUndefined()
    expect(metadata.comments ?? []).toEqual([])
    expect(file.includes('C2PA')).toBe(false)
    expect(metadata.hasProfile).toBe(true)
    expect(listed.metadata).toBe('minimal')
  })

  test.each(['png', 'jpeg', 'webp', 'avif'] as const)(
    'strip: %s says nothing, and the manifest says that',
    async (format) => {
      const { metadata, listed } = await delivered(await richPng(), { name: 'web', format, metadata: 'strip' })
      for (const part of ['exif', 'xmp', 'iptc', 'icc', 'comments'] as const) expect(metadata[part]).toBeUndefined()
      expect(listed.metadata).toBe('strip')
      expect(here.manifest().settings.outputs[0]).toMatchObject({ metadata: 'strip' })
    },
  )
})

describe('colour', () => {
  const reddest = async (bytes: Buffer) => {
    const { data } = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true })
    return Array.from(data.subarray(0, 3))
  }

  test('the profile is kept with its numbers, or the colours are turned to sRGB', async () => {
    const source = await richPng()
    const kept = await delivered(source, { name: 'web', width: 16 })
    expect(kept.metadata.icc).toEqual((await sharp(source).metadata()).icc)
    expect(await reddest(kept.file)).toEqual(await reddest(source))
    await here.deliver({ layout: 'by-decision', outputs: [{ name: 'web', width: 16, colour: 'srgb' }] })
    const turned = here.read(here.manifest().pictures[0].file)
    expect(await reddest(turned)).not.toEqual(await reddest(source))
    expect((await reddest(turned))[0]).toBeGreaterThanOrEqual((await reddest(source))[0] ?? 0)
    const { icc } = await sharp(turned).metadata()
    expect(icc?.equals((await sharp(source).metadata()).icc ?? Buffer.alloc(0))).toBe(false)
  })
})

describe('sidecars', () => {
  test('stand beside each file, say what the picture does not, and are well-formed for hostile prompts', async () => {
    const hostile = 'a\u0000b\ud800c ]]> <!-- &amp; \u{1f600} </rdf:RDF>'
    await here.library.addTile(here.batchId, 1, { clientId: 'A', prompt: hostile, picture: await plainPng() })
    expect(await here.deliver({ sidecars: true })).toMatchObject({ files: 1, written: 1, failed: 0 })
    expect(await here.pictures()).toEqual(['approved/A-1.png', 'approved/A-1.png.xmp'])
    const xmp = here.read('approved/A-1.png.xmp').toString('utf8')
    expect(xmp).toContain('abc ]]&gt; &lt;!-- &amp;amp; \u{1f600} &lt;/rdf:RDF&gt;')
    expect(xmp.match(/<\/rdf:RDF>/g)).toHaveLength(1)
    const [listed] = here.manifest().pictures[0].files
    expect(listed.sidecar).toEqual({ file: 'approved/A-1.png.xmp', sha256: sha256Of(Buffer.from(xmp)) })
    expect(await here.deliver({ sidecars: true })).toMatchObject({ written: 0, skipped: 1 })
    await here.deliver()
    expect(await here.pictures()).toEqual(['approved/A-1.png'])
  })
})

const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0

/** Debian: apt-get install libimage-exiftool-perl. */
test.skipIf(!hasExiftool)('exiftool reads it all', async () => {
  const outputs = (['png', 'jpeg', 'webp', 'avif'] as const).map((format) => ({ name: format, format, width: 16 }))
  const { imageId } = await here.library.addTile(here.batchId, 1, { clientId: 'A', prompt, picture: await richPng() })
  here.library.mark(imageId, 'approved', { rating: 3, label: 'blue' })
  await here.deliver({ outputs, sidecars: true })
  const paths = (await here.pictures()).map((path) => join(here.target(), path))
  expect(paths).toHaveLength(8)
  const read = spawnSync(
    'exiftool',
    ['-json', '-error', '-DigitalSourceType', '-Rating', '-Label', '-Description', ...paths],
    {
      encoding: 'utf8',
    },
  )
  for (const found of JSON.parse(read.stdout)) {
    expect(found.Error).toBeUndefined()
    expect(found, found.SourceFile).toMatchObject({
      DigitalSourceType: expect.stringMatching(/trainedAlgorithmicMedia|Trained Algorithmic Media/i),
      Rating: 3,
      Label: 'Blue',
      Description: expect.stringContaining('雪の中で'),
    })
  }
})
