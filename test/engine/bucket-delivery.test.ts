import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Asked, Fault } from '../s3-double/s3-double.ts'
import { openBucketLibrary, picturesIn } from './bucket-library.ts'
import { bucketAt } from './bucket-settings.ts'
import { sha256Of } from './delivery-library.ts'

const tiles = (count: number) => Array.from({ length: count }, () => ({}))

/** PUTs and POSTs of pictures: what a second delivery must not send again. */
const pictureWrites = (asked: readonly Asked[]): Asked[] =>
  asked.filter(({ method, key }) => (method === 'PUT' || method === 'POST') && key.endsWith('.png'))

test('a delivery to a bucket: whole pictures with their types, the manifest last, nothing sent twice', async () => {
  const { double, added, deliver, library, batchId } = await openBucketLibrary(tiles(12), { pageSize: 5 })
  const first = await deliver({ cacheControl: 'public, max-age=60' })
  expect(first).toMatchObject({ state: 'done', written: 12, skipped: 0, failed: 0, error: null, notes: [] })
  expect(first.target).toBe('s3://pictures/client/Shoes')
  expect(first.manifest).toBe('s3://pictures/client/Shoes/manifest.json')
  expect([...double.objects().keys()].sort()).toEqual(
    [
      ...added.map((_tile, at) => `client/Shoes/approved/${String(at + 1).padStart(3, '0')}.png`),
      'client/Shoes/manifest.csv',
      'client/Shoes/manifest.json',
    ].sort(),
  )
  const one = double.objects().get('client/Shoes/approved/001.png')
  expect(one && sha256Of(one.bytes)).toBe(added[0]?.sha256)
  expect(one?.headers).toEqual({
    'content-type': 'image/png',
    'cache-control': 'public, max-age=60',
    'x-amz-meta-sha256': added[0]?.sha256,
  })
  const writes = double.asked().filter(({ method }) => method === 'PUT')
  expect(writes.at(-1)?.key).toBe('client/Shoes/manifest.json')
  for (const { headers } of pictureWrites(double.asked()))
    expect(headers).toMatchObject({ 'if-none-match': '*', 'x-amz-checksum-sha256': expect.any(String) })

  double.forget()
  expect(await deliver()).toMatchObject({ state: 'done', written: 0, skipped: 12 })
  expect(pictureWrites(double.asked())).toEqual([])

  // What is no longer approved goes; what no delivery wrote stays, even between ours.
  double.objects().set('client/Shoes/approved/mine.png', { bytes: Buffer.from('mine'), etag: '"x"', headers: {} })
  library.mark(added[0]?.imageId ?? 0, 'rejected')
  expect(await deliver()).toMatchObject({ state: 'done', files: 11, written: 0, skipped: 11 })
  expect(double.objects().has('client/Shoes/approved/001.png')).toBe(false)
  expect(double.objects().get('client/Shoes/approved/mine.png')?.bytes.toString()).toBe('mine')
  expect(batchId).toBe(1)
})

test('row 31: 10 % SlowDown, hangs and answers lost after the object was stored: all arrives, nothing doubled', async () => {
  const { double, added, deliver } = await openBucketLibrary(tiles(60))
  let number = 0
  const seen: Record<Fault, number> = { 'slow-down': 0, hang: 0, lost: 0, reset: 0 }
  double.setFault(({ method }) => {
    number++
    const fault =
      number % 10 === 0
        ? 'slow-down'
        : method === 'PUT' && number % 7 === 0
          ? 'lost'
          : number % 41 === 0
            ? 'hang'
            : number % 23 === 0
              ? 'reset'
              : null
    if (fault) seen[fault]++
    return fault
  })
  const end = await deliver()
  expect(end).toMatchObject({ state: 'done', written: 60, failed: 0, error: null })
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1)
  expect(picturesIn(double)).toHaveLength(60)
  for (const [at, { sha256 }] of added.entries()) {
    const key = `client/Shoes/approved/${String(at + 1).padStart(3, '0')}.png`
    expect(sha256Of(double.objects().get(key)?.bytes ?? Buffer.alloc(0))).toBe(sha256)
  }
  expect(double.asked().filter(({ status, method }) => status === 412 && method === 'PUT').length).toBeGreaterThan(0)
})

test('an object of another hand is never written over, not even one that comes while we write', async () => {
  const { double, deliver } = await openBucketLibrary(tiles(3))
  const theirs = { bytes: Buffer.from('theirs'), etag: '"t"', headers: { 'x-amz-meta-sha256': 'f'.repeat(64) } }
  double.objects().set('client/Shoes/approved/001.png', theirs)
  let isThere = false
  double.setFault(({ method, key }) => {
    if (method === 'PUT' && key.endsWith('003.png') && !isThere) {
      isThere = true
      double.objects().set('client/Shoes/approved/003.png', theirs)
    }
    return null
  })
  const end = await deliver()
  expect(end).toMatchObject({ state: 'done', written: 1, failed: 2 })
  expect(end.error).toContain('approved/001.png')
  expect(isThere).toBe(true)
  expect(double.objects().get('client/Shoes/approved/001.png')).toBe(theirs)
  expect(double.objects().get('client/Shoes/approved/003.png')).toBe(theirs)
})

test.each([
  [{ hasConditions: false }, ['conditional writes']],
  [{ hasChecksums: false }, ['checksum headers']],
  [{ hasConditions: false, hasChecksums: false }, ['conditional writes', 'checksum headers']],
] as const)('row 32: a service with %o gets everything, and it is said', async (lacks, said) => {
  const { double, deliver } = await openBucketLibrary(tiles(20), lacks)
  const theirs = { bytes: Buffer.from('theirs'), etag: '"t"', headers: {} }
  double.setFault(({ method, key }) => {
    // Comes after the list, before the write: only a look can find it.
    if (method === 'HEAD' && key.endsWith('020.png')) double.objects().set('client/Shoes/approved/020.png', theirs)
    return null
  })
  const end = await deliver()
  expect(end.state).toBe('done')
  expect(end.notes).toHaveLength(said.length)
  for (const words of said) expect(end.notes.join('\n')).toContain(words)
  const manifest = double.objects().get('client/Shoes/manifest.json')?.bytes.toString() ?? ''
  for (const words of said) expect(manifest).toContain(words)
  const isBlind = 'hasConditions' in lacks
  expect(end).toMatchObject({ written: isBlind ? 19 : 20, failed: isBlind ? 1 : 0 })
  if (isBlind) expect(double.objects().get('client/Shoes/approved/020.png')).toBe(theirs)
  double.forget()
  double.setFault(() => null)
  expect(await deliver()).toMatchObject({ written: 0, skipped: isBlind ? 19 : 20 })
  expect(pictureWrites(double.asked())).toEqual([])
})

test('a large picture goes in parts; a damaged one leaves nothing', async () => {
  const { double, deliver, library, added } = await openBucketLibrary([{ noise: 2400 }, {}])
  const end = await deliver()
  expect(end).toMatchObject({ state: 'done', written: 2 })
  const key = 'client/Shoes/approved/001.png'
  const big = double.objects().get(key)
  expect(big?.etag).toMatch(/-3"$/)
  expect(big && sha256Of(big.bytes)).toBe(added[0]?.sha256)
  expect(big?.headers['x-amz-meta-sha256']).toBe(added[0]?.sha256)
  double.forget()
  expect(await deliver()).toMatchObject({ written: 0, skipped: 2 })

  // The library's file has other bytes than its name says.
  double.objects().clear()
  const file = library.images.pictureFile(added[0]?.sha256 ?? '', 'png')
  const handle = await open(file, 'r+')
  await handle.write(Buffer.from('damage'), 0, 6, 12_000_000)
  await handle.close()
  const damaged = await deliver()
  expect(damaged).toMatchObject({ state: 'done', written: 1, failed: 1 })
  expect(damaged.error).toContain('is damaged')
  expect(double.objects().has(key)).toBe(false)
  expect(double.uploads()).toBe(0)
})

test('a stop ends what is under way at once, and takes away the parts of what was half sent', async () => {
  const { double, library, batchId, buckets } = await openBucketLibrary([{ noise: 2400 }, {}])
  const delivery = library.open(library.images.pictureFile, buckets)
  let wasHung = (): void => undefined
  const hung = new Promise<void>((resolve) => {
    wasHung = resolve
  })
  double.setFault(({ method, query }) => {
    if (method !== 'PUT' || query.get('partNumber') !== '2') return null
    wasHung()
    return 'hang'
  })
  const settings = { batchId, layout: 'approved', nameTemplate: '{row}', stage: 'best' } as const
  const { deliveryId } = await delivery.start({ ...settings, destination: bucketAt(double) })
  await hung
  await delivery.stop()
  expect(delivery.get({ deliveryId })).toMatchObject({ state: 'failed', error: 'Stopped; run it again to go on.' })
  expect(double.uploads()).toBe(0)
  expect(double.objects().has('client/Shoes/manifest.json')).toBe(false)
})

test('links open a delivered file without keys, for as long as was asked', async () => {
  const { double, deliver, added } = await openBucketLibrary(tiles(2))
  const { delivery, deliveryId } = await deliver()
  const { files } = await delivery.links({ deliveryId, days: 2 })
  expect(files.map(({ address }) => address)).toEqual([
    's3://pictures/client/Shoes/approved/001.png',
    's3://pictures/client/Shoes/approved/002.png',
    's3://pictures/client/Shoes/manifest.csv',
    's3://pictures/client/Shoes/manifest.json',
  ])
  const link = files[0]?.link ?? ''
  expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('172800')
  expect(link).not.toContain(double.secretAccessKey)
  const reply = await fetch(link)
  expect(sha256Of(new Uint8Array(await reply.arrayBuffer()))).toBe(added[0]?.sha256)
  expect((await fetch(link.replace('001.png', '002.png'))).status).toBe(403)
})
