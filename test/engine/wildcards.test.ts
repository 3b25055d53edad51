import { join } from 'node:path'
import Database from 'better-sqlite3'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { migrate } from '#engine/storage/migrate.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import {
  draftProfile,
  openTestLibrary,
  settingsFor,
  sheetOf,
  type TestLibrary,
  temporaryFolder,
} from './open-library.ts'

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')
const sketch = draftProfile('sketch', 'sketch', { width: 64, height: 64 })

async function planOf({ engine }: TestLibrary, parts: Partial<DraftSettings>, lines = ['a shoe'], header = 'prompt') {
  const sheet = await engine.sheets.add({ name: 'a.csv', bytesBase64: base64(sheetOf(lines, header)) })
  const settings = settingsFor([sketch], parts)
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings,
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const { rows } = await engine.generation.planRows({ planId: plan.planId, offset: 0, limit: 200 })
  return { plan, sheet, rows, prompts: rows.map((row) => row.prompt) }
}

test('files, folders and zips become wildcards; a batch keeps what it was made with', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const archive = zipSync({
    'clothes/all.yaml': strToU8('shoes: [boot, clog]\nhats:\n  - cap\n'),
    'notes.pdf': strToU8('no'),
  })
  const kept = await engine.wildcards.add({
    files: [
      { path: 'colours/warm.txt', bytesBase64: base64('# warm\nred\n2::orange\nred\n') },
      { path: 'more.zip', bytesBase64: base64(archive) },
      { path: 'broken.json', bytesBase64: base64('{"a": [') },
    ],
  })
  expect(kept.added.map(({ path }) => path)).toEqual(['colours/warm.txt', 'clothes/all.yaml', 'broken.json'])
  expect(kept.added[2]?.problem).toMatch(/broken\.json cannot be read/)
  expect(engine.wildcards.list().find(({ path }) => path === 'clothes/all.yaml')?.lists).toEqual([
    { name: 'clothes/shoes', values: 2 },
    { name: 'clothes/hats', values: 1 },
  ])

  const template = '{{prompt}}, __**/shoes__, __colours/*__'
  const before = await planOf(library, { template })
  expect(before.prompts).toEqual(
    ['boot, red', 'boot, orange', 'clog, red', 'clog, orange'].map((end) => `a shoe, ${end}`),
  )
  const { batchId } = await engine.generation.run({
    planId: before.plan.planId,
    highestMicros: 0,
    name: null,
    first: 1,
    capMicros: null,
  })
  await engine.generation.whenIdle(batchId)
  const { settings } = engine.batches.get({ batchId })
  expect(settings.wildcards).toMatch(/^[0-9a-f]{64}$/)
  // Files that no template names make no other batch; a changed one does.
  await engine.wildcards.add({ files: [{ path: 'unused.txt', bytesBase64: base64('x') }] })
  expect((await planOf(library, { template })).plan.batchId).toBe(batchId)
  await engine.wildcards.add({ files: [{ path: 'colours/warm.txt', bytesBase64: base64('pink') }] })
  const after = await planOf(library, { template })
  expect(after.plan.batchId).toBeNull()
  expect(after.prompts).toEqual(['a shoe, boot, pink', 'a shoe, clog, pink'])
  // The old batch can be expanded again as it was, also when its files are gone and the library was opened anew.
  expect(engine.wildcards.remove({ paths: ['colours/warm.txt', 'clothes/all.yaml'] })).toEqual({ removed: 2 })
  const again = await planOf(await library.reopen(), settings)
  expect(again.prompts).toEqual(before.prompts)
  expect(again.plan.batchId).toBe(batchId)
})

test('a ring of wildcards is named at the character that began it, and nothing is made', async () => {
  const library = await openTestLibrary()
  const files = [
    ['a.txt', '__b__'],
    ['b.txt', 'x\n__c__'],
    ['c.txt', 'y __a__'],
  ].map(([path = '', text = '']) => ({ path, bytesBase64: base64(text) }))
  await library.engine.wildcards.add({ files })
  const { plan } = await planOf(library, { template: 'go __a__' })
  expect(plan).toMatchObject({ tiles: 0, problems: [{ at: 3, length: 5 }] })
  expect(plan.problems[0]?.message).toContain('__a__ → __b__ → __c__ → __a__')
})

test('hostile archives and YAML are refused or harmless', async () => {
  const { engine } = await openTestLibrary()
  const add = (path: string, bytes: Uint8Array | string) =>
    engine.wildcards.add({ files: [{ path, bytesBase64: base64(bytes) }] })
  await expect(add('bomb.zip', zipSync({ 'a.txt': new Uint8Array(70_000_000) }))).rejects.toThrow(/larger than 64 MB/)
  await expect(add('no.zip', 'no archive')).rejects.toThrow(/cannot be read/)
  expect((await add('../../etc/x.txt', 'x')).skipped).toEqual(['../../etc/x.txt'])
  const deep = await add('deep.yaml', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)
  expect(deep.added[0]?.problem).not.toBeNull()
  const laughs = await add('laughs.yaml', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n')
  expect(laughs.added[0]?.lists).toEqual([
    { name: 'a', values: 2 },
    { name: 'b', values: 0 },
    { name: 'c', values: 0 },
  ])
})

test('axes make every prompt with each value, as columns, models and seeds; zipped, crossed or some of them', async () => {
  const library = await openTestLibrary()
  const angle = { name: 'angle', values: ['front', 'side'] }
  const ground = { name: 'ground', values: ['sand', 'snow'] }
  const template = '{{prompt}} {{angle}} {{ground}}'
  expect((await planOf(library, { template, axes: [angle, ground] })).prompts).toEqual(
    ['front sand', 'front snow', 'side sand', 'side snow'].map((end) => `a shoe ${end}`),
  )
  const zipped = [
    { ...angle, group: 1 },
    { ...ground, group: 1 },
  ]
  expect((await planOf(library, { template, axes: zipped })).prompts).toEqual(['a shoe front sand', 'a shoe side snow'])
  const some = { template, axes: [angle, ground], axisSample: { n: 3, seed: 7 } }
  const drawn = await planOf(library, some)
  expect(new Set(drawn.prompts).size).toBe(3)
  expect((await planOf(library, some)).prompts).toEqual(drawn.prompts)
  const model = { name: 'made by', values: ['sketch/sketch', 'sketch/other'], sets: 'model' as const }
  expect((await planOf(library, { axes: [model] })).rows.map((row) => row.model)).toEqual(['sketch', 'other'])
  const uneven = [
    { ...angle, group: 1 },
    { name: 'x', values: ['1'], group: 1 },
  ]
  expect((await planOf(library, { template, axes: uneven })).plan.problems[0]?.message).toMatch(
    /one length.*"angle" \(2\), "x" \(1\)/,
  )
  const taken = await planOf(library, { axes: [{ name: 'Prompt', values: ['x'] }] })
  expect(taken.plan.problems[0]?.message).toMatch(/another name/)

  const { plan } = await planOf(library, {
    template: '{{prompt}} {{angle}}',
    axes: [angle, { name: 's', values: ['5', '6'], sets: 'seed' }],
  })
  const { batchId } = await library.engine.generation.run({
    planId: plan.planId,
    highestMicros: 0,
    name: null,
    first: null,
    capMicros: null,
  })
  await library.engine.generation.whenIdle(batchId)
  const { ids } = library.engine.tiles.ids({ batchId, filter: { columns: { angle: 'side' } }, order: 'sheet' })
  const tiles = library.engine.tiles.many({ tileIds: ids })
  expect(tiles.map((tile) => [tile.columns.angle, tile.image?.seed])).toEqual([
    ['side', 5],
    ['side', 6],
  ])
})

test('negative templates know the prompt and its variables; styles go behind both', async () => {
  const { engine } = await openTestLibrary()
  const sheet = await engine.sheets.add({ name: 'a.csv', bytesBase64: base64('prompt,bad\na shoe,blur\n') })
  const settings = {
    ...settingsFor([sketch], {
      template: '$'.concat('{x=!{photo|drawing}}', '$', '{x} of {{prompt}}'),
      negativeTemplate: 'no '.concat('$', '{x}, {{bad}}'),
      styles: [
        { name: 'warm', suffix: 'warm light', negative: 'cold' },
        { name: 'film', suffix: 'grain', negative: '' },
      ],
    }),
  }
  const preview = await engine.templates.preview({ sheetId: sheet.id, settings, row: 1, offset: 0, limit: 10 })
  const text = (parts: { text: string }[] | null) => parts?.map((part) => part.text).join('')
  expect(preview).toMatchObject({ mistakes: [], perRow: '2', inAll: '2', needsSample: false, total: 2 })
  expect(preview.prompts.map(({ parts, negative }) => [text(parts), text(negative)])).toEqual([
    ['photo of a shoe, warm light, grain', 'no photo, blur, cold'],
    ['drawing of a shoe, warm light, grain', 'no drawing, blur, cold'],
  ])
  expect(preview.prompts[0]?.parts.map((part) => part.kind)).toEqual(['choice', 'text', 'column', 'style'])
})

test('a template of 10^12 prompts says so, and a sample of it can be planned', async () => {
  const library = await openTestLibrary()
  const template = '{0|1|2|3|4|5|6|7|8|9}'.repeat(12)
  const refused = await planOf(library, { template })
  expect(refused.plan).toMatchObject({
    tiles: 0,
    problems: [{ message: expect.stringContaining('1,000,000,000,000 prompts') }],
  })
  const { sheet } = refused
  const preview = await library.engine.templates.preview({
    sheetId: sheet.id,
    settings: { ...settingsFor([sketch], { template }) },
    row: 1,
    offset: 990,
    limit: 20,
  })
  expect(preview).toMatchObject({ needsSample: true, total: 1000, perRow: '1,000,000,000,000' })
  expect(preview.prompts).toHaveLength(10)
  const sampled = await planOf(library, { template, sample: { n: 20, seed: 3 } })
  expect(new Set(sampled.prompts).size).toBe(20)
})

test('cells are text, unless their column is chosen as the template', async () => {
  const library = await openTestLibrary()
  const lines = ['{a|b} {{n}},7', 'plain {x,8']
  expect((await planOf(library, {}, lines, 'prompt,n')).prompts).toEqual(['{a|b} {{n}}', 'plain {x'])
  const made = await planOf(library, { templateColumn: 'prompt' }, lines, 'prompt,n')
  expect(made.prompts).toEqual(['a 7', 'b 7'])
  expect(made.plan.problems).toMatchObject([{ row: 2, column: 'prompt', at: 6, length: 1 }])
})

test('prompts that fold to the same text are pointed out, exact duplicates are not, and all are made', async () => {
  const library = await openTestLibrary()
  const lines = [
    '"A red shoe, on sand"',
    'a red shoe on sand',
    '"A red shoe, on sand"',
    'a ｒｅｄ SHOE… on  sand!',
    'a red boot',
  ]
  const { plan } = await planOf(library, {}, lines)
  expect(plan).toMatchObject({ prompts: 5, requests: 4, duplicates: 1 })
  expect(plan.alike).toEqual({
    count: 2,
    samples: [
      { row: 2, likeRow: 1, prompt: 'a red shoe on sand' },
      { row: 4, likeRow: 1, prompt: 'a ｒｅｄ SHOE… on  sand!' },
    ],
  })
})

test('a library of version 10 gets its tables for wildcards and keeps its rows', async () => {
  const file = join(await temporaryFolder(), 'library.db')
  const database = new Database(file)
  migrate(database, 10)
  database.exec("INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES ('a', 'b', 1, 1)")
  migrate(database)
  expect(database.prepare('SELECT count(*) FROM sheet').pluck().get()).toBe(1)
  expect(database.prepare('SELECT count(*) FROM wildcard_file').pluck().get()).toBe(0)
  expect(database.pragma('user_version', { simple: true })).toBeGreaterThanOrEqual(45)
  database.close()
})
