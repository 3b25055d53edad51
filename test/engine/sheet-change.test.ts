import { expect, test } from 'vitest'
import { compare, kinds, tilesOf, update } from './change-sheet.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

const header = 'sku,prompt,note'
const first = sheetOf(['A,a red shoe,x', 'B,a blue cup,y', 'C,a green chair,z'], header)
const settings = { mapping: { prompt: 'prompt', id: 'sku' } }

async function openWith(text: string, parts: Parameters<typeof settingsFor>[1] = settings) {
  const paid = await openPaidLibrary({ factor: 50 })
  const { library } = paid
  const profile = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
  const batchId = await runSheet(library, text, settingsFor([profile], parts))
  await library.engine.generation.whenIdle(batchId)
  const decide = (row: number, kind: 'approve' | 'reject') =>
    library.engine.review.apply({ targets: { kind: 'selector', batchId, selector: `rows:${row}` }, verb: { kind } })
  return { ...paid, batchId, decide, bill: () => paid.fake.ledger().entries.length }
}

test('only what is new or changed is made, and decisions stay with their rows', async () => {
  const { library, batchId, decide, bill } = await openWith(first)
  await decide(1, 'approve')
  await decide(2, 'approve')
  await decide(3, 'reject')
  expect(bill()).toBe(3)

  const next = sheetOf(['C,a green chair,z', 'N,a new lamp,n', 'B,a bluer cup,y', 'A,a red shoe,other note'], header)
  const compared = await update(library, batchId, next)
  expect(compared).toMatchObject({ same: 1, added: 1, changed: 2, removed: 0, keptTiles: 2, asideTiles: 1 })
  expect(compared.plan).toMatchObject({
    kind: 'update',
    batchId,
    tiles: 2,
    requests: 2,
    highestMicros: 2 * priceMicros,
  })
  expect(kinds(compared.rows)).toEqual(['added - 2', 'changed 2 3', 'changed 1 4'])
  expect(compared.rows[1]).toMatchObject({
    label: 'B',
    cells: [{ column: 'prompt', before: 'a blue cup', after: 'a bluer cup' }],
    newTiles: 1,
    keptTiles: 0,
  })
  expect(compared.rows[2]).toMatchObject({ cells: [{ column: 'note' }], newTiles: 0, keptTiles: 1 })
  expect(bill()).toBe(5)

  const tiles = tilesOf(library, batchId)
  expect(tiles.map((tile) => [tile.row, tile.label, tile.prompt, tile.image?.decision])).toEqual([
    [1, 'C', 'a green chair', 'rejected'],
    [2, 'N', 'a new lamp', 'undecided'],
    [3, 'B', 'a bluer cup', 'undecided'],
    [4, 'A', 'a red shoe', 'approved'],
  ])
  expect(tiles[2]?.earlier).toMatchObject([{ prompt: 'a blue cup', image: { decision: 'approved' } }])
  expect(tiles[3]?.columns.note).toBe('other note')
  const status = library.engine.batches.get({ batchId })
  expect(status).toMatchObject({
    rows: 4,
    prompts: 4,
    tiles: 4,
    drafts: { done: 4, left: 0, canceled: 0 },
    decisions: { approved: 1, rejected: 1, undecided: 2 },
    earlierTiles: { removed: 0, changed: 1 },
    settledMicros: 5 * priceMicros,
  })
  expect(library.engine.batches.list()).toHaveLength(1)
})

test('a row that is taken out goes out of view with its pictures, and comes back with its decision', async () => {
  const { library, batchId, decide, bill } = await openWith(first)
  await decide(2, 'approve')
  const without = await update(library, batchId, sheetOf(['A,a red shoe,x', 'C,a green chair,z'], header))
  expect(without).toMatchObject({ removed: 1, same: 2, asideTiles: 1 })
  expect(without.plan.requests).toBe(0)
  expect(tilesOf(library, batchId).map((tile) => tile.label)).toEqual(['A', 'C'])
  expect(tilesOf(library, batchId, { sheet: 'removed' })).toMatchObject([
    { label: 'B', noLonger: 'removed', image: { decision: 'approved' } },
  ])
  expect(library.engine.batches.get({ batchId })).toMatchObject({
    tiles: 2,
    prompts: 2,
    decisions: { approved: 0, undecided: 2 },
    earlierTiles: { removed: 1, changed: 0 },
  })
  const delivery = library.engine.delivery.plan({
    batchId,
    destination: { kind: 'folder', folder: library.folder },
    layout: 'approved',
    nameTemplate: '{id}',
    stage: 'best',
  })
  expect(await delivery).toMatchObject({ files: 0 })

  const again = await update(library, batchId, first)
  expect(again).toMatchObject({ returned: 1, same: 2, added: 0 })
  expect(again.plan.requests).toBe(0)
  expect(tilesOf(library, batchId).map((tile) => [tile.label, tile.image?.decision])).toEqual([
    ['A', 'undecided'],
    ['B', 'approved'],
    ['C', 'undecided'],
  ])
  expect(bill()).toBe(3)
})

test('a prompt changed back has its earlier picture and its decision again', async () => {
  const { library, batchId, decide, bill } = await openWith(first)
  await decide(2, 'approve')
  await update(library, batchId, first.replace('a blue cup', 'a bluer cup'))
  expect(bill()).toBe(4)
  expect(tilesOf(library, batchId)[1]?.image?.decision).toBe('undecided')
  const back = await update(library, batchId, first)
  expect(back.plan.requests).toBe(0)
  expect(tilesOf(library, batchId)[1]).toMatchObject({ prompt: 'a blue cup', image: { decision: 'approved' } })
  expect(tilesOf(library, batchId)[1]?.earlier).toMatchObject([{ prompt: 'a bluer cup' }])
  expect(bill()).toBe(4)
})

test('more drafts of a row are made beside those that are there', async () => {
  const counted = (count: number) => sheetOf([`a red shoe,${count}`, 'a blue cup,1'], 'prompt,count')
  const { library, batchId, decide, bill } = await openWith(counted(2), {
    mapping: { prompt: 'prompt', count: 'count' },
  })
  await decide(1, 'approve')
  await update(library, batchId, counted(4))
  expect(bill()).toBe(5)
  expect(tilesOf(library, batchId).map((tile) => [tile.row, tile.variant, tile.image?.decision])).toEqual([
    [1, 1, 'approved'],
    [1, 2, 'approved'],
    [1, 3, 'undecided'],
    [1, 4, 'undecided'],
    [2, 1, 'undecided'],
  ])
  const fewer = await update(library, batchId, counted(1))
  expect(fewer).toMatchObject({ changed: 1, asideTiles: 3 })
  expect(tilesOf(library, batchId)).toHaveLength(2)
  expect(bill()).toBe(5)
})

test('a new column changes no picture; a sheet without a column that is needed is refused', async () => {
  const { library, batchId } = await openWith(first)
  const wider = sheetOf(['A,a red shoe,x,1', 'B,a blue cup,y,2', 'C,a green chair,z,3'], `${header},price`)
  const compared = await update(library, batchId, wider)
  expect(compared).toMatchObject({ same: 3, changed: 0, columns: { added: ['price'], removed: [] } })
  expect(compared.plan.requests).toBe(0)
  expect(tilesOf(library, batchId).map((tile) => tile.columns.price)).toEqual(['1', '2', '3'])
  await expect(compare(library, batchId, sheetOf(['a'], 'prompt'))).rejects.toThrow('no column "sku"')
})

test('an update is refused where it costs more than was shown, and runs once', async () => {
  const { library, batchId, bill } = await openWith(first)
  const { plan } = await compare(library, batchId, `${first}D,a lamp,w\n`)
  const run = (highestMicros: number | null) =>
    library.engine.batches.update({ planId: plan.planId, highestMicros, capMicros: null })
  await expect(run(1)).rejects.toThrow('more than')
  const [one, two] = await Promise.all([run(plan.highestMicros), run(plan.highestMicros)])
  expect(two).toEqual(one)
  expect(await run(plan.highestMicros)).toEqual(one)
  await library.engine.generation.whenIdle(batchId)
  expect(bill()).toBe(4)
  // The same sheet goes on with the batch that was brought to it.
  const again = await runSheet(
    library,
    `${first}D,a lamp,w\n`,
    settingsFor([draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })], settings),
  )
  expect(again).not.toBe(batchId)
  expect(bill()).toBe(4)
})

test('what waits for rows that went is canceled, and what is out ends as usual', async () => {
  const paid = await openPaidLibrary({
    factor: 1,
    fake: { latency: { kind: 'fixed', ms: 400 } },
    settings: { concurrency: 1 },
  })
  const { library, fake } = paid
  const rows = Array.from({ length: 12 }, (_, at) => `S${at},prompt number ${at},n`)
  const profile = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
  const batchId = await runSheet(library, sheetOf(rows, header), settingsFor([profile], settings))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const compared = await update(library, batchId, sheetOf([...rows.slice(10), 'Z,quite another,n'], header))
  expect(compared).toMatchObject({ removed: 10, added: 1, same: 2 })
  expect(compared.canceled).toBeGreaterThan(3)
  expect(tilesOf(library, batchId).map((tile) => [tile.label, tile.state])).toEqual([
    ['S10', 'done'],
    ['S11', 'done'],
    ['Z', 'done'],
  ])
  const removed = tilesOf(library, batchId, { sheet: 'removed' })
  const done = removed.filter((tile) => tile.state === 'done').length
  expect(removed.every((tile) => tile.state === 'done' || tile.state === 'canceled')).toBe(true)
  expect(fake.ledger().entries).toHaveLength(3 + done)
  // Back again: what was canceled is new, what was made is not.
  const back = await update(library, batchId, sheetOf(rows, header))
  expect(back.plan.requests).toBe(10 - done)
  expect(fake.ledger().entries).toHaveLength(13)
  expect(tilesOf(library, batchId).every((tile) => tile.state === 'done')).toBe(true)
})

test('prompts without ids are matched by their words, in any order', async () => {
  const library = await openTestLibrary()
  const lines = ['a red shoe on sand', 'a blue cup on wood', 'a green chair in fog', 'a yellow lamp at night']
  const batchId = await runSheet(library, sheetOf(lines), settingsFor([draftProfile('sketch', 'sketch')]))
  await library.engine.generation.whenIdle(batchId)
  const shuffled = [
    'a yellow lamp at night',
    'a red shoe on sand',
    'a blue cup on dark wood',
    'something else entirely',
  ]
  const compared = await update(library, batchId, sheetOf(shuffled))
  expect(kinds(compared.rows).sort()).toEqual(['added - 4', 'changed 2 3', 'removed 3 -'])
})

test('a batch that a person paused was gone on with after an update', async () => {
  const { library, batchId, bill } = await openWith(first)
  library.engine.generation.control({ action: 'pause', of: { kind: 'batch', batchId } })
  await update(library, batchId, `${first}D,a lamp,w\n`)
  expect(library.engine.batches.get({ batchId })).toMatchObject({
    paused: true,
    tiles: 4,
    drafts: { done: 3, left: 1 },
  })
  expect(bill()).toBe(3)
  const { engine } = await library.reopen()
  expect(engine.batches.get({ batchId })).toMatchObject({ paused: true, drafts: { left: 1 } })
  engine.generation.control({ action: 'resume', of: { kind: 'batch', batchId } })
  await engine.generation.whenIdle(batchId)
  expect(bill()).toBe(4)
})

test('what waited for rows that went was sent while the change was carried out', async () => {
  const slots = 4
  const { library, fake } = await openPaidLibrary({
    factor: 1,
    fake: { latency: { kind: 'fixed', ms: 1 } },
    settings: { concurrency: slots },
  })
  const { engine } = library
  const rows = Array.from({ length: 12_000 }, (_, at) => `S${at},prompt number ${at},n`)
  const profile = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
  const batchId = await runSheet(library, sheetOf(rows, header), settingsFor([profile], settings))
  const { plan } = await compare(library, batchId, sheetOf(rows.slice(11_990), header))
  const before = engine.batches.get({ batchId }).sheetId
  const updated = engine.batches.update({ planId: plan.planId, highestMicros: plan.highestMicros })
  const isDecided = () => engine.batches.get({ batchId }).sheetId !== before
  while (!isDecided()) await new Promise((resolve) => setImmediate(resolve))
  const sent = fake.ledger().requests
  await updated
  // What was out at that moment may have come to the server after it.
  expect(fake.ledger().requests - sent).toBeLessThanOrEqual(slots)
  await engine.generation.whenIdle(batchId)
  expect(tilesOf(library, batchId).map((tile) => tile.state)).toEqual(rows.slice(11_990).map(() => 'done'))
})
