import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'

const sketch = draftProfile('sketch', 'sketch', { width: 64, height: 64 })

test('a sheet becomes drafts; the same sheet again takes them all from the cache', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const sheet = sheetOf(['a red shoe', 'a blue cup', 'a green chair'])
  const batchId = await runSheet(library, sheet, settingsFor([sketch], { variants: 2 }))
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({
    prompts: 3,
    tiles: 6,
    requests: 6,
    settledMicros: 0,
    drafts: { done: 6, cached: 0, failed: 0, unknown: 0, held: 0, canceled: 0, left: 0 },
    decisions: { undecided: 6, approved: 0, rejected: 0 },
  })

  const again = await runSheet(library, sheet, settingsFor([sketch], { variants: 2 }))
  expect(again).not.toBe(batchId)
  await engine.generation.whenIdle(again)
  expect(engine.batches.get({ batchId: again })).toMatchObject({ requests: 0, drafts: { done: 6, cached: 6 } })
  await expect(engine.library.verify()).resolves.toMatchObject({ ok: true, images: 12, pictures: 6 })
})

test('equal prompts are made once and shown in every row', async () => {
  const library = await openTestLibrary()
  const settings = settingsFor([sketch])
  const text = sheetOf(['a red shoe', 'a blue cup', 'a red shoe', 'a red shoe'])
  const sheet = await library.engine.sheets.add({ name: 'a.csv', bytesBase64: Buffer.from(text).toString('base64') })
  const plan = await library.engine.generation.planDrafts({
    sheetId: sheet.id,
    settings,
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  expect(plan).toMatchObject({ tiles: 4, requests: 2, duplicates: 2, cached: 0 })
  const rows = await library.engine.generation.planRows({
    planId: plan.planId,
    offset: 0,
    limit: 10,
    outcome: 'duplicate',
  })
  expect(rows.rows.map((row) => [row.row, row.note])).toEqual([
    [3, 'same as row 1'],
    [4, 'same as row 1'],
  ])
  const batchId = await runSheet(library, text, settings)
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId })).toMatchObject({ requests: 2, drafts: { done: 4, left: 0 } })
  const { ids } = library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const pictures = library.engine.tiles.many({ tileIds: ids }).map((tile) => tile.image?.sha256)
  expect(pictures[2]).toBe(pictures[0])
  expect(pictures[3]).toBe(pictures[0])
  expect(pictures[1]).not.toBe(pictures[0])
})

test('a plan runs once, however often it is asked', async () => {
  const library = await openTestLibrary()
  const text = sheetOf(['one', 'two'])
  const sheet = await library.engine.sheets.add({ name: 'a.csv', bytesBase64: Buffer.from(text).toString('base64') })
  const plan = await library.engine.generation.planDrafts({
    sheetId: sheet.id,
    settings: settingsFor([sketch]),
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const run = () =>
    library.engine.generation.run({ planId: plan.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  const [one, two] = await Promise.all([run(), run()])
  const three = await run()
  expect(two).toEqual(one)
  expect(three).toEqual(one)
  expect(library.engine.batches.list()).toHaveLength(1)
})

test('a sample is spread over the sheet, and the same sheet goes on with the rest', async () => {
  const library = await openTestLibrary()
  const text = sheetOf(Array.from({ length: 20 }, (_, at) => `prompt ${at}`))
  const batchId = await runSheet(library, text, settingsFor([sketch]), { first: 4 })
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 4, held: 16, left: 0 })
  const { ids } = library.engine.tiles.ids({ batchId, filter: { states: ['done'] }, order: 'sheet' })
  expect(library.engine.tiles.many({ tileIds: ids }).map((tile) => tile.row)).toEqual([1, 6, 11, 16])

  expect(await runSheet(library, text, settingsFor([sketch]))).toBe(batchId)
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 20, held: 0, left: 0 })
})

test('what the model cannot do is a failed tile with its reason, and the rest is made', async () => {
  const library = await openTestLibrary()
  const text = sheetOf(['a shoe,sketch', 'a cup,nonsense/model', 'a hat,'], 'prompt,model')
  const batchId = await runSheet(
    library,
    text,
    settingsFor([sketch], { mapping: { prompt: 'prompt', model: 'model' } }),
  )
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, failed: 1 })
  const { groups } = library.engine.generation.failures({ batchId })
  expect(groups).toMatchObject([{ code: 'unsupported', count: 1 }])
  expect(groups[0]?.message).toContain('nonsense/model')
})

test('approved drafts are finalized as the same picture larger and inherit the approval', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const batchId = await runSheet(
    library,
    sheetOf(['a red shoe', 'a blue cup']),
    settingsFor([draftProfile('sketch', 'sketch')]),
  )
  await engine.generation.whenIdle(batchId)
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'rows:1' }, verb: { kind: 'approve' } })
  const plan = await engine.generation.planFinals({
    batchId,
    targets: { kind: 'selector', batchId, selector: 'approved' },
    profile: null,
    scale: 2,
  })
  expect(plan).toMatchObject({ tiles: 1, requests: 1, redrawn: 0, estimateMicros: 0 })
  await engine.generation.run({ planId: plan.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  const { ids } = engine.tiles.ids({ batchId, filter: { hasFinal: true }, order: 'sheet' })
  const [tile] = engine.tiles.many({ tileIds: ids })
  expect(ids).toHaveLength(1)
  expect(tile?.image).toMatchObject({ stage: 'draft', decision: 'approved', width: 512 })
  expect(tile?.finals).toMatchObject([
    { stage: 'final', decision: 'approved', width: 2048, redrawn: false, sourceImageId: tile?.image?.id },
  ])

  const nothingLeft = await engine.generation.planFinals({
    batchId,
    targets: { kind: 'selector', batchId, selector: 'approved' },
    profile: null,
    scale: 2,
  })
  expect(nothingLeft.tiles).toBe(0)

  const upscale = {
    kind: 'upscale' as const,
    provider: 'sketch',
    model: 'lanczos',
    width: null,
    height: null,
    scale: 2,
  }
  const second = await engine.generation.planFinals({
    batchId,
    targets: { kind: 'images', imageIds: [tile?.image?.id ?? 0] },
    profile: upscale,
    scale: 2,
  })
  expect(second).toMatchObject({ tiles: 1, requests: 1, redrawn: 0 })
  await engine.generation.run({ planId: second.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  const [after] = engine.tiles.many({ tileIds: ids })
  expect(after?.finals.map((final) => final.width)).toEqual([1024, 2048])
  expect(after?.image?.id).toBe(tile?.image?.id)
})

test('the library opens again with everything in it, and a picture with one changed byte is found', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheetOf(['a', 'b', 'c']), settingsFor([sketch]))
  await library.engine.generation.whenIdle(batchId)
  const { engine } = await library.reopen()
  expect(engine.batches.get({ batchId }).drafts.done).toBe(3)
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const image = engine.tiles.many({ tileIds: ids })[1]?.image
  const { file } = await engine.media(image?.id ?? 0, 'full')
  const bytes = await readFile(file)
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
  await writeFile(file, bytes)
  const { ok, problems } = await engine.library.verify()
  expect(ok).toBe(false)
  expect(problems).toEqual([
    { message: expect.stringContaining('have changed'), sha256: image?.sha256, imageIds: [image?.id] },
  ])
})

test('a second host is refused with the name of the first; one that only reads works beside it', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheetOf(['a']), settingsFor([sketch]))
  await library.engine.generation.whenIdle(batchId)
  await expect(openTestLibrary({ library: library.folder, host: 'another' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('a test'),
  })
  const reader = await openTestLibrary({ library: library.folder, readOnly: true })
  expect(reader.engine.batches.get({ batchId }).drafts.done).toBe(1)
})

test('re-rolls ask for numbers never used, stand beside the old draft, and clear the mark', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const batchId = await runSheet(library, sheetOf(['a red shoe', 'a blue cup']), settingsFor([sketch], { variants: 2 }))
  await engine.generation.whenIdle(batchId)
  const targets = { kind: 'selector' as const, batchId, selector: 'rows:1' }
  await engine.review.apply({ targets, verb: { kind: 'reroll', on: true } })
  const plan = await engine.generation.planRerolls({ batchId, targets: { kind: 'selector', batchId, selector: 'all' } })
  expect(plan).toMatchObject({ kind: 'rerolls', tiles: 2, requests: 2, estimateMicros: 0 })
  await engine.generation.run({ planId: plan.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  const { ids, rows } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  expect(rows).toEqual([
    [1, 4],
    [2, 2],
  ])
  const tiles = engine.tiles.many({ tileIds: ids })
  expect(tiles.map((tile) => tile.image?.seed)).toEqual([1, 3, 2, 4, 1, 2])
  expect(tiles.map((tile) => tile.variant)).toEqual([1, 3, 2, 4, 1, 2])
  expect(tiles.some((tile) => tile.image?.reroll)).toBe(false)
})
