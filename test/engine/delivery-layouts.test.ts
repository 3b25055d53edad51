import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { manifestJsonSchema } from '#engine/delivery/manifest/manifest-schema.ts'
import { migrate } from '#engine/storage/migrate.ts'
import { sha256Of } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

const add = (row: number, clientId: string, columns: Record<string, string> = {}) =>
  here.library.addTile(here.batchId, row, { clientId, columns })

describe('layouts', () => {
  test('flat has the approved pictures beside the manifest, and takes its own away again', async () => {
    const one = await add(1, 'A')
    await here.library.addTile(here.batchId, 2, { clientId: 'B', decision: 'rejected' })
    await here.deliver({ layout: 'flat' })
    expect(await here.pathsIn()).toEqual(['A-1.png', 'manifest.csv', 'manifest.json'])
    writeFileSync(join(here.target(), 'notes.txt'), 'mine')
    await add(3, 'C')
    here.library.mark(one.imageId, 'rejected')
    await here.deliver({ layout: 'flat' })
    expect(await here.pathsIn()).toEqual(['C-1.png', 'manifest.csv', 'manifest.json', 'notes.txt'])
    await here.deliver()
    expect(await here.pathsIn()).toEqual(['approved/C-1.png', 'manifest.csv', 'manifest.json', 'notes.txt'])
  })

  test('by column, each cell is a folder; without one there is a folder for those', async () => {
    await add(1, 'A', { Colour: 'Red' })
    await add(2, 'B', { Colour: 'red ' })
    await add(3, 'C', { Colour: '' })
    await add(4, 'D', { Colour: 'blue/green' })
    await here.deliver({ layout: 'by-column', column: 'colour', nameTemplate: '{id}' })
    expect(await here.pictures()).toEqual(['Red/A.png', 'Red/B.png', 'blue-green/D.png', 'no colour/C.png'])
    await here.deliver({ nameTemplate: '{id}' })
    expect((await here.pictures()).every((path) => path.startsWith('approved/'))).toBe(true)
    expect(() => statSync(join(here.target(), 'Red'))).toThrow(/ENOENT/)
  })

  test('a column that is not there, or is not said, is refused', async () => {
    await add(1, 'A', { Colour: 'Red' })
    await expect(here.deliver({ layout: 'by-column' })).rejects.toThrow(/Say which column/)
    await expect(here.deliver({ layout: 'by-column', column: 'size' })).rejects.toThrow(/no column "size".*Colour/)
  })

  test('hostile cells are folders below the target, never above it, and never a file of ours', async () => {
    const cells = [
      '../../up',
      '..',
      '.',
      '/etc/passwd',
      'C:\\x',
      'con',
      'aux.txt',
      '\u202egnp.',
      'a\u0000b',
      '雪'.repeat(200),
    ]
    const ours = [
      'manifest.json',
      'MANIFEST.CSV',
      'checksums.sha256',
      'contact-sheet.html',
      '.proofsheet-unfinished.json',
    ]
    for (const [at, cell] of [...cells, ...ours].entries()) await add(at + 1, `P${at}`, { place: cell })
    const state = await here.deliver({
      layout: 'by-column',
      column: 'place',
      nameTemplate: '{id}',
      checksums: true,
      contactSheet: true,
    })
    expect(state).toMatchObject({ state: 'done', written: cells.length + ours.length, failed: 0 })
    const found = await here.pathsIn(here.out)
    expect(found.every((path) => path.startsWith('Spring- sneakers/'))).toBe(true)
    const pictures = (await here.pathsIn()).filter((path) => path.endsWith('.png'))
    expect(pictures).toHaveLength(cells.length + ours.length)
    for (const path of pictures) {
      expect(path.split('/')).toHaveLength(2)
      for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
    }
    expect(
      await here.deliver({
        layout: 'by-column',
        column: 'place',
        nameTemplate: '{id}',
        checksums: true,
        contactSheet: true,
      }),
    ).toMatchObject({
      written: 0,
      skipped: cells.length + ours.length,
    })
  })
})

describe('names', () => {
  test('numbers begin where they are told to, in the order of the sheet, all as long as the last', async () => {
    for (const [at, id] of ['A', 'B', 'C'].entries()) await add(at + 1, id)
    const pathsFrom = async (numberStart: number) => {
      const plan = await here.delivery.plan(here.settings({ nameTemplate: '{number}_{id}', numberStart }))
      return plan.samples.map(({ path }) => path)
    }
    expect(await pathsFrom(1)).toEqual(['approved/1_A.png', 'approved/2_B.png', 'approved/3_C.png'])
    expect(await pathsFrom(98)).toEqual(['approved/098_A.png', 'approved/099_B.png', 'approved/100_C.png'])
  })

  test('a name leaves room for the sidecar behind it', async () => {
    await add(1, '雪'.repeat(120))
    await add(2, '雪'.repeat(120))
    expect(await here.deliver({ nameTemplate: '{id}', sidecars: true })).toMatchObject({ state: 'done', failed: 0 })
    const found = (await here.pictures()).map((path) => path.split('/')[1] ?? '')
    expect(found).toHaveLength(4)
    for (const name of found) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  })

  test('properties of a picture can stand in its name', async () => {
    const { imageId } = await add(1, 'A')
    here.library.mark(imageId, 'approved', { rating: 4, label: 'blue' })
    const plan = await here.delivery.plan(here.settings({ nameTemplate: '{id}_{decision}_{rating}_{label}' }))
    expect(plan.samples[0]?.path).toBe('approved/A_approved_4_blue.png')
  })
})

describe('links', () => {
  test('a linked picture takes no second place, its bytes are checked all the same, and replacing it leaves the library alone', async () => {
    const one = await add(1, 'A')
    const damaged = await add(2, 'B')
    const own = here.library.images.pictureFile(one.sha256, 'png')
    writeFileSync(here.library.images.pictureFile(damaged.sha256, 'png'), 'not a picture any more')
    const state = await here.deliver({ links: 'link' })
    expect(state).toMatchObject({ state: 'done', written: 1, failed: 1 })
    expect(state.error).toMatch(/damaged/)
    expect(here.read('approved/A-1.png')).toEqual(one.bytes)
    const canLink = isOneFile(here.folder)
    if (canLink) expect(statSync(own).nlink).toBe(2)
    expect(await here.pathsIn()).toEqual(['approved/A-1.png', 'manifest.csv', 'manifest.json'])
    const final = await here.library.addFinal(one.imageId, 'approved')
    await here.deliver({ links: 'link' })
    expect(here.read('approved/A-1.png')).toEqual(final.bytes)
    expect(readFileSync(own)).toEqual(one.bytes)
    expect(await here.deliver({ links: 'copy' })).toMatchObject({ written: 0, skipped: 1 })
  })
})

/** Whether this disk knows hard links, and is not one that clones. */
function isOneFile(folder: string): boolean {
  const file = join(folder, 'probe')
  writeFileSync(file, '1')
  try {
    linkSync(file, `${file}-2`)
    return true
  } catch {
    return false
  }
}

describe('checksums', () => {
  test.skipIf(process.platform !== 'linux')(
    'are what sha256sum -c reads, over every file but the manifest',
    async () => {
      await add(1, 'ä ö  "q"', { c: '1' })
      await add(2, '雪')
      const wish = {
        checksums: true,
        sidecars: true,
        contactSheet: true,
        outputs: [{ name: 'web', format: 'webp' as const }],
      }
      expect(await here.deliver(wish)).toMatchObject({ state: 'done', failed: 0, error: null })
      const check = spawnSync('sha256sum', ['--strict', '-c', 'checksums.sha256'], {
        cwd: here.target(),
        encoding: 'utf8',
      })
      expect(check.status, check.stderr).toBe(0)
      const lines = check.stdout.trim().split('\n')
      expect(lines).toHaveLength((await here.pathsIn()).length - 2)
      const { others } = here.manifest()
      expect(others.map(({ file }: { file: string }) => file)).toEqual(['contact-sheet.html', 'checksums.sha256'])
      for (const { file, sha256 } of others) expect(sha256Of(here.read(file))).toBe(sha256)
      await here.deliver({ outputs: wish.outputs })
      expect((await here.pathsIn()).some((path) => /checksums|contact/.test(path))).toBe(false)
    },
  )

  test('files of the same names that a person put there are kept and told', async () => {
    await add(1, 'A')
    mkdirSync(here.target(), { recursive: true })
    for (const name of ['checksums.sha256', 'contact-sheet.html']) writeFileSync(join(here.target(), name), 'mine')
    const state = await here.deliver({ checksums: true, contactSheet: true })
    expect(state).toMatchObject({ state: 'done', written: 1, failed: 2 })
    expect(state.error).toMatch(/2 files are missing/)
    for (const name of ['checksums.sha256', 'contact-sheet.html']) expect(here.read(name).toString()).toBe('mine')
    expect(here.manifest().others).toEqual([])
  })
})

describe('contact sheet', () => {
  test('is one page without scripts or anything from elsewhere, every cell escaped, made once', async () => {
    await here.library.addTile(here.batchId, 1, {
      clientId: '<script>alert(1)</script>',
      prompt: '"><img src=x onerror=alert(1)>',
    })
    await here.library.addTile(here.batchId, 2, { clientId: 'javascript:alert(1)' })
    await here.deliver({ contactSheet: true })
    const page = here.read('contact-sheet.html').toString('utf8')
    expect(page).toContain("default-src 'none'; img-src data:; style-src 'sha256-")
    expect(page).not.toMatch(/<script|<img src=x|src="http|url\(/i)
    expect(page.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(2)
    for (const [, href] of page.matchAll(/href="([^"]+)"/g)) expect(href).toMatch(/^\.\/approved\/[^:"<>]+\.png$/)
    const before = statSync(join(here.target(), 'contact-sheet.html'))
    await here.deliver({ contactSheet: true })
    expect(statSync(join(here.target(), 'contact-sheet.html')).mtimeMs).toBe(before.mtimeMs)
    await add(3, 'C')
    await here.deliver({ contactSheet: true })
    expect(
      here
        .read('contact-sheet.html')
        .toString('utf8')
        .match(/<figure/g),
    ).toHaveLength(3)
  })
})

describe('manifest', () => {
  test('its published schema is the one that the program has', () => {
    const published = JSON.parse(readFileSync(new URL('../../docs/manifest.schema.json', import.meta.url), 'utf8'))
    expect(published).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())))
    const isSound = new Ajv2020({ strict: false, validateFormats: false }).compile(published)
    expect(isSound({ manifestVersion: 2 })).toBe(false)
  })

  test('a delivery of the first manifest is still known as ours', async () => {
    const one = await add(1, 'A')
    const two = await add(2, 'B')
    await here.deliver()
    const { pictures, others: _others, ...head } = here.manifest()
    const first = pictures.map(({ files: _files, ...picture }: { files: unknown }) => picture)
    writeFileSync(
      join(here.target(), 'manifest.json'),
      JSON.stringify({ ...head, manifestVersion: 1, pictures: first }),
    )
    here.library.mark(one.imageId, 'rejected')
    expect(await here.deliver()).toMatchObject({ state: 'done', written: 0, skipped: 1 })
    expect(await here.pictures()).toEqual(['approved/B-1.png'])
    expect(here.read('approved/B-1.png')).toEqual(two.bytes)
    expect(here.manifest()).toMatchObject({ manifestVersion: 2, removed: ['approved/A-1.png'] })
  })
})

test('a library of version 45 gets its table of made files and keeps its rows', () => {
  const database = new Database(':memory:')
  migrate(database, 45)
  database.exec("INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES ('a', 'b', 1, 1)")
  migrate(database)
  expect(database.prepare('SELECT count(*) FROM sheet').pluck().get()).toBe(1)
  expect(database.prepare('SELECT count(*) FROM made_file').pluck().get()).toBe(0)
  expect(database.pragma('user_version', { simple: true })).toBeGreaterThanOrEqual(60)
  database.close()
})
