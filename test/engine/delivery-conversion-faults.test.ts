import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { filesIn, newFolder, openLibrary } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

const web = (quality: number) => ({ outputs: [{ name: 'web', format: 'webp' as const, quality }] })
const isTemporary = (path: string) => /\.proofsheet-[0-9a-f]{16}\.tmp$/.test(path)

/** Decodes every pixel: a file in half does not pass. */
async function expectWhole(files: Map<string, Buffer>): Promise<void> {
  for (const [path, bytes] of files)
    if (/\.(?:webp|png)$/.test(path))
      await expect(sharp(bytes, { failOn: 'truncated' }).raw().toBuffer()).resolves.toBeTruthy()
}

test('a folder that goes away while pictures are made stops it; back again, only what is missing is made', async () => {
  for (let row = 1; row <= 40; row++) await here.library.addTile(here.batchId, row)
  const away = join(here.folder, 'unplugged')
  let begun = 0
  const unplugged = here.library.open((sha256, format) => {
    if (++begun === 25) renameSync(here.target(), away)
    return here.library.images.pictureFile(sha256, format)
  })
  const state = await here.deliver(web(80), unplugged)
  expect(state).toMatchObject({ state: 'failed', manifest: null })
  expect(state.error).toMatch(/is not there any more/)
  renameSync(away, here.target())
  const there = (await here.pictures()).filter((path) => path.endsWith('.webp'))
  await expectWhole(await filesIn(here.target()))
  expect(await here.deliver(web(80))).toMatchObject({
    state: 'done',
    skipped: there.length,
    written: 40 - there.length,
  })
  expect((await here.pictures()).filter(isTemporary)).toEqual([])
})

test('killed while it makes pictures, the next delivery knows what was made, also where it makes them otherwise', {
  timeout: 90_000,
}, async () => {
  const folder = newFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [libraryFolder, out] = [join(folder, 'library'), join(folder, 'out')]
  const filled = await openLibrary(libraryFolder)
  const batchId = await filled.beginBatch('Killed')
  for (let row = 1; row <= 30; row++) await filled.addTile(batchId, row, { noise: 64 })
  filled.storage.close()
  const killed = fileURLToPath(new URL('./delivery-killed.ts', import.meta.url))
  expect(spawnSync(process.execPath, [killed, libraryFolder, out, '25', '80']).signal).toBe('SIGKILL')
  const found = await filesIn(join(out, 'Killed'))
  const made = Array.from(found.keys()).filter((path) => path.endsWith('.webp'))
  expect(made.length).toBeGreaterThan(10)
  expect(found.has('manifest.json')).toBe(false)
  await expectWhole(found)

  const library = await openLibrary(libraryFolder)
  const delivery = library.open()
  const again = async (quality: number) => {
    const { deliveryId } = await delivery.start({
      batchId,
      destination: { kind: 'folder', folder: out },
      layout: 'approved',
      nameTemplate: '{id}',
      stage: 'best',
      ...web(quality),
    })
    await delivery.whenDone(deliveryId)
    return delivery.get({ deliveryId })
  }
  // Another quality: what was killed half way is known as ours, so it is replaced and not kept as a stranger's.
  expect(await again(40)).toMatchObject({ state: 'done', written: 30, skipped: 0, failed: 0 })
  expect(await again(40)).toMatchObject({ state: 'done', written: 0, skipped: 30, failed: 0 })
  library.storage.close()
})

/** A disk of 1 MB, where this machine lets us make one (Linux, root). */
const smallDisk = newFolder()
const hasSmallDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', smallDisk]).status === 0
afterAll(() => {
  if (hasSmallDisk) spawnSync('umount', [smallDisk])
  rmSync(smallDisk, { recursive: true, force: true })
})

test.skipIf(!hasSmallDisk)(
  'a disk that is full stops it with what to do, for copies and for made pictures, and nothing is in half',
  async () => {
    for (let row = 1; row <= 12; row++) await here.library.addTile(here.batchId, row, { noise: 200 })
    for (const [name, wish] of Object.entries({
      copies: {},
      made: { outputs: [{ name: 'web', format: 'png' as const, metadata: 'strip' as const }] },
    })) {
      const folder = join(smallDisk, name)
      mkdirSync(folder)
      const state = await here.deliver({ destination: { kind: 'folder', folder }, ...wish })
      expect(state, name).toMatchObject({ state: 'failed', manifest: null })
      expect(state.error).toMatch(/is full\. Make room and deliver again: only what is missing is written/)
      const found = await filesIn(folder)
      expect(Array.from(found.keys()).filter((path) => path.endsWith('.png')).length).toBeGreaterThan(0)
      await expectWhole(found)
      spawnSync('mount', ['-o', 'remount,size=4m', smallDisk])
      expect(await here.deliver({ destination: { kind: 'folder', folder }, ...wish })).toMatchObject({
        state: 'done',
        failed: 0,
      })
      expect(Array.from((await filesIn(folder)).keys()).filter(isTemporary)).toEqual([])
      spawnSync('rm', ['-r', folder])
      spawnSync('mount', ['-o', 'remount,size=1m', smallDisk])
    }
  },
)
