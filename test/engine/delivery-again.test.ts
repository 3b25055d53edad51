import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { filesIn } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

describe('run again', () => {
  test('a file of another delivery is replaced, one that no delivery wrote is kept and told', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.library.addTile(here.batchId, 2, { clientId: 'B' })
    mkdirSync(join(here.target(), 'approved'), { recursive: true })
    writeFileSync(join(here.target(), 'approved', 'B-1.png'), 'my own')
    expect((await here.delivery.plan(here.settings())).problems[0]?.message).toMatch(
      /approved\/B-1\.png would not be written/,
    )
    const first = await here.deliver()
    expect(first).toMatchObject({ state: 'done', written: 1, failed: 1 })
    expect(first.error).toMatch(/approved\/B-1\.png is another file/)
    expect(here.manifest().pictures[1]).toMatchObject({ file: null, reason: expect.stringMatching(/B-1/) })
    const final = await here.library.addFinal(one.imageId, 'approved')
    expect(await here.deliver()).toMatchObject({ written: 1, skipped: 0, failed: 1 })
    expect(here.read('approved/A-1.png')).toEqual(final.bytes)
    expect(here.read('approved/B-1.png').toString()).toBe('my own')
  })

  test('what is no longer approved goes, unless a person has changed it', async () => {
    const gone = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    const edited = await here.library.addTile(here.batchId, 2, { clientId: 'B' })
    await here.library.addTile(here.batchId, 3, { clientId: 'C' })
    await here.deliver()
    writeFileSync(join(here.target(), 'approved', 'B-1.png'), 'retouched')
    writeFileSync(join(here.target(), 'approved', 'notes.txt'), 'mine')
    here.library.mark(gone.imageId, 'rejected')
    here.library.mark(edited.imageId, 'undecided')
    expect(await here.deliver()).toMatchObject({ state: 'done', files: 1, skipped: 1 })
    expect(await here.pictures()).toEqual(['approved/B-1.png', 'approved/C-1.png', 'approved/notes.txt'])
    expect(here.manifest()).toMatchObject({ removed: ['approved/A-1.png'], counts: { removed: 1 } })
    here.library.mark(edited.imageId, 'approved')
    expect((await here.deliver()).error).toMatch(/approved\/B-1\.png/)
    expect(here.read('approved/B-1.png').toString()).toBe('retouched')
  })

  test('the folders of another layout go when they are empty', async () => {
    await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.library.addTile(here.batchId, 2, { clientId: 'B', decision: 'rejected' })
    await here.deliver({ layout: 'by-decision' })
    await here.deliver()
    expect(await here.pictures()).toEqual(['approved/A-1.png'])
    expect(() => readFileSync(join(here.target(), 'rejected'))).toThrow(/ENOENT/)
  })

  test('the folder of another batch, and a manifest that is not ours, are left alone', async () => {
    await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.deliver()
    const other = await here.library.beginBatch('Spring/ sneakers')
    await here.library.addTile(other, 1, { clientId: 'A' })
    const before = await filesIn(here.out)
    await expect(here.delivery.start(here.settings({ batchId: other }))).rejects.toMatchObject({ code: 'conflict' })
    expect((await here.delivery.plan(here.settings({ batchId: other }))).problems[0]?.message).toMatch(/another batch/)
    expect(await filesIn(here.out)).toEqual(before)
    writeFileSync(join(here.target(), 'manifest.json'), '{"name":"an extension"}')
    await expect(here.delivery.start(here.settings())).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a manifest that was tampered with removes nothing outside of its folders', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.deliver()
    writeFileSync(join(here.folder, 'victim.png'), one.bytes)
    const forged = here.manifest()
    for (const file of ['../../victim.png', 'approved/../../../victim.png'])
      forged.pictures.push({ ...forged.pictures[0], file, files: [{ ...forged.pictures[0].files[0], file }] })
    writeFileSync(join(here.target(), 'manifest.json'), JSON.stringify(forged))
    expect(await here.deliver()).toMatchObject({ state: 'done', skipped: 1 })
    expect(readFileSync(join(here.folder, 'victim.png'))).toEqual(one.bytes)
  })
})

describe('faults', () => {
  test('a damaged or missing picture of the library is a failed file, and the others are delivered', async () => {
    const damaged = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    const missing = await here.library.addTile(here.batchId, 2, { clientId: 'B' })
    await here.library.addTile(here.batchId, 3, { clientId: 'C' })
    writeFileSync(here.library.images.pictureFile(damaged.sha256, 'png'), Buffer.from(damaged.bytes).fill(7, 40))
    rmSync(here.library.images.pictureFile(missing.sha256, 'png'))
    const state = await here.deliver()
    expect(state).toMatchObject({ state: 'done', written: 1, failed: 2 })
    expect(state.error).toMatch(/2 files are missing.*verify/)
    expect(await here.pathsIn()).toEqual(['approved/C-1.png', 'manifest.csv', 'manifest.json'])
    const reasons = here.manifest().pictures.map((picture: { reason: string | null }) => picture.reason)
    expect(reasons).toEqual([expect.stringMatching(/damaged/), expect.stringMatching(/missing/), null])
  })

  test('a picture from before its CRC-32 was kept is read by its SHA-256, once', async () => {
    const damaged = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    const whole = await here.library.addTile(here.batchId, 2, { clientId: 'B' })
    const { prepare } = here.library.storage
    prepare('UPDATE blob SET crc32 = NULL').run()
    writeFileSync(here.library.images.pictureFile(damaged.sha256, 'png'), Buffer.from(damaged.bytes).fill(7, 40))
    expect((await here.deliver()).error).toMatch(/1 file is missing.*damaged/)
    const known = prepare('SELECT sha256, crc32 FROM blob WHERE crc32 IS NOT NULL').all()
    expect(known).toEqual([{ sha256: whole.sha256, crc32: crc32(whole.bytes) }])
    expect(here.read('approved/B-1.png')).toEqual(whole.bytes)
  })

  test('one bit flipped in a picture of the library is found, whether it is copied or linked', async () => {
    const { bytes, sha256 } = await here.library.addTile(here.batchId, 1, { clientId: 'A', noise: 400 })
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(200_000) ^ 1, 200_000)
    writeFileSync(here.library.images.pictureFile(sha256, 'png'), flipped)
    for (const links of ['copy', 'link'] as const)
      expect(await here.deliver({ links })).toMatchObject({ written: 0, error: expect.stringMatching(/damaged/) })
    expect(await here.pictures()).toEqual([])
  })

  test('the last copy of a picture that the library has lost is never removed', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.deliver()
    rmSync(here.library.images.pictureFile(one.sha256, 'png'))
    expect(await here.deliver({ nameTemplate: 'new-{id}' })).toMatchObject({ failed: 1 })
    expect(here.read('approved/A-1.png')).toEqual(one.bytes)
  })

  test('a folder that cannot be made stops the delivery with what to do, and the plan says so before', async () => {
    await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    writeFileSync(join(here.folder, 'file'), '')
    const blocked = { destination: { kind: 'folder', folder: join(here.folder, 'file', 'below') } } as const
    expect((await here.delivery.plan(here.settings(blocked))).problems[0]?.message).toMatch(
      /there is a file in its place/,
    )
    const state = await here.deliver(blocked)
    expect(state).toMatchObject({ state: 'failed', written: 0, manifest: null })
    expect(state.error).toMatch(/there is a file in its place\. Choose another folder/)
    await expect(here.deliver({ destination: { kind: 'folder', folder: 'relative/folder' } })).rejects.toMatchObject({
      code: 'invalid-input',
    })
    const inside = { destination: { kind: 'folder', folder: join(here.library.storage.folder, 'pictures') } } as const
    await expect(here.deliver(inside)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  test('a folder that goes away in the middle stops it; back again, only what is missing is written', async () => {
    for (let row = 1; row <= 100; row++) await here.library.addTile(here.batchId, row)
    const away = join(here.folder, 'unplugged')
    let begun = 0
    const unplugged = here.library.open((sha256, format) => {
      if (++begun === 70) renameSync(here.target(), away)
      return here.library.images.pictureFile(sha256, format)
    })
    const state = await here.deliver({}, unplugged)
    expect(state).toMatchObject({ state: 'failed', manifest: null })
    expect(state.error).toMatch(/is not there any more/)
    renameSync(away, here.target())
    // A disk that goes in the middle of a file keeps it under a temporary name; no file is in half under its own.
    const found = await here.pictures()
    const isTemporary = (path: string) => /\.proofsheet-[0-9a-f]{16}\.tmp$/.test(path)
    const there = found.filter((path) => path.endsWith('.png'))
    expect(found.filter((path) => !path.endsWith('.png') && !isTemporary(path))).toEqual([])
    const again = await here.deliver()
    expect((await here.pictures()).filter(isTemporary)).toEqual([])
    expect(again).toMatchObject({ state: 'done', skipped: there.length, written: 100 - there.length })
    expect(there.length).toBeGreaterThan(60)
  })

  test('stopped in the middle it ends after the files at work; run again it writes the rest', async () => {
    for (let row = 1; row <= 100; row++) await here.library.addTile(here.batchId, row)
    let begun = 0
    let stopped: Promise<void> | null = null
    const stopping = here.library.open((sha256, format) => {
      if (++begun === 50) stopped = stopping.stop()
      return here.library.images.pictureFile(sha256, format)
    })
    const state = await here.deliver({}, stopping)
    await stopped
    expect(state).toMatchObject({ state: 'failed', error: 'Stopped; run it again to go on.', manifest: null })
    expect(state.written).toBeLessThan(60)
    expect(await here.pictures()).toHaveLength(state.written)
    expect((await here.pathsIn()).includes('manifest.json')).toBe(false)
    const again = await here.deliver()
    expect(again).toMatchObject({ state: 'done', skipped: state.written, written: 100 - state.written })
    expect(here.delivery.list({ batchId: here.batchId }).map((row) => row.state)).toEqual(['done', 'failed'])
  })

  test('the same target is written by one delivery at a time, and changes are told', async () => {
    const { jobId } = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    const { deliveryId } = await here.delivery.start(here.settings())
    await expect(here.delivery.start(here.settings())).rejects.toMatchObject({ code: 'conflict' })
    expect(here.delivery.get({ deliveryId }).state).toBe('running')
    await here.delivery.whenDone(deliveryId)
    expect(here.delivery.get({ deliveryId }).state).toBe('done')
    expect(here.library.events).toContainEqual({ kind: 'delivery-changed', deliveryId, batchId: here.batchId })
    expect(() => here.delivery.get({ deliveryId: jobId + 999 })).toThrow(/no delivery/)
  })

  test('nothing approved is refused, and leaves no folder', async () => {
    await here.library.addTile(here.batchId, 1, { decision: 'undecided' })
    expect((await here.delivery.plan(here.settings())).problems[0]?.message).toMatch(
      /Nothing in "Spring: sneakers" is approved/,
    )
    await expect(here.delivery.start(here.settings())).rejects.toMatchObject({ code: 'invalid-input' })
    expect(() => readFileSync(here.out)).toThrow(/ENOENT/)
  })
})
