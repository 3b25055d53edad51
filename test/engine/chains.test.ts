import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { cutout, cutoutMicros, enlarged, lanczos, openChainLibrary } from './chain-library.ts'

const chain = { ...lanczos, steps: [cutout] }

test('a chain is planned whole, each step is a request of its own, and only its last picture is a final', async () => {
  const { here, batchId, plan, make, tiles } = await openChainLibrary()
  expect(await plan(chain)).toMatchObject({
    tiles: 2,
    requests: 4,
    estimateMicros: 2 * cutoutMicros,
    redrawn: 0,
    blocked: 0,
    parts: [
      { model: 'lanczos', requests: 2, estimateMicros: 0 },
      { model: 'removeBackground', requests: 2, estimateMicros: 2 * cutoutMicros },
    ],
  })
  expect(here.fake.ledger().requests).toBe(0)
  expect(await make(chain)).toMatchObject({
    finals: { done: 2, failed: 0, left: 0 },
    settledMicros: 2 * cutoutMicros,
    estimateMicros: 2 * cutoutMicros,
  })
  for (const { image, finals } of tiles()) {
    expect(finals.map(({ model, width, height }) => [model, width, height])).toEqual([['removeBackground', 128, 128]])
    expect(finals[0]).toMatchObject({ decision: 'approved', redrawn: false, settledMicros: cutoutMicros })
    expect(image?.width).toBe(64)
  }
  // What was cut out is the enlarged picture, not the draft.
  const drafts = tiles().map(({ image }) => image?.sha256)
  const sent = here.fake.ledger().entries.flatMap(({ inputs }) => inputs ?? [])
  expect(sent).toHaveLength(2)
  expect(sent.filter((sha256) => drafts.includes(sha256))).toEqual([])
  expect(await here.library.engine.library.verify()).toMatchObject({ ok: true })

  // The whole chain is there now: nothing is left to make, and alone its first step would be another final.
  expect(await plan(chain)).toMatchObject({ tiles: 0 })
  const targets = { kind: 'tiles' as const, tileIds: tiles().map(({ id }) => id) }
  const again = (profile: typeof lanczos) =>
    here.library.engine.generation.planFinals({ batchId, targets, profile, scale: 2 })
  expect(await again(chain)).toMatchObject({ tiles: 0 })
  expect(await again(lanczos)).toMatchObject({ tiles: 2, cached: 2, requests: 0 })
})

test('a final costs what all its steps did', async () => {
  const { here, make, tiles } = await openChainLibrary(['a red shoe'])
  const paid = { ...lanczos, provider: 'recraft', model: 'crispUpscale', scale: null, steps: [cutout, cutout] }
  const status = await make(paid)
  expect(status.finals).toMatchObject({ done: 1, failed: 0 })
  expect(tiles()[0]?.finals[0]?.settledMicros).toBe(3 * cutoutMicros)
  expect(status.settledMicros).toBe(here.fake.ledger().billedMicros)
})

test('a step that redraws makes the whole final redrawn, and the plan says so', async () => {
  const { plan, make, tiles } = await openChainLibrary(['a red shoe'])
  const creative = { ...enlarged, model: 'creativeUpscale' }
  expect(await plan({ ...lanczos, steps: [creative, cutout] })).toMatchObject({ redrawn: 1 })
  await make({ ...lanczos, steps: [creative, cutout] })
  expect(tiles()[0]?.finals).toMatchObject([{ redrawn: true, decision: 'undecided' }])
})

test('a chain whose first step is refused sends nothing more; retried, it is made whole', async () => {
  const { here, batchId, make, tiles } = await openChainLibrary(['a red shoe'])
  const { engine } = here.library
  here.fake.script('', { kind: 'refused', status: 400 })
  const paidFirst = { ...lanczos, provider: 'recraft', model: 'crispUpscale', scale: null, steps: [cutout] }
  // The first request of all is refused, and no step follows it.
  expect(await make(paidFirst)).toMatchObject({ finals: { done: 0, failed: 1, left: 0 } })
  expect(here.fake.ledger().requests).toBe(1)
  here.fake.script('')
  engine.generation.retry({ batchId, only: null, jobIds: null })
  await engine.generation.whenIdle(batchId)
  expect(tiles()[0]?.finals).toHaveLength(1)
  expect(here.fake.ledger()).toMatchObject({ requests: 3, billedMicros: 2 * cutoutMicros })
})

test('the step after a good one fails: no final, no second payment, and the tile can be finalized again', async () => {
  const { here, batchId, make, plan, tiles } = await openChainLibrary(['a red shoe'])
  const { engine } = here.library
  const threeSteps = { ...lanczos, steps: [enlarged, cutout] }
  await make({ ...lanczos, steps: [enlarged] })
  expect(here.fake.ledger().billedMicros).toBe(cutoutMicros)
  here.fake.script('', { kind: 'refused', status: 400 })
  // Two steps are here already: their pictures come from the cache, and only the third is asked for.
  expect(
    await engine.generation.planFinals({ ...tilesOf(batchId, tiles()), profile: threeSteps, scale: 2 }),
  ).toMatchObject({ tiles: 1, requests: 1, estimateMicros: cutoutMicros })
  const planned = await engine.generation.planFinals({ ...tilesOf(batchId, tiles()), profile: threeSteps, scale: 2 })
  await engine.generation.run({
    planId: planned.planId,
    highestMicros: planned.highestMicros,
    name: null,
    first: null,
    capMicros: null,
  })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 1, failed: 1 })
  expect(tiles()[0]).toMatchObject({ finalState: 'failed', finalFailure: { code: 'content-policy' } })
  expect(here.fake.ledger().billedMicros).toBe(cutoutMicros)
  here.fake.script('')
  engine.generation.retry({ batchId, only: null, jobIds: null })
  await engine.generation.whenIdle(batchId)
  expect(tiles()[0]?.finals.map(({ model }) => model)).toEqual(['removeBackground', 'crispUpscale'])
  expect(here.fake.ledger().billedMicros).toBe(2 * cutoutMicros)
  expect(await plan(threeSteps)).toMatchObject({ tiles: 0 })
})

const tilesOf = (batchId: number, tiles: readonly { id: number }[]) => ({
  batchId,
  targets: { kind: 'tiles' as const, tileIds: tiles.map(({ id }) => id) },
})

test('a cap between two steps holds the second; released with room, it goes on', async () => {
  const { here, batchId, make, plan, tiles } = await openChainLibrary(['a red shoe'])
  const { engine } = here.library
  const paid = { ...lanczos, provider: 'recraft', model: 'crispUpscale', scale: null, steps: [cutout] }
  const status = await make(paid, cutoutMicros)
  expect(status).toMatchObject({ finals: { done: 0, held: 1 }, settledMicros: cutoutMicros })
  expect(here.fake.ledger().requests).toBe(1)
  const free = await plan(lanczos)
  await engine.generation.run({ planId: free.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  engine.generation.release({ batchId, reason: 'budget' })
  await engine.generation.whenIdle(batchId)
  expect(tiles()[0]?.finals).toHaveLength(1)
  expect(here.fake.ledger()).toMatchObject({ requests: 2, billedMicros: 2 * cutoutMicros })
})

test('the same picture on two rows is enlarged and cut out once', async () => {
  const { here, make, tiles } = await openChainLibrary(['a red shoe', 'a red shoe'])
  const status = await make(chain)
  expect(tiles().map(({ finals }) => finals.length)).toEqual([1, 1])
  expect(status).toMatchObject({ finals: { done: 2 }, settledMicros: cutoutMicros })
  expect(here.fake.ledger().requests).toBe(1)
})

test('a step whose first picture is cached begins with the second', async () => {
  const { here, batchId, make, tiles } = await openChainLibrary(['a red shoe'])
  const paid = { ...lanczos, provider: 'recraft', model: 'crispUpscale', scale: null }
  await make(paid)
  const { engine } = here.library
  const wish = { ...tilesOf(batchId, tiles()), profile: { ...paid, steps: [cutout] }, scale: 2 }
  const plan = await engine.generation.planFinals(wish)
  expect(plan).toMatchObject({ tiles: 1, requests: 1, estimateMicros: cutoutMicros })
  const { planId, highestMicros } = plan
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  expect(tiles()[0]?.finals.map(({ settledMicros }) => settledMicros)).toEqual([cutoutMicros, cutoutMicros])
  expect(here.fake.ledger()).toMatchObject({ requests: 2, billedMicros: 2 * cutoutMicros })
})

test('a chain whose later step is impossible is not begun', async () => {
  const { here, plan } = await openChainLibrary(['a red shoe'])
  const nowhere = await plan({ ...lanczos, steps: [{ ...cutout, model: 'nothing-like-it', provider: 'sketch' }] })
  expect(nowhere).toMatchObject({ tiles: 0, blocked: 1 })
  // 64 pixels, enlarged eight times over and over: the fourth step's picture would be too large.
  const again = { ...lanczosStep, scale: 8 }
  expect(await plan({ ...lanczos, scale: 8, steps: [again] })).toMatchObject({ tiles: 1, blocked: 0 })
  expect(await plan({ ...lanczos, scale: 8, steps: [again, again] })).toMatchObject({ tiles: 0, blocked: 1 })
  expect(here.fake.ledger().requests).toBe(0)
})
const lanczosStep = { kind: 'upscale' as const, provider: 'sketch', model: 'lanczos', scale: 2 }

test('a batch that is canceled while a step is out begins no further one', async () => {
  const { here, batchId, plan, tiles } = await openChainLibrary(['a red shoe'])
  const { engine } = here.library
  here.fake.script('', { kind: 'delay', ms: 1500 })
  const paid = { ...lanczos, provider: 'recraft', model: 'crispUpscale', scale: null, steps: [cutout] }
  const { planId, highestMicros } = await plan(paid)
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  await expect.poll(() => here.fake.ledger().requests).toBe(1)
  engine.generation.control({ action: 'cancel', of: { kind: 'batch', batchId } })
  await engine.generation.whenIdle(batchId)
  expect(here.fake.ledger().requests).toBe(1)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 0, canceled: 1, left: 0 })
  expect(tiles()[0]?.finals).toEqual([])
})

test('a stop in the middle goes on at the next start, and without a database the records bring the final back', async () => {
  const { here, batchId, plan } = await openChainLibrary(['a red shoe'])
  const { engine, folder } = here.library
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'recraft' } })
  const { planId, highestMicros } = await plan(chain)
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  expect(here.fake.ledger().requests).toBe(0)
  const again = await here.library.reopen()
  const database = new Database(join(folder, 'library.db'), { readonly: true })
  expect(database.prepare('SELECT step, passed FROM job_step ORDER BY step').all()).toEqual([
    { step: 1, passed: 'request' },
    { step: 2, passed: null },
  ])
  database.close()
  again.engine.generation.control({ action: 'resume', of: { kind: 'provider', provider: 'recraft' } })
  await again.engine.generation.whenIdle(batchId)
  const { ids } = again.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  expect(again.engine.tiles.many({ tileIds: ids })[0]?.finals).toHaveLength(1)

  await again.engine.close()
  for (const part of ['', '-wal', '-shm']) await rm(`${join(folder, 'library.db')}${part}`, { force: true })
  await rm(join(folder, 'backups'), { recursive: true, force: true })
  const { engine: rebuilt } = await again.reopen()
  const [found] = rebuilt.batches.list()
  const foundIds = rebuilt.tiles.ids({ batchId: found?.batchId ?? 0, filter: {}, order: 'sheet' }).ids
  expect(rebuilt.tiles.many({ tileIds: foundIds })).toMatchObject([{ finals: [{ model: 'removeBackground' }] }])
  expect(await rebuilt.library.verify()).toMatchObject({ ok: true, pictures: 3 })
  expect(here.fake.ledger().requests).toBe(1)
})

test('what is enlarged beyond its place is said with the price of what is enough', async () => {
  const { here, batchId, tiles } = await openChainLibrary()
  const plan = (scale: number, slot: { width: number; height: number }) =>
    here.library.engine.generation.planFinals({
      ...tilesOf(batchId, tiles()),
      profile: { ...lanczos, scale },
      scale: 2,
      slot,
    })
  // Drafts have 64 pixels a side.
  const eight = await plan(8, { width: 120, height: 100 })
  expect(eight.sizeAdvice).toBe('The place of 2 pictures is 120 × 100 px: 2× is enough.')
  expect((await plan(8, { width: 60, height: 60 })).sizeAdvice).toMatch(/is 60 px: the drafts are large enough/)
  expect(await plan(2, { width: 120, height: 100 })).not.toHaveProperty('sizeAdvice')
  expect(await plan(8, { width: 500, height: 20 })).not.toHaveProperty('sizeAdvice')
})

test('a step that became dearer than the plan said waits for a person', async () => {
  const { here, batchId, plan, tiles } = await openChainLibrary(['a red shoe'])
  const { engine } = here.library
  const pauseSketch = (action: 'pause' | 'resume') =>
    engine.generation.control({ action, of: { kind: 'provider', provider: 'sketch' } })
  pauseSketch('pause')
  const { planId, highestMicros } = await plan(chain)
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  engine.providers.setPrice({ provider: 'recraft', model: 'removeBackground', perImageMicros: 10 * cutoutMicros })
  pauseSketch('resume')
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 0, held: 1 })
  expect(here.fake.ledger().requests).toBe(0)
  engine.generation.release({ batchId, reason: 'budget' })
  await engine.generation.whenIdle(batchId)
  expect(tiles()[0]?.finals).toHaveLength(1)
})
