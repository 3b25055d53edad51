import { execFileSync } from 'node:child_process'
import { symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBatches } from '#engine/batches/batches.ts'
import { openImages } from '#engine/images/images.ts'
import { type Network, openNetwork } from '#engine/network/network.ts'
import { openReferences } from '#engine/references/references.ts'
import { readSheet } from '#engine/sheets/sheets.ts'
import { openStorage, steadyClock } from '#engine/storage/storage.ts'
import { draftProfile, sheetOf, temporaryFolder } from './open-library.ts'
import { loaded, mapping, openReferenceLibrary, planned, png, put } from './reference-library.ts'

test('nothing outside of the sheet’s folder is read, and nothing that is no picture is kept', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const outside = await temporaryFolder()
  await put(outside, { 'secret.png': await png(8, 8, 'red') })
  const { beside } = here
  await put(beside, {
    'text.png': 'not a picture',
    'cut.png': (await png(64, 64, 'red')).subarray(0, 120),
    'ok.png': await png(8, 8, 'blue'),
  })
  await symlink(join(outside, 'secret.png'), join(beside, 'link.png'))
  await symlink(outside, join(beside, 'folder'))
  await symlink(join(beside, 'ok.png'), join(beside, 'inside.png'))
  await symlink('/dev/zero', join(beside, 'zero.png'))
  execFileSync('mkfifo', [join(beside, 'pipe.png')])
  await writeFile(join(beside, 'huge.png'), '')
  await truncate(join(beside, 'huge.png'), 60_000_000)
  // 300 megapixels in a few hundred bytes of header: the decoder must not be asked for them.
  const bomb = await png(8, 8, 'red')
  bomb.writeUInt32BE(20_000, 16)
  bomb.writeUInt32BE(15_000, 20)
  await writeFile(join(beside, 'bomb.png'), bomb)
  const hostile: readonly [string, RegExp][] = [
    ['../../../../../../etc/passwd', /leads out of the sheet’s folder/],
    [join(outside, 'secret.png'), /not a path beside the sheet/],
    ['..\\..\\secret.png', /is not there|leads out/],
    ['C:\\secret.png', /not a path beside the sheet/],
    ['file:///etc/passwd', /not a path beside the sheet/],
    ['link.png', /leads out of the sheet’s folder/],
    ['folder/secret.png', /leads out of the sheet’s folder/],
    ['zero.png', /leads out of the sheet’s folder/],
    ['pipe.png', /is not a file|cannot be read/],
    ['folder', /leads out of the sheet’s folder/],
    ['.', /leads out of the sheet’s folder/],
    ['huge.png', /more than 50 MB/],
    ['bomb.png', /cannot be used/],
    ['text.png', /cannot be used. The answer is not a picture|cannot be used/],
    ['cut.png', /cannot be used/],
    ['none.png', /is not there/],
  ]
  const sheet = await loaded(
    here,
    sheetOf([...hostile.map(([name]) => `a,${name}`), 'good,ok.png', 'linked,inside.png'], 'prompt,reference'),
  )
  const startMs = performance.now()
  const { fetched, failed } = await engine.references.addFromFolder(sheet.id, mapping, beside)
  expect(performance.now() - startMs).toBeLessThan(10_000)
  const messages = new Map(failed.map(({ name, message }) => [name, message]))
  for (const [name, why] of hostile) expect([name, messages.get(name)]).toEqual([name, expect.stringMatching(why)])
  expect(fetched).toBe(2)
  const plan = await planned(here, sheet, [draftProfile('openai', 'gpt-image-2.5-flare')])
  expect(plan).toMatchObject({ requests: 2, blocked: hostile.length })
  expect(await engine.library.verify()).toMatchObject({ ok: true, pictures: 1, strays: 0 })
})

test('addresses: private ones, redirects to them and pages that are no picture are refused; a public picture is fetched', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  let privateHits = 0
  const hidden = createServer((_request, response) => {
    privateHits++
    response.end('secret')
  })
  const picture = await png(16, 16, 'red')
  const seen = createServer((request, response) => {
    if (request.url === '/red.png') response.end(picture)
    else if (request.url === '/away.png')
      response.writeHead(302, { location: `http://127.0.0.1:${portOf(hidden)}/x.png` }).end()
    else if (request.url === '/huge.png') response.writeHead(200, { 'content-length': 80_000_000 }).end()
    else response.end('<html>no picture</html>')
  })
  for (const server of [hidden, seen]) {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
  }
  const at = (path: string) => `http://127.0.0.1:${portOf(seen)}${path}`
  const names = ['/red.png', '/away.png', '/page.png', '/huge.png'].map(at)
  const others = ['http://169.254.169.254/latest/a.png', 'http://[::1]/a.png', 'http://2130706433/a.png']
  const text = sheetOf(
    [...names, ...others].map((name) => `a,${name}`),
    'prompt,reference',
  )
  const sheet = await loaded(here, text)

  // As it is: this machine's own addresses are private, all of them.
  const guarded = await engine.references.fetch({ sheetId: sheet.id, mapping })
  expect(guarded.fetched).toBe(0)
  expect(guarded.failed).toHaveLength(names.length + others.length)
  for (const { message } of guarded.failed) expect(message).toMatch(/not on the public internet.*beside the sheet/)
  expect(privateHits).toBe(0)

  // One server of this test stands for the public internet.
  const network = openNetwork()
  onTestFinished(() => network.close())
  const open = await openWithPublic(network, at('/'))
  const { fetched, failed } = await open.fetch(text)
  const why = new Map(failed.map(({ name, message }) => [name, message]))
  expect([fetched, privateHits]).toEqual([1, 0])
  expect(why.get(at('/away.png'))).toMatch(/not on the public internet/)
  expect(why.get(at('/page.png'))).toMatch(/cannot be used/)
  expect(why.get(at('/huge.png'))).toMatch(/more than 50 MB/)
})

/** References whose network takes one server of this machine for a public one, and guards against every other. */
async function openWithPublic(network: Network, publicUrl: string) {
  const storage = openStorage({ folder: join(await temporaryFolder(), 'library'), readOnly: false, host: 'a test' })
  onTestFinished(() => storage.close())
  const clock = steadyClock(0)
  const batches = openBatches(storage, clock)
  const text = new Map<number, string>()
  const references = openReferences({
    storage,
    clock,
    batches,
    images: openImages(storage, clock),
    network: { download: (url, options) => network.download(url, { ...options, allowedOrigin: publicUrl }) },
    readStoredSheet: async (sheetId) => ({
      sheet: readSheet({ name: 'a.csv', bytes: Buffer.from(text.get(sheetId) ?? '') }),
    }),
    emit: () => undefined,
  })
  return {
    async fetch(sheet: string) {
      const stored = await batches.storeSheet('a.csv', Buffer.from(sheet))
      text.set(stored.id, sheet)
      return references.fetch({ sheetId: stored.id, mapping })
    },
  }
}

const portOf = (server: ReturnType<typeof createServer>): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
