import { expect, test } from 'vitest'
import type { TileFilter } from '#shared/contract/tiles.ts'
import { noCredit, serverError, tooMany, wrongKey } from '#test/fake-provider/faults.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

// RELIABILITY: every fault test ends by comparing the provider's ledger with the app, to the cent.

test('a 429 makes the whole lane wait as told, and is not charged', async () => {
  const { library, fake, run } = await openPaidLibrary({ settings: { concurrency: 1 }, factor: 1 })
  fake.script('one', tooMany('seconds', 1))
  const status = await run(['one', 'two', 'three', 'four', 'five', 'six'])
  expect(status.drafts).toMatchObject({ done: 6, failed: 0, unknown: 0 })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  expect(status.settledMicros).toBe(6 * priceMicros)
  const refused = fake.ledger().entries.find((entry) => entry.status === 429)
  const after = fake.ledger().entries.filter((entry) => entry.receivedMs > (refused?.endedMs ?? 0))
  const firstAfterMs = Math.min(...after.map((entry) => entry.receivedMs)) - (refused?.endedMs ?? 0)
  expect(firstAfterMs).toBeGreaterThanOrEqual(990)
  expect(library.engine.generation.queue().lanes[0]?.paused ?? null).toBeNull()
})

test.each(['', '0x10', '-5', '99999999', 'soon'])(
  'a Retry-After of "%s" is nonsense: own backoff, never over 60 s',
  async (said) => {
    const { fake, run } = await openPaidLibrary({ factor: 20 })
    fake.script('one', tooMany(said))
    const start = performance.now()
    const status = await run(['one'])
    expect(status.drafts.done).toBe(1)
    expect(fake.ledger().requests).toBe(2)
    expect((performance.now() - start) * 20).toBeLessThan(60_000)
  },
)

test.each([
  ['a wrong key', wrongKey(), 'auth'],
  ['no credit left', noCredit(), 'quota'],
] as const)('%s pauses the provider with one message and leaves the jobs queued', async (_name, fault, code) => {
  const { library, fake, run } = await openPaidLibrary({ fake: { fault: () => fault }, settings: { concurrency: 3 } })
  const status = await run(Array.from({ length: 12 }, (_, at) => `prompt ${at}`))
  expect(status.drafts).toMatchObject({ done: 0, failed: 0, unknown: 0, left: 12 })
  expect(status.settledMicros).toBe(0)
  expect(fake.ledger().requests).toBeLessThanOrEqual(3)
  expect(library.engine.generation.queue().lanes[0]?.paused).toMatchObject({ code })
})

test('after the key is put right the paused jobs go on', async () => {
  const { library, fake, run } = await openPaidLibrary({ fake: { key: 'sk-good' } })
  const status = await run(['one', 'two'])
  expect(status.drafts.left).toBe(2)
  await library.engine.providers.setKey({ provider: 'openai-compatible', key: 'sk-good' })
  await library.engine.generation.whenIdle(status.batchId)
  expect(library.engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ done: 2, left: 0 })
  expect(fake.ledger().billedMicros).toBe(2 * priceMicros)
})

test('503 twice, then good: three requests, one billed', async () => {
  const { fake, run } = await openPaidLibrary()
  fake.script('one', serverError(503), serverError(500))
  const status = await run(['one'])
  expect(status).toMatchObject({ requests: 3, settledMicros: priceMicros, drafts: { done: 1 } })
  expect(fake.ledger()).toMatchObject({ requests: 3, billedMicros: priceMicros })
})

test('500 for ever: four requests, then the failure list, and the others are made', async () => {
  const { library, fake, run } = await openPaidLibrary({
    fake: { fault: ({ prompt }) => (prompt === 'bad' ? serverError(500) : null) },
  })
  const status = await run(['good', 'bad', 'also good'])
  expect(status.drafts).toMatchObject({ done: 2, failed: 1 })
  expect(fake.ledger().byPrompt.bad).toMatchObject({ requests: 4, billedMicros: 0 })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  const { groups } = library.engine.generation.failures({ batchId: status.batchId })
  expect(groups).toMatchObject([{ code: 'provider-unavailable', count: 1 }])
})

test('a failure that a person dismissed is in no list of failures, in counts of its own, and found by asking for it', async () => {
  const { library, run } = await openPaidLibrary({
    fake: { fault: ({ prompt }) => (prompt.startsWith('bad') ? { kind: 'refused', status: 400 } : null) },
  })
  const { batchId } = await run(['good', 'bad one', 'bad two'])
  const { engine } = library
  const found = (filter: TileFilter) => engine.tiles.ids({ batchId, filter, order: 'sheet' }).ids
  const [put, left] = found({ states: ['failed', 'unknown'] })
  expect(engine.generation.dismiss({ tileIds: [put ?? 0] })).toEqual({ dismissed: 1 })
  expect(found({ states: ['failed', 'unknown'] })).toEqual([left])
  expect(found({ dismissed: true })).toEqual([put])
  expect(found({ dismissed: false })).toHaveLength(2)
  expect(found({})).toHaveLength(3)
  expect(engine.batches.get({ batchId })).toMatchObject({ drafts: { failed: 2 }, dismissed: { drafts: 1, finals: 0 } })
})

test('a reply lost after the request was sent is unknown: never sent again by itself, its twin is held, a person decides', async () => {
  const { library, fake, run, start } = await openPaidLibrary()
  fake.script('lost', { kind: 'lost' })
  const status = await run(['lost', 'fine'])
  expect(status.drafts).toMatchObject({ done: 1, unknown: 1, failed: 0 })
  expect(status).toMatchObject({ settledMicros: priceMicros, unknownMicros: priceMicros })
  expect(fake.ledger()).toMatchObject({ requests: 2, billedMicros: 2 * priceMicros })

  const { engine } = library
  const twin = await start(['lost'], {}, { variants: 1, baseSeed: 0, mapping: { prompt: 'prompt' } })
  await engine.generation.whenIdle(twin)
  expect(fake.ledger().requests).toBe(2)

  const [group] = engine.generation.failures({ batchId: status.batchId }).groups
  expect(group).toMatchObject({ code: 'outcome-unknown', count: 1, atRiskMicros: priceMicros })
  expect(engine.generation.retry({ batchId: status.batchId, only: null, jobIds: null })).toEqual({ retried: 0 })
  expect(engine.generation.resolveUnknown({ jobIds: group?.jobIds ?? [], action: 'retry' })).toEqual({ resolved: 1 })
  await engine.generation.whenIdle(status.batchId)
  const after = engine.batches.get({ batchId: status.batchId })
  expect(after.drafts).toMatchObject({ done: 2, unknown: 0 })
  expect(after.settledMicros + after.unknownMicros).toBe(fake.ledger().billedMicros)
})

test('an unknown outcome that a person gives up stays counted', async () => {
  const { library, fake, run } = await openPaidLibrary()
  fake.script('lost', { kind: 'lost' })
  const status = await run(['lost'])
  const [group] = library.engine.generation.failures({ batchId: status.batchId }).groups
  library.engine.generation.resolveUnknown({ jobIds: group?.jobIds ?? [], action: 'dismiss' })
  const after = library.engine.batches.get({ batchId: status.batchId })
  expect(after.drafts).toMatchObject({ unknown: 0, failed: 1 })
  expect(after).toMatchObject({ settledMicros: 0, unknownMicros: priceMicros })
  expect(library.engine.generation.failures({ batchId: status.batchId }).groups).toEqual([])
  expect(fake.ledger().billedMicros).toBe(priceMicros)
})

test('where the provider can list, a lost reply is looked up and billed once', async () => {
  const { library, fake, run } = await openPaidLibrary({ queue: true })
  fake.script('lost', { kind: 'lost' })
  const status = await run(['lost', 'fine'])
  expect(status.drafts).toMatchObject({ done: 2, unknown: 0 })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  expect(fake.ledger().byPrompt.lost).toMatchObject({ pictures: 1 })
  expect(library.engine.generation.failures({ batchId: status.batchId }).groups).toEqual([])
})

test.each([
  ['cut off with a length', { kind: 'cut', how: 'length' }],
  ['cut off in chunks', { kind: 'cut', how: 'chunked' }],
  ['cut off without a length', { kind: 'cut', how: 'close' }],
  ['cut off in gzip', { kind: 'cut', how: 'gzip' }],
  ['garbage', { kind: 'garbage' }],
  ['HTML as a picture', { kind: 'picture', as: 'html' }],
  ['an empty picture', { kind: 'picture', as: 'empty' }],
  ['a PNG without its end', { kind: 'picture', as: 'without-end' }],
  ['half a picture', { kind: 'picture', as: 'half' }],
  ['an SVG', { kind: 'picture', as: 'svg' }],
  ['a decompression bomb', { kind: 'picture', as: 'bomb' }],
  ['an error in a 200', { kind: 'error-in-200' }],
  ['a 200 without data', { kind: 'no-data' }],
] as const)('%s is never stored as a picture and never sent again by itself', async (_name, fault) => {
  const { library, fake, run } = await openPaidLibrary()
  fake.script('broken', fault)
  const status = await run(['broken', 'fine'])
  expect(status.drafts).toMatchObject({ done: 1, left: 0 })
  expect(status.drafts.failed + status.drafts.unknown).toBe(1)
  expect(fake.ledger().byPrompt.broken?.requests).toBe(1)
  expect(status.settledMicros + status.unknownMicros).toBe(fake.ledger().billedMicros)
  await expect(library.engine.library.verify()).resolves.toMatchObject({ ok: true, pictures: 1 })
})

test.each([
  ['in a 400', { kind: 'refused', status: 400 }, 0],
  ['in a 200', { kind: 'refused', status: 200 }, priceMicros],
] as const)('a refusal %s fails only its prompt and is not repeated', async (_name, fault, billed) => {
  const { library, fake, run } = await openPaidLibrary({
    fake: { fault: ({ prompt }) => (prompt === 'refused' ? fault : null) },
  })
  const status = await run(['refused', 'fine', 'refused', 'good'])
  expect(status.drafts).toMatchObject({ done: 2, failed: 2, unknown: 0 })
  expect(fake.ledger().byPrompt.refused).toMatchObject({ requests: 1, billedMicros: billed })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  expect(library.engine.generation.failures({ batchId: status.batchId }).groups).toMatchObject([
    { code: 'content-policy', count: 2 },
  ])
})

test.each([
  ['expired', 'expired'],
  ['redirecting to a private address', 'redirect-private'],
  ['itself private', 'private'],
  ['redirecting for ever', 'endless'],
  ['over the limit', 'too-big'],
] as const)('a result address that is %s is refused with the reason; the money is counted', async (_name, wrong) => {
  const { fake, run, library } = await openPaidLibrary({ settings: { responseFormat: 'url' } })
  fake.script('broken', { kind: 'url', wrong })
  fake.script('fine', { kind: 'url', wrong: 'nothing' })
  const status = await run(['broken', 'fine'])
  expect(status.drafts).toMatchObject({ done: 1, failed: 1 })
  expect(fake.trippedCount()).toBe(0)
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  expect(library.engine.generation.failures({ batchId: status.batchId }).groups).toMatchObject([
    { code: 'bad-response' },
  ])
})

test('other pictures than asked: more are kept, another size is flagged', async () => {
  const { library, fake, run } = await openPaidLibrary()
  fake.script('more', { kind: 'count', pictures: 3 })
  fake.script('small', { kind: 'size', width: 32, height: 32 })
  const status = await run(['more', 'small'])
  expect(status.drafts).toMatchObject({ done: 2 })
  expect(library.engine.library.info().images).toBe(4)
  const { ids } = library.engine.tiles.ids({ batchId: status.batchId, filter: { flagged: true }, order: 'sheet' })
  expect(library.engine.tiles.many({ tileIds: ids }).map((tile) => [tile.prompt, tile.image?.flags])).toEqual([
    ['small', ['wrong-size']],
  ])
})

test('the network goes away and comes back: nothing twice, nothing lost', async () => {
  const { fake, start, library } = await openPaidLibrary({
    settings: { concurrency: 2 },
    fake: { latency: { kind: 'fixed', ms: 10 } },
  })
  const prompts = Array.from({ length: 20 }, (_, at) => `prompt ${at}`)
  const batchId = await start(prompts)
  await fake.goOffline()
  await fake.comeBack()
  await library.engine.generation.whenIdle(batchId)
  const status = library.engine.batches.get({ batchId })
  const unknown = status.drafts.unknown
  expect(status.drafts.done + unknown + status.drafts.failed).toBe(20)
  expect(unknown).toBeLessThanOrEqual(2)
  const perPrompt = Object.values(fake.ledger().byPrompt).map((total) => total.pictures)
  expect(Math.max(...perPrompt)).toBeLessThanOrEqual(1)
})

test('the cap of a run is never passed; what does not fit is held, and goes on when released', async () => {
  const { fake, run, library } = await openPaidLibrary({ settings: { concurrency: 5 } })
  const status = await run(
    Array.from({ length: 10 }, (_, at) => `prompt ${at}`),
    { capMicros: 4 * priceMicros + 1 },
  )
  expect(status.drafts).toMatchObject({ done: 4, held: 6, left: 0 })
  expect(fake.ledger().billedMicros).toBe(4 * priceMicros)
  library.engine.settings.set({ dailyCapMicros: 6 * priceMicros })
  library.engine.generation.release({ batchId: status.batchId, reason: 'budget' })
  await library.engine.generation.whenIdle(status.batchId)
  expect(fake.ledger().billedMicros).toBe(4 * priceMicros)
})

test('the daily cap holds over a restart', async () => {
  const { fake, library, run } = await openPaidLibrary()
  library.engine.settings.set({ dailyCapMicros: 3 * priceMicros })
  const status = await run(['a', 'b', 'c', 'd', 'e'])
  expect(status.drafts).toMatchObject({ done: 3, held: 2 })
  const { engine } = await library.reopen()
  engine.generation.release({ batchId: status.batchId, reason: 'budget' })
  await engine.generation.whenIdle(status.batchId)
  expect(engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ done: 3, held: 2 })
  expect(fake.ledger().requests).toBe(3)
})

test('a paid model without a price is held until a person enters one', async () => {
  const { fake, library, run } = await openPaidLibrary({ queue: true, settings: { priceMicros: null } })
  const status = await run(['one', 'two'])
  expect(status.drafts).toMatchObject({ held: 2, done: 0 })
  expect(fake.ledger().requests).toBe(0)
  library.engine.providers.setPrice({ provider: 'fake-queue', model: 'fake-queue', perImageMicros: priceMicros })
  await library.engine.generation.whenIdle(status.batchId)
  const after = library.engine.batches.get({ batchId: status.batchId })
  expect(after.drafts).toMatchObject({ held: 0, done: 2 })
  expect(after.settledMicros).toBe(fake.ledger().billedMicros)
})

test.each([
  ['a day', { dailyCapMicros: 2 * priceMicros }],
  ['a month', { monthlyCapMicros: 2 * priceMicros }],
  ['a provider and day', { providerDailyCapMicros: { 'openai-compatible': 2 * priceMicros } }],
] as const)('the cap of %s is never passed, with many slots free', async (_name, caps) => {
  const { fake, library, run } = await openPaidLibrary({ settings: { concurrency: 8 } })
  library.engine.settings.set(caps)
  const status = await run(['a', 'b', 'c', 'd', 'e'])
  expect(status.drafts).toMatchObject({ done: 2, held: 3 })
  expect(fake.ledger().billedMicros).toBe(2 * priceMicros)
})

test('1,000 prompts with a tenth of mixed faults: every job ends, and what is counted is what the ledger bills', async () => {
  const faults = [
    serverError(503),
    tooMany('ms', 0.05),
    { kind: 'lost' },
    { kind: 'garbage' },
    { kind: 'refused', status: 400 },
    { kind: 'picture', as: 'html' },
  ] as const
  const { fake, run } = await openPaidLibrary({
    settings: { concurrency: 16 },
    fake: {
      fault: ({ prompt }, attempt) => {
        const number = Number(prompt.split(' ')[1])
        return number % 10 === 3 && attempt === 1 ? (faults[Math.floor(number / 10) % faults.length] ?? null) : null
      },
    },
  })
  const status = await run(Array.from({ length: 1000 }, (_, at) => `prompt ${at}`))
  const { done, failed, unknown, held, canceled, left } = status.drafts
  expect(left + held + canceled).toBe(0)
  expect(done + failed + unknown).toBe(1000)
  expect(unknown).toBeGreaterThan(0)
  expect(failed).toBeGreaterThan(0)
  expect(status.settledMicros + status.unknownMicros).toBe(fake.ledger().billedMicros)
  expect(fake.ledger().maxInFlight).toBeLessThanOrEqual(16)
}, 60_000)
