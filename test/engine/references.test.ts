import { createHash } from 'node:crypto'
import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { serverError } from '../fake-provider/faults.ts'
import { draftProfile, settingsFor, sheetOf } from './open-library.ts'
import {
  configureAll,
  loaded,
  mapping,
  openReferenceLibrary,
  planned,
  png,
  put,
  type ReferenceLibrary,
  runPlan,
} from './reference-library.ts'

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const size = { width: 1024, height: 1024 }
const profiles = {
  openai: draftProfile('openai', 'gpt-image-2.5-flare', { ...size, quality: 'low' }),
  gemini: draftProfile('gemini', 'gemini-nano-banana-2.1', { ...size, quality: 'minimal' }),
  fal: draftProfile('fal', 'fal-ai/flux-pro/kontext'),
  a1111: draftProfile('a1111', 'photon_v1.safetensors [ec41bd2a82]', { width: 512, height: 512 }),
}

async function filled(here: ReferenceLibrary) {
  const red = await png(640, 640, 'red')
  const blue = await png(800, 600, 'blue')
  await put(here.beside, { 'shoes/red.png': red, 'blue.png': blue })
  const sheet = await loaded(here, sheetOf(['a red one,shoes/red.png', 'a blue one,./blue.png'], 'prompt,reference'))
  const { references } = here.library.engine
  expect(sheet.mapping).toEqual(mapping)
  expect(await references.addFromFolder(sheet.id, mapping, here.beside)).toEqual({ fetched: 2, failed: [] })
  return { sheet, red: hashOf(red), blue: hashOf(blue) }
}

test.each(['openai', 'gemini', 'fal', 'a1111'] as const)(
  '%s: each row’s own picture goes in with its prompt, byte for byte',
  async (name) => {
    const here = await openReferenceLibrary()
    const { sheet, red, blue } = await filled(here)
    const plan = await planned(here, sheet, [profiles[name]])
    expect(plan).toMatchObject({ requests: 2, blocked: 0, problems: [] })
    const batchId = await runPlan(here, plan)
    const { engine } = here.library
    await engine.generation.whenIdle(batchId)
    expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, failed: 0 })
    const sent = here.fake.ledger().entries.map(({ prompt, inputs }) => [prompt, inputs])
    expect(Object.fromEntries(sent)).toEqual({ 'a red one': [red], 'a blue one': [blue] })

    // The same wish is the same wish: nothing is paid again.
    const again = await planned(here, sheet, [profiles[name]])
    expect(again).toMatchObject({ requests: 0, cached: 2 })
    // And the same words with another picture are another wish.
    const other = await png(640, 640, 'green')
    await put(here.beside, { 'shoes/red.png': other })
    await engine.references.addFromFolder(sheet.id, mapping, here.beside)
    expect(await planned(here, sheet, [profiles[name]])).toMatchObject({ requests: 1, cached: 1, batchId: null })
  },
)

test('pictures of the whole batch go in after those of the row, and a wish without any keeps its hash', async () => {
  const here = await openReferenceLibrary()
  const { sheet, red, blue } = await filled(here)
  const ofBatch = [{ name: 'house style', sha256: blue }]
  const batchId = await runPlan(here, await planned(here, sheet, [profiles.openai], { references: ofBatch }))
  await here.library.engine.generation.whenIdle(batchId)
  const sent = here.fake.ledger().entries.map(({ prompt, inputs }) => [prompt, inputs])
  expect(Object.fromEntries(sent)).toEqual({ 'a red one': [red, blue], 'a blue one': [blue, blue] })

  const plain = await loaded(here, sheetOf(['a red one']))
  const first = await planned(here, plain, [profiles.openai], { mapping: { prompt: 'prompt' } })
  await here.library.engine.generation.whenIdle(await runPlan(here, first))
  const empty = await planned(here, plain, [profiles.openai], { mapping: { prompt: 'prompt' }, references: [] })
  expect(empty).toMatchObject({ requests: 0, cached: 1 })
})

test('a picture over a service’s limit goes in smaller, the same every time, and stays after a restart', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  engine.providers.configure({ provider: 'fal', settings: { pictureMegabytes: 1 } })
  const large = await noise(800)
  expect(large.length).toBeGreaterThan(1_000_000)
  await put(here.beside, { 'large.png': large })
  const sheet = await loaded(here, sheetOf(['a large one,large.png'], 'prompt,reference'))
  await engine.references.addFromFolder(sheet.id, mapping, here.beside)
  const batchId = await runPlan(here, await planned(here, sheet, [profiles.fal]))
  await engine.generation.whenIdle(batchId)
  const [sent = ''] = here.fake.ledger().entries[0]?.inputs ?? []
  expect(engine.batches.get({ batchId }).drafts.done).toBe(1)
  expect(sent).not.toBe(hashOf(large))
  const again = await here.library.reopen()
  expect(await planned({ ...here, library: again }, sheet, [profiles.fal])).toMatchObject({ requests: 0, cached: 1 })
  expect(await again.engine.library.gc({ remove: false })).toMatchObject({ files: 0 })
  expect(await again.engine.library.verify()).toMatchObject({ ok: true, pictures: 3 })
})

test('rows whose picture is missing are told and not made; pictures dropped by their names alone are found', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const sheet = await loaded(
    here,
    sheetOf(['one,refs/a.png', 'two,refs/b.png', 'three,other/b.png', 'four,'], 'prompt,reference'),
  )
  const add = async (name: string, colour: string) =>
    engine.references.add({ sheetId: sheet.id, name, bytesBase64: (await png(64, 64, colour)).toString('base64') })
  await add('a.png', 'red')
  await add('b.png', 'blue')
  expect(await engine.references.list({ sheetId: sheet.id, mapping })).toMatchObject({
    wantedCount: 3,
    missingCount: 2,
    missingRows: 2,
    wanted: [{ name: 'refs/b.png', firstRow: 2, sha256: null }, { name: 'other/b.png' }, { name: 'refs/a.png' }],
  })
  const plan = await planned(here, sheet, [profiles.openai])
  expect(plan).toMatchObject({ requests: 2, blocked: 2, problemCount: 2 })
  expect(plan.problems.map(({ row, line, message }) => [row, line, message])).toEqual([
    [2, 3, 'the reference “refs/b.png” is missing: add the picture, or take it out of the row'],
    [3, 4, 'the reference “other/b.png” is missing: add the picture, or take it out of the row'],
  ])
  expect(plan.problemGroups).toEqual([
    { kind: 'reference-missing', message: 'reference pictures that are missing', count: 2, blocks: true },
  ])
  await add('dropped/refs/b.png', 'green')
  await add('dropped/other/b.png', 'black')
  expect(await engine.references.list({ sheetId: sheet.id, mapping })).toMatchObject({ missingCount: 0 })
})

test('a model that takes no pictures, or not so many, says so row by row, and nothing is sent', async () => {
  const here = await openReferenceLibrary()
  const { sheet } = await filled(here)
  const none = await planned(here, sheet, [draftProfile('sketch', 'sketch')])
  expect(none).toMatchObject({ requests: 0, blocked: 2 })
  expect(none.problems[0]).toMatchObject({ row: 1, message: 'Sketch takes no reference pictures' })
  const two = await loaded(here, sheetOf(['both,shoes/red.png|blue.png'], 'prompt,reference'))
  await here.library.engine.references.addFromFolder(two.id, mapping, here.beside)
  const many = await planned(here, two, [profiles.a1111, profiles.openai])
  expect(many).toMatchObject({ requests: 1, blocked: 1 })
  expect(many.problems[0]?.message).toMatch(/takes at most 1 reference picture, not 2/)
  expect(here.fake.ledger().requests).toBe(0)
})

test('after a kill the next start sends the same pictures', async () => {
  const here = await openReferenceLibrary({ latency: { kind: 'fixed', ms: 300 } })
  const { sheet, red, blue } = await filled(here)
  here.library.engine.providers.configure({ provider: 'openai', settings: { concurrency: 1 } })
  const batchId = await runPlan(here, await planned(here, sheet, [profiles.openai]))
  const again = await here.library.reopen()
  await again.engine.generation.whenIdle(batchId)
  expect(again.engine.batches.get({ batchId }).drafts).toMatchObject({ left: 0 })
  const sent = new Set(here.fake.ledger().entries.flatMap(({ inputs }) => inputs ?? []))
  expect(sent).toEqual(new Set([red, blue]))
})

test('a database that is lost comes back with its reference pictures under their names', async () => {
  const here = await openReferenceLibrary()
  const { sheet, red, blue } = await filled(here)
  const batchId = await runPlan(here, await planned(here, sheet, [profiles.openai]))
  await here.library.engine.generation.whenIdle(batchId)
  await here.library.engine.close()
  await rm(join(here.library.folder, 'backups'), { recursive: true })
  await truncate(join(here.library.folder, 'library.db'), 0)

  const library = await here.library.reopen()
  configureAll(library, here.fake)
  expect(library.engine.library.info().madeAgain).toMatchObject({ backupMs: null })
  const back = { ...here, library }
  const there = await loaded(back, sheetOf(['a red one,shoes/red.png', 'a blue one,./blue.png'], 'prompt,reference'))
  const list = await library.engine.references.list({ sheetId: there.id, mapping })
  expect(list.missingCount).toBe(0)
  expect(list.pictures.map((picture) => picture.sha256).sort()).toEqual([red, blue].sort())
  expect(await planned(back, there, [profiles.openai])).toMatchObject({ requests: 0, cached: 2 })
  expect(await library.engine.library.verify()).toMatchObject({ ok: true, strays: 0 })
})

test('a failed tile is asked again with other images of the batch', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const sheet = await loaded(here, sheetOf(['good', 'never [[refused times=1]]']))
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings: settingsFor([profiles.openai]),
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const batchId = await runPlan(here, plan)
  await engine.generation.whenIdle(batchId)
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const [good, refused] = engine.tiles.many({ tileIds: ids })
  await engine.generation.editPrompt({
    tileId: refused?.id ?? 0,
    prompt: 'as that one',
    profile: null,
    references: [good?.image?.id ?? 0],
  })
  await engine.generation.whenIdle(batchId)
  const sent = here.fake.ledger().entries.find(({ prompt }) => prompt === 'as that one')
  expect(sent?.inputs).toEqual([good?.image?.sha256])
  expect(engine.tiles.many({ tileIds: ids })[1]).toMatchObject({
    operation: 'edit',
    references: [good?.image?.sha256],
    state: 'done',
  })
})

const noise = (side: number): Promise<Buffer> =>
  sharp(Buffer.from(Float64Array.from({ length: (side * side) / 2 }, (_, n) => Math.sin(n * n)).buffer), {
    raw: { width: side, height: side, channels: 4 },
  })
    .removeAlpha()
    .png()
    .toBuffer()

test('a draft that falls back takes its picture along, smaller where that service wants it smaller', async () => {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const down = await startFakeProvider({ key: 'sk-canary-0123456789', fault: () => serverError() })
  onTestFinished(() => down.close())
  engine.providers.configure({ provider: 'openai', settings: { baseUrl: `${down.url}/openai/v1` } })
  engine.providers.configure({ provider: 'fal', settings: { pictureMegabytes: 1 } })
  const large = await noise(800)
  await put(here.beside, { 'large.png': large })
  const sheet = await loaded(here, sheetOf(['a large one,large.png'], 'prompt,reference'))
  await engine.references.addFromFolder(sheet.id, mapping, here.beside)
  const fallbacks = [draftProfile('sketch', 'sketch'), profiles.fal]
  const batchId = await runPlan(here, await planned(here, sheet, [profiles.openai], { fallbacks }))
  await engine.generation.whenIdle(batchId)
  const [tile] = engine.tiles.many({ tileIds: engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids })
  expect(tile).toMatchObject({ state: 'done', provider: 'fal' })
  const [sent = ''] = here.fake.ledger().entries.at(-1)?.inputs ?? []
  expect(sent).toMatch(/^[0-9a-f]{64}$/)
  expect(sent).not.toBe(hashOf(large))
})
