import { expect, onTestFinished, test } from 'vitest'
import { sendFile } from '#engine/delivery/addresses/send-file.ts'
import { openNetwork } from '#engine/network/network.ts'
import { presigned } from '../s3-double/presigned.ts'
import type { Asked, Fault } from '../s3-double/s3-double.ts'
import { openAddressLibrary } from './addresses-library.ts'
import { quickTiming } from './bucket-settings.ts'
import { filesIn, sha256Of } from './delivery-library.ts'

const puts = (asked: readonly Asked[]): Asked[] => asked.filter(({ method }) => method === 'PUT')

test('pictures go to the presigned addresses of a column, the manifest to a folder, and nothing twice', async () => {
  const { double, added, keys, deliver, read, out, library } = await openAddressLibrary(12)
  const first = await deliver()
  expect(first).toMatchObject({ state: 'done', written: 12, skipped: 0, failed: 0, error: null })
  for (const [at, key] of keys.entries()) {
    const object = double.objects().get(key)
    expect(object && sha256Of(object.bytes)).toBe(added[at]?.sha256)
    expect(object?.headers['content-type']).toBe('image/png')
  }
  expect(Array.from((await filesIn(out)).keys())).toEqual(['Shoes/manifest.csv', 'Shoes/manifest.json'])
  const manifest = JSON.parse(await read('manifest.json'))
  expect(manifest.pictures[0].files[0]).toMatchObject({
    file: 'approved/001.png',
    address: `${double.url}/pictures/client/1.png`,
    sha256: added[0]?.sha256,
  })

  double.forget()
  expect(await deliver()).toMatchObject({ state: 'done', written: 0, skipped: 12 })
  expect(double.asked()).toEqual([])

  // Addresses signed anew are for the same objects; a picture that is rejected cannot be taken back, and is not said to be.
  library.mark(added[0]?.imageId ?? 0, 'rejected')
  expect(await deliver()).toMatchObject({ files: 11, written: 0, skipped: 11 })
  expect(double.asked()).toEqual([])
  expect(double.objects().has('client/1.png')).toBe(true)
  expect(JSON.parse(await read('manifest.json')).removed).toEqual([])
})

test('addresses signed anew are the same places: what was sent there is not sent again', async () => {
  const { double, keys, deliver, library, batchId } = await openAddressLibrary(3)
  await deliver()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const again = await presigned(double, keys)
  const rows = library.storage.prepare<[], { id: number }>('SELECT id FROM prompt ORDER BY row').all()
  library.storage.transaction(() => {
    for (const [at, { id }] of rows.entries())
      library.storage
        .prepare<[string, number]>('UPDATE prompt SET columns_json = ? WHERE id = ?')
        .run(JSON.stringify({ Upload: again[at] }), id)
  })
  double.forget()
  expect(await deliver()).toMatchObject({ written: 0, skipped: 3 })
  expect(double.asked()).toEqual([])
  expect(batchId).toBe(1)
})

test('a stopped delivery, run again, sends only what is missing', async () => {
  const { double, deliver, library, wish } = await openAddressLibrary(30)
  double.setFault(() => (puts(double.asked()).length > 10 ? 'hang' : null))
  const delivery = library.open()
  const { deliveryId } = await delivery.start(wish())
  await expect.poll(() => puts(double.asked()).length).toBeGreaterThan(10)
  await delivery.stop()
  expect(delivery.get({ deliveryId })).toMatchObject({ state: 'failed', error: 'Stopped; run it again to go on.' })
  const there = new Set(double.objects().keys())
  expect(there.size).toBeGreaterThan(0)
  double.setFault(() => null)
  double.forget()
  expect(await deliver()).toMatchObject({ state: 'done', written: 30 - there.size, skipped: there.size })
  const sent = new Set(puts(double.asked()).map(({ key }) => key))
  expect([...sent].filter((key) => there.has(key))).toEqual([])
  expect(sent.size).toBe(30 - there.size)
})

test('a busy server, a lost answer and a reset are repeated; a refused address fails its own picture alone', async () => {
  const { double, deliver } = await openAddressLibrary(20)
  let number = 0
  const seen: Record<Fault, number> = { 'slow-down': 0, hang: 0, lost: 0, reset: 0 }
  double.setFault(() => {
    number++
    const fault = number % 5 === 0 ? 'slow-down' : number % 7 === 0 ? 'lost' : number % 11 === 0 ? 'reset' : null
    if (fault) seen[fault]++
    return fault
  })
  expect(await deliver()).toMatchObject({ state: 'done', written: 20, failed: 0, error: null })
  expect(Math.min(seen['slow-down'], seen.lost, seen.reset)).toBeGreaterThan(0)
  expect(double.objects().size).toBe(20)
})

test('a template sends JPEG to the origin that a person typed; what an address refuses is said without its secrets', async () => {
  const { double, deliver, added, read } = await openAddressLibrary(2)
  // Signed for PNG: S3 refuses another type.
  const end = await deliver({}, { outputs: [{ name: 'web', format: 'jpeg' }] })
  expect(end).toMatchObject({ state: 'done', written: 0, failed: 2 })
  expect(end.error).toMatch(/pictures.client.[12].png did not take the file .status 403/)
  const typed = await deliver({ address: `${double.url}/pictures/{Colour}/{file}?token=top-secret`, origins: [] })
  expect(typed).toMatchObject({ failed: 2, error: expect.stringMatching(/pictures.red.00[12].png did not take/) })
  for (const text of [end.error ?? '', typed.error ?? '', await read('manifest.json'), await read('manifest.csv')])
    expect(text).not.toMatch(/X-Amz|Signature|top-secret/)
  expect(added).toHaveLength(2)
})

test('what is sent to Azure says that it is a block blob, which other services would refuse to be told', async () => {
  const { double } = await openAddressLibrary(0)
  const network = openNetwork({ resolve: (_host, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) })
  onTestFinished(() => network.close())
  const { port } = new URL(double.url)
  const { signal } = new AbortController()
  const kinds: unknown[] = []
  for (const host of ['account.blob.core.windows.net', 'blob.core.windows.net.example.com']) {
    const origin = `http://${host}:${port}`
    const fetch = network.forStore({ origins: [origin] })
    const send = sendFile(
      { ...quickTiming, fetch, signal },
      new URL(`${origin}/pictures/1.png?sig=abc`),
      Buffer.from('x'),
      'image/png',
    )
    // The double is S3 and takes no SAS; what was asked is seen all the same.
    await expect(send).rejects.toMatchObject({ code: 'invalid-input' })
    kinds.push(double.asked().at(-1)?.headers['x-ms-blob-type'])
  }
  expect(kinds).toEqual(['BlockBlob', undefined])
})

test('checksums.sha256 names what lies beside it, not what was sent elsewhere', async () => {
  const { deliver, read } = await openAddressLibrary(2)
  expect(await deliver({}, { checksums: true, sidecars: true })).toMatchObject({ state: 'done', written: 2 })
  const names = (await read('checksums.sha256')).split('\n').flatMap((line) => line.split('  ').slice(1))
  expect(names.sort()).toEqual(['approved/001.png.xmp', 'approved/002.png.xmp', 'manifest.csv'])
})

test('a sheet’s addresses reach no private network unless its origin is said', async () => {
  const { double, deliver } = await openAddressLibrary(2)
  const end = await deliver({ origins: [] })
  expect(end).toMatchObject({ state: 'done', written: 0, failed: 2 })
  expect(end.error).toContain('not on the public internet')
  expect(double.asked()).toEqual([])
})

test('before anything is sent: two pictures for one address, none at all, an empty cell', async () => {
  const { deliver, library, batchId, wish, addresses } = await openAddressLibrary(2)
  const delivery = library.open()
  await expect(deliver({ address: 'https://host.example/all.png?sig=1' })).rejects.toThrow(/would go to one address/)
  await expect(deliver({ address: '{Colour}' })).rejects.toThrow(/begins with http/)
  await expect(deliver({ address: '{Uplod}' })).rejects.toThrow(/The address: There is no "Uplod"/)
  await library.addTile(batchId, 3, { columns: { Upload: '', Colour: 'blue' } })
  const plan = await delivery.plan(wish())
  expect(plan.problems.map(({ message }) => message)).toEqual([
    '1 picture has no address and would not be sent, the first: approved/003.png (row 3).',
  ])
  expect(plan.samples[0]).toMatchObject({ path: 'approved/001.png', address: addresses[0]?.split('?')[0] })
  expect(JSON.stringify(plan)).not.toContain('X-Amz')
  expect(await deliver()).toMatchObject({ written: 2, failed: 1, error: expect.stringContaining('has no address') })
})

test('the manifest of a folder keeps no signed address either, and a file name none of its secrets', async () => {
  const { deliver, library, batchId, out, addresses } = await openAddressLibrary(1)
  const delivery = library.open()
  const { deliveryId } = await delivery.start({
    batchId,
    destination: { kind: 'folder', folder: out },
    layout: 'flat',
    nameTemplate: '{Upload}',
    stage: 'best',
  })
  await delivery.whenDone(deliveryId)
  const files = await filesIn(out)
  for (const [name, bytes] of files) expect(`${name} ${bytes.toString('latin1')}`).not.toMatch(/X-Amz-Sig/)
  expect(addresses[0]).toMatch(/X-Amz-Sig/)
  expect(await deliver()).toMatchObject({ state: 'done' })
})
