import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineOptions } from '#engine/engine.ts'
import { Lane } from '#engine/generation/running/lane.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { services } from './custom-service.ts'
import { fastClock } from './fast-clock.ts'
import { mostStartsWithin } from './ledger-starts.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const price = 40_000
const many = (count: number) => Array.from({ length: count }, (_, at) => `picture ${at}`)

interface Desk {
  readonly fake: FakeProvider
  readonly library: TestLibrary
  start(prompts: readonly string[], run?: Partial<RunInput>): Promise<number>
  run(prompts: readonly string[], run?: Partial<RunInput>): Promise<ReturnType<TestLibrary['engine']['batches']['get']>>
}

/** A library with one described service, added as a person adds it. */
async function openDesk(
  name: keyof typeof services,
  options: { fake?: FakeProviderOptions; parts?: Record<string, unknown>; engine?: Partial<EngineOptions> } = {},
): Promise<Desk> {
  const fake = await startFakeProvider({ priceMicros: price, ...options.fake })
  onTestFinished(() => fake.close())
  const env = { CUSTOM_ARRAY_API_KEY: 'sk-canary-0123456789' }
  const library = await openTestLibrary({ clock: fastClock(20), env, ...options.engine })
  const service = services[name](name === 'single' ? `${fake.url}/v1` : `${fake.url}/custom`, options.parts)
  const { id } = library.engine.customServices.save({ service, replace: false })
  library.engine.settings.set({ dailyCapMicros: null })
  const profile = draftProfile(id, service.models[0]?.id ?? '', { width: 64, height: 64 })
  const start = (prompts: readonly string[], run: Partial<RunInput> = {}) =>
    runSheet(library, sheetOf(prompts), settingsFor([profile]), run)
  return {
    fake,
    library,
    start,
    async run(prompts, run) {
      const batchId = await start(prompts, run)
      await library.engine.generation.whenIdle(batchId)
      return library.engine.batches.get({ batchId })
    },
  }
}

/** HTTP calls that arrays came in. */
const callsOf = (fake: FakeProvider): number => new Set(fake.ledger().remoteIds).size

describe('described services as providers', () => {
  test('one is tried with a key before anything is stored; a paid one can be capped as a provider', async () => {
    const { library } = await openDesk('array')
    const fake = await startFakeProvider({ key: 'sk-canary-0123456789' })
    onTestFinished(() => fake.close())
    const { engine } = library
    const service = { ...services.poll(`${fake.url}/custom`), name: 'tried' }
    const places = () => [engine.providers.list().length, engine.customServices.list().services.length]
    const before = places()
    const test = (key: string | null) => engine.customServices.test({ service, key })
    expect(await test('sk-canary-wrong')).toMatchObject({ ok: false, message: expect.stringContaining('not accept') })
    expect(await test('sk-canary-0123456789')).toMatchObject({ ok: true, message: expect.stringContaining(fake.url) })
    expect(places()).toEqual(before)
    expect(fake.ledger().requests).toBe(0)
    expect(() => engine.customServices.test({ service: { ...service, baseUrl: 'ftp://x' }, key: null })).toThrow(
      /baseUrl/,
    )
    const local = engine.providers.list().filter(({ id, isLocal }) => id.startsWith('custom:') && isLocal)
    expect(local).toEqual([])
  })

  test('each is one of its own: listed, with limits, prices and keys; changed, removed, added again', async () => {
    const { library, fake } = await openDesk('array')
    const { engine } = library
    const other = services.poll(`${fake.url}/custom`)
    engine.customServices.save({ service: other, replace: false })
    expect(engine.providers.list().map(({ id }) => id)).toEqual(
      expect.arrayContaining(['sketch', 'custom:array', 'custom:poll']),
    )
    expect(() => engine.customServices.save({ service: other, replace: false })).toThrow(/already/)
    expect(() => engine.customServices.save({ service: { ...other, name: '' }, replace: true })).toThrow(
      /name: is lower-case/,
    )
    await engine.providers.setKey({ provider: 'custom:poll', key: 'sk-canary' })
    const changed = engine.customServices.save({ service: { ...other, label: 'Another' }, replace: true })
    expect([changed.label, changed.key]).toEqual(['Another', 'file'])
    // A key is bound to the address that it was entered for.
    expect(
      engine.customServices.save({ service: { ...other, baseUrl: 'https://evil.example' }, replace: true }).key,
    ).toBe('none-needed')
    // And to every place that it was said to go to: a description that sends it further does not get it.
    const further = { ...other, poll: { ...other.poll, origins: ['https://evil.example'] } }
    expect(engine.customServices.save({ service: further, replace: true }).key).toBe('none-needed')
    engine.customServices.remove({ name: 'poll' })
    expect(engine.providers.list().map(({ id }) => id)).not.toContain('custom:poll')
    expect(() => engine.customServices.remove({ name: 'poll' })).toThrow(/no service/)
    const again = await library.reopen()
    expect(again.engine.customServices.list().services.map(({ provider }) => provider)).toEqual(['custom:array'])
    expect(JSON.stringify(again.engine.customServices.list())).not.toContain('canary')
    expect(library.events).toContainEqual({ kind: 'providers-changed' })
  })

  test('one with unfinished requests stays; a removed one leaves its batch to be looked at', async () => {
    const { library, start, fake } = await openDesk('array', { fake: { latency: { kind: 'fixed', ms: 100 } } })
    const batchId = await start(many(3))
    expect(() => library.engine.customServices.remove({ name: 'array' })).toThrow(/3 unfinished requests/)
    await library.engine.generation.whenIdle(batchId)
    library.engine.customServices.remove({ name: 'array' })
    expect(library.engine.batches.get({ batchId }).drafts.done).toBe(3)
    const again = await library.reopen()
    expect(again.engine.batches.list()).toMatchObject([{ drafts: { done: 3 } }])
    expect(fake.ledger().pictures).toBe(3)
  })

  test('without a price it is held elsewhere and free on this machine; an edited template is a new wish', async () => {
    const bare = { models: [{ id: 'default', sizes: ['64x64'] }] }
    const { library, run, fake } = await openDesk('array', { parts: bare })
    expect((await run(many(2))).drafts).toMatchObject({ done: 2, held: 0 })
    const profile = draftProfile('custom:array', 'default', { width: 64, height: 64 })
    const plan = async () => {
      const bytesBase64 = Buffer.from(sheetOf(many(2))).toString('base64')
      const sheet = await library.engine.sheets.add({ name: 'a.csv', bytesBase64 })
      const settings = settingsFor([profile])
      return library.engine.generation.planDrafts({
        sheetId: sheet.id,
        settings,
        alwaysNew: false,
        pricePerImageMicros: null,
      })
    }
    expect(await plan()).toMatchObject({ requests: 0 })
    const service = services.array(`${fake.url}/custom`, bare)
    const item = { id: '{{id}}', prompt: 'a photo of {{prompt}}', size: '{{size}}', seed: '{{seed}}' }
    library.engine.customServices.save({ service: { ...service, array: { ...service.array, item } }, replace: true })
    expect(await plan()).toMatchObject({ requests: 2 })
    library.engine.customServices.save({ service: { ...service, baseUrl: 'https://far.example/v1' }, replace: true })
    const [far] = library.engine.providers.list().filter(({ id }) => id === 'custom:array')
    expect(far?.models[0]?.price.perImageMicros).toBeNull()
    library.engine.providers.setPrice({ provider: 'custom:array', model: 'default', perImageMicros: 7 })
    expect(
      library.engine.providers.list().find(({ id }) => id === 'custom:array')?.models[0]?.price.perImageMicros,
    ).toBe(7)
  })
})

describe('arrays', () => {
  test('many jobs go in few calls, each with its own picture and its own line in the ledger', async () => {
    const { fake, run } = await openDesk('array', { fake: { latency: { kind: 'fixed', ms: 20 } } })
    const status = await run(many(90))
    expect(status.drafts).toMatchObject({ done: 90, failed: 0, unknown: 0 })
    expect(status.settledMicros).toBe(90 * price)
    expect(fake.ledger()).toMatchObject({ requests: 90, pictures: 90, billedMicros: 90 * price })
    // Thirty a call, two calls at once; the last ones may go in smaller ones.
    expect(callsOf(fake)).toBeLessThanOrEqual(12)
    expect(Math.max(...sizesOf(fake))).toBe(30)
    expect(fake.ledger().maxInFlight).toBeLessThanOrEqual(60)
  })

  test('fails by the item, and settles by the item at what the service says', async () => {
    const { fake, run } = await openDesk('array', {
      fake: { tellCost: true, priceMicros: 30_000 },
      parts: { answer: { ...services.array('http://127.0.0.1:9').answer, cost: { at: '/cost', usd: '1' } } },
    })
    const prompts = [
      'good',
      'bad [[refused]]',
      'ill [[error-in-200]]',
      'gone [[no-data]]',
      'half [[picture as=half]]',
      'fine',
    ]
    const status = await run(prompts)
    expect(callsOf(fake)).toBe(1)
    expect(status.drafts).toMatchObject({ done: 2, failed: 3, unknown: 1 })
    // Refused and failed ones count in full where the description does not say that they are free; a broken one as told.
    expect(status.settledMicros).toBe(2 * 30_000 + 2 * price + 30_000)
    expect(status.unknownMicros).toBe(price)
    expect(fake.ledger().byPrompt['gone [[no-data]]']).toMatchObject({ requests: 1, pictures: 1 })
  })

  test('a lost call leaves all of it unknown: sent once, billed once, counted', async () => {
    const { fake, run, library } = await openDesk('array')
    const status = await run([...many(5), 'lost [[lost]]'])
    expect(status.drafts).toMatchObject({ done: 0, unknown: 6 })
    expect([status.unknownMicros, callsOf(fake)]).toEqual([6 * price, 1])
    expect(fake.ledger()).toMatchObject({ requests: 6, pictures: 6 })
    const again = await library.reopen()
    await again.engine.generation.whenIdle(status.batchId)
    expect(fake.ledger().requests).toBe(6)
  })

  test('a busy or failing service is asked again, unbilled; one failed call is one failure, however many were in it', async () => {
    const { fake, run, library } = await openDesk('array')
    const status = await run([...many(20), 'down [[503 times=1]]'])
    expect(status.drafts).toMatchObject({ done: 21, failed: 0, unknown: 0 })
    expect(status.settledMicros).toBe(21 * price)
    expect(fake.ledger().pictures).toBe(21)
    expect(library.engine.generation.queue().lanes.every(({ paused }) => paused === null)).toBe(true)

    const lane = new Lane('x', { concurrency: 4, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }, [])
    const failure = new Error('one call')
    for (let at = 0; at < 30; at++) lane.failed('down', at, failure)
    expect(lane.pause).toBeNull()
    for (let at = 0; at < 8; at++) lane.failed('down', at, new Error('another'))
    expect(lane.pause).not.toBeNull()
  })

  test('caps are never passed: an array holds only what there is money for', async () => {
    const { fake, run } = await openDesk('array')
    const status = await run(many(40), { capMicros: 7 * price + 1 })
    expect(status.drafts).toMatchObject({ done: 7, held: 33 })
    expect(fake.ledger()).toMatchObject({ requests: 7, billedMicros: 7 * price })
  })

  test('limits count pictures, whatever the number of calls', async () => {
    const factor = 30
    const { fake, run, library } = await openDesk('array', {
      engine: { clock: fastClock(factor) },
      parts: { limits: { concurrency: 2, requestsPerMinute: 10 } },
      fake: { limits: { windows: [{ requests: 10, ms: (60_000 * 0.7) / factor }] } },
    })
    const status = await run(many(25))
    expect(status.drafts).toMatchObject({ done: 25, failed: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 25, overLimit: 0 })
    expect(mostStartsWithin(library.folder, 60_000)).toBe(10)
    expect(callsOf(fake)).toBeLessThanOrEqual(8)
  }, 30_000)

  test('a stop sends nothing that still gathers, and waits for what is out', async () => {
    const { fake, start, library } = await openDesk('array', {
      // A second of real time: long enough to stop in.
      parts: { array: { ...services.array('http://127.0.0.1:9').array, gatherMs: 1000 } },
      engine: { clock: fastClock(1) },
    })
    const batchId = await start(many(4))
    const out = () =>
      library.engine.generation.queue().lanes.find(({ provider }) => provider === 'custom:array')?.running
    await expect.poll(out, { interval: 10 }).toBe(4)
    const again = await library.reopen({ clock: fastClock(20) })
    expect(fake.ledger().requests).toBe(0)
    await again.engine.generation.whenIdle(batchId)
    expect(again.engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 4, unknown: 0 }, unknownMicros: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 4, pictures: 4 })
  })
})

/** Requests by call. */
const sizesOf = (fake: FakeProvider): number[] =>
  [...Map.groupBy(fake.ledger().remoteIds, (id) => id).values()].map(({ length }) => length)

describe('submit and poll', () => {
  test('the next start goes on with what is under way, and pays once', async () => {
    const { fake, start, library } = await openDesk('poll', { fake: { latency: { kind: 'fixed', ms: 1_500 } } })
    const batchId = await start(many(2))
    await expect.poll(() => fake.ledger().remoteIds.length).toBe(2)
    const again = await library.reopen()
    await again.engine.generation.whenIdle(batchId)
    expect(again.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, unknown: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 2, pictures: 2 })
  })

  test('what is refused, fails or is lost', async () => {
    const { fake, run } = await openDesk('poll')
    const status = await run([
      'good',
      'bad [[refused]]',
      'ill [[error-in-200]]',
      'lost [[lost]]',
      'down [[503 times=1]]',
    ])
    expect(status.drafts).toMatchObject({ done: 2, failed: 2, unknown: 1 })
    // This description says that failures are free.
    expect([status.settledMicros, status.unknownMicros]).toEqual([2 * price, price])
    expect(fake.ledger().byPrompt['lost [[lost]]']).toMatchObject({ requests: 1 })
  })

  test('a picture at a private address is not opened, and a job at another host is not asked for', async () => {
    const { fake, run } = await openDesk('poll')
    const status = await run(['tricky [[url wrong=private]]'])
    expect([status.drafts.failed, fake.trippedCount()]).toEqual([1, 0])
    const seen: string[] = []
    const other = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers['x-api-key']}`)
      response.end('{}')
    })
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    onTestFinished(() => void other.close())
    const address = other.address()
    const place = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/jobs/1`
    const liar = createServer((_, response) => response.end(JSON.stringify({ job_id: '1', poll_url: place })))
    await new Promise<void>((done) => liar.listen(0, '127.0.0.1', done))
    onTestFinished(() => void liar.close())
    const at = liar.address()
    const base = `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`
    const library = await openTestLibrary({ clock: fastClock(20), env: { CUSTOM_POLL_API_KEY: 'sk-canary' } })
    const service: CustomService = services.poll(base)
    library.engine.customServices.save({ service, replace: false })
    library.engine.settings.set({ dailyCapMicros: null })
    const profile = draftProfile('custom:poll', 'default', { width: 64, height: 64 })
    const batchId = await runSheet(library, sheetOf(['a']), settingsFor([profile]))
    await library.engine.generation.whenIdle(batchId)
    // It was taken in and may cost: counted, never sent again.
    expect(library.engine.batches.get({ batchId })).toMatchObject({ drafts: { failed: 1 }, settledMicros: price })
    expect(seen).toEqual([])
  })
})
