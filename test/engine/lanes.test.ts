import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Lane } from '#engine/generation/running/lane.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { serverError, tooMany } from '#test/fake-provider/faults.ts'
import { fastClock } from './fast-clock.ts'
import { mostStartsWithin } from './ledger-starts.ts'
import { draftProfile, runSheet, settingsFor, sheetOf } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

const many = (count: number) => Array.from({ length: count }, (_, at) => `prompt ${at}`)

describe('limits', () => {
  test('never more requests at once than the provider allows, and as many where there is work', async () => {
    const { fake, run } = await openPaidLibrary({
      settings: { concurrency: 5 },
      fake: { latency: { kind: 'fixed', ms: 20 } },
    })
    const status = await run(many(40))
    expect(status.drafts.done).toBe(40)
    expect(fake.ledger().maxInFlight).toBe(5)
  })

  test('so many a minute, exactly: none over, also after a restart', async () => {
    // A minute takes two seconds here. What is exact is our own count of starts; the fake's minute is shorter, because on a
    // busy machine a request's way takes different times, and at this speed that counts thirty-fold.
    const factor = 30
    const clock = fastClock(factor)
    const { library, fake, run } = await openPaidLibrary({
      engine: { clock },
      settings: { concurrency: 8, requestsPerMinute: 10 },
      fake: { limits: { windows: [{ requests: 10, ms: (60_000 * 0.7) / factor }] } },
    })
    const status = await run(many(15))
    expect(status.drafts.done).toBe(15)
    expect(fake.ledger()).toMatchObject({ requests: 15, overLimit: 0 })

    const again = await library.reopen({ clock: fastClock(factor, clock.now()) })
    const profile = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
    const batchId = await runSheet(again, sheetOf(many(8).map((text) => `${text} again`)), settingsFor([profile]))
    await again.engine.generation.whenIdle(batchId)
    expect(fake.ledger()).toMatchObject({ requests: 23, overLimit: 0 })
    expect(mostStartsWithin(library.folder, 60_000)).toBe(10)
  })

  test('a window per hour and per day is held as well, and a clock set back counts as no time passed', () => {
    const limits = { concurrency: 100, requestsPerMinute: null, imagesPerHour: 3, imagesPerDay: 5 }
    const hour = 3_600_000
    const lane = new Lane('x', limits, [1000, 2000, 3000])
    expect(lane.freeFromMs(4000)).toBeGreaterThanOrEqual(1000 + hour)
    const full = new Lane('x', limits, [0, 1, 2 * hour, 2 * hour + 1, 4 * hour])
    expect(full.freeFromMs(5 * hour)).toBeGreaterThanOrEqual(24 * hour)
  })

  test('a 429 without configured limits teaches the lane its rate; it grows again when nothing is refused', () => {
    const lane = new Lane('x', { concurrency: 4, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }, [])
    const job = (id: number) => ({ id }) as Parameters<Lane['start']>[0]
    expect(lane.perMinute).toBeNull()
    for (let id = 0; id < 30; id++) lane.start(job(id), id * 100, () => Promise.resolve())
    lane.refused(57_000, 3000)
    expect(lane.freeFromMs(3000)).toBeGreaterThanOrEqual(60_000)
    expect(lane.perMinute).toBe(29)
    lane.answered(100, 130_000)
    expect(lane.perMinute).toBe(32)
  })

  test('time without anything to send teaches no rate: neither that before a start nor that between two batches', () => {
    const limits = { concurrency: 4, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }
    const job = (id: number) => ({ id }) as Parameters<Lane['start']>[0]
    // Twenty requests in the minute before, of another process or of a batch that is over.
    const before = Array.from({ length: 20 }, (_, at) => at * 1000)
    const restarted = new Lane('x', limits, before)
    const idle = new Lane('x', limits, [])
    const over = before.map((_, at) => job(at))
    for (const [at, each] of over.entries()) idle.start(each, at * 1000, () => Promise.resolve())
    for (const each of over) idle.ended(each)
    for (const lane of [restarted, idle]) {
      const jobs = Array.from({ length: 10 }, (_, at) => job(100 + at))
      for (const [at, each] of jobs.entries()) lane.start(each, 40_000 + at * 10, () => Promise.resolve())
      lane.refused(50, 40_100)
      // Nine let in within 150 ms.
      expect(lane.perMinute).toBe(3600)
    }
  })

  test('headers teach the lane its limits, and none left means waiting until they are back', () => {
    const lane = new Lane('x', { concurrency: 4, requestsPerMinute: 500, imagesPerHour: null, imagesPerDay: null }, [])
    lane.learn(
      {
        'x-ratelimit-limit-requests': '50',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m0s',
      },
      1000,
    )
    expect(lane.perMinute).toBe(50)
    expect(lane.freeFromMs(1000)).toBe(61_000)
    // A request is a picture, so the images of a minute count as well; BFL's 24 in flight are no rate.
    lane.learn({ 'x-ratelimit-limit-images': '20', 'x-ratelimit-limit-requests': '50' }, 1000)
    expect(lane.perMinute).toBe(20)
    lane.learn({ 'x-ratelimit-limit': '24', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, 1000)
    expect([lane.perMinute, lane.freeFromMs(1000)]).toEqual([20, 61_000])
  })

  test('slots are halved only when most of the last 20 answers were 429, and grow back by ones', () => {
    const lane = new Lane('x', { concurrency: 8, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }, [])
    for (let at = 0; at < 10; at++) lane.refused(0, at)
    expect(lane.concurrency).toBe(8)
    for (let at = 0; at < 10; at++) lane.refused(0, at)
    expect(lane.concurrency).toBe(4)
    lane.answered(1, 1)
    expect(lane.concurrency).toBe(5)
    lane.answered(1, 1)
    expect(lane.concurrency).toBe(6)
  })
})

describe('limits changed under way', () => {
  test('more slots are used at once, fewer as soon as those that are too many have ended', async () => {
    const { library, fake, start } = await openPaidLibrary({
      settings: { concurrency: 1 },
      factor: 1,
      fake: { latency: { kind: 'fixed', ms: 300 } },
    })
    const { engine } = library
    const provider = 'openai-compatible'
    const batchId = await start(many(40))
    await expect.poll(() => fake.ledger().requests).toBeGreaterThan(2)
    expect(fake.ledger().maxInFlight).toBe(1)
    engine.providers.configure({ provider, settings: { concurrency: 6 } })
    await expect.poll(() => fake.ledger().maxInFlight).toBe(6)
    engine.providers.configure({ provider, settings: { concurrency: 2 } })
    const inFlight = () => fake.ledger().entries.filter((entry) => entry.endedMs === null).length
    await expect.poll(inFlight).toBeLessThanOrEqual(2)
    for (let looks = 0; looks < 20; looks++) {
      expect(inFlight()).toBeLessThanOrEqual(2)
      await delay(20)
    }
    engine.generation.control({ action: 'cancel', of: { kind: 'batch', batchId } })
    await engine.generation.whenIdle(batchId)
    expect(engine.batches.get({ batchId }).settledMicros).toBe(fake.ledger().billedMicros)
  })

  test('a rate that is entered while a run goes on holds from then on', async () => {
    const { library, fake, start } = await openPaidLibrary({
      settings: { concurrency: 2 },
      factor: 1,
      fake: { latency: { kind: 'fixed', ms: 20 } },
    })
    await start(many(100))
    await expect.poll(() => fake.ledger().requests).toBeGreaterThan(9)
    library.engine.providers.configure({ provider: 'openai-compatible', settings: { requestsPerMinute: 5 } })
    // Two may be on their way; without the rate some twenty would follow.
    const sent = fake.ledger().requests
    await delay(400)
    expect(fake.ledger().requests).toBeLessThanOrEqual(sent + 2)
    expect(library.engine.generation.queue().lanes[0]).toMatchObject({ perMinute: 5, waitUntilMs: expect.any(Number) })
  })
})

test('after a sleep a lane starts nothing for a moment, then one request shows the way', () => {
  const lane = new Lane('x', { concurrency: 4, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }, [])
  lane.wake(10_000)
  expect(lane.freeFromMs(10_000)).toBe(13_000)
  expect(lane.concurrency).toBe(1)
  lane.answered(100, 14_000)
  expect(lane.concurrency).toBe(4)
})

describe('a provider that is down', () => {
  test('pauses by itself with one message after several jobs, asks again by itself, and nothing is charged twice', async () => {
    let isDown = true
    const { library, fake, start } = await openPaidLibrary({
      factor: 100,
      settings: { concurrency: 4 },
      fake: { fault: () => (isDown ? serverError(503) : null) },
    })
    const batchId = await start(many(30))
    await library.engine.generation.whenIdle(batchId)
    const [lane] = library.engine.generation.queue().lanes
    expect(lane?.paused).toMatchObject({ code: 'provider-unavailable' })
    expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ failed: 0, left: 30 })
    const asked = fake.ledger().requests
    expect(asked).toBeLessThan(30)
    isDown = false
    await expect.poll(() => library.engine.batches.get({ batchId }).drafts.done).toBe(30)
    const status = library.engine.batches.get({ batchId })
    expect(status.settledMicros).toBe(30 * priceMicros)
    expect(fake.ledger().billedMicros).toBe(30 * priceMicros)
  })

  test('with a fall-back named, jobs go to the next model and the tile says where they were meant to go', async () => {
    const { library, fake, run } = await openPaidLibrary({
      engine: { providers: [openaiCompatible, sketch] },
      factor: 100,
      fake: { fault: () => serverError(503) },
    })
    const status = await run(many(12), {}, { fallbacks: [draftProfile('sketch', 'sketch')] })
    expect(status.drafts).toMatchObject({ done: 12, failed: 0 })
    expect(fake.ledger().billedMicros).toBe(0)
    expect(status.settledMicros).toBe(0)
    const { ids } = library.engine.tiles.ids({ batchId: status.batchId, filter: {}, order: 'sheet' })
    const [tile] = library.engine.tiles.many({ tileIds: ids })
    expect(tile).toMatchObject({ provider: 'sketch', movedFrom: 'openai-compatible/fake-image' })
  })

  test('a refused prompt never moves by itself', async () => {
    const { run } = await openPaidLibrary({
      engine: { providers: [openaiCompatible, sketch] },
      fake: { fault: ({ prompt }) => (prompt === 'refused' ? { kind: 'refused', status: 400 } : null) },
    })
    const status = await run(['refused', 'fine'], {}, { fallbacks: [draftProfile('sketch', 'sketch')] })
    expect(status.drafts).toMatchObject({ done: 1, failed: 1 })
  })
})

test('one provider that waits does not slow another', async () => {
  const { library, fake, start } = await openPaidLibrary({
    engine: { providers: [openaiCompatible, sketch] },
    factor: 1,
    fake: { fault: (_request, attempt) => (attempt === 1 ? tooMany('seconds', 30) : null) },
  })
  const slow = await start(['one'])
  const quick = await runSheet(
    library,
    sheetOf(many(5)),
    settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })]),
  )
  await expect.poll(() => library.engine.batches.get({ batchId: quick }).drafts.done).toBe(5)
  // The other one still waits its half a minute.
  expect(library.engine.batches.get({ batchId: slow }).drafts).toMatchObject({ done: 0, left: 1 })
  expect(fake.ledger().requests).toBe(1)
  library.engine.generation.control({ action: 'cancel', of: { kind: 'batch', batchId: slow } })
  expect(fake.ledger().billedMicros).toBe(0)
})

test('models side by side, rotated, and named by a row', async () => {
  const { library } = await openPaidLibrary({ engine: { providers: [openaiCompatible, sketch] } })
  const paid = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
  const free = draftProfile('sketch', 'sketch', { width: 64, height: 64 })
  const modelsOf = async (text: string, parts: Parameters<typeof settingsFor>[1]) => {
    const batchId = await runSheet(library, text, settingsFor([paid, free], parts))
    await library.engine.generation.whenIdle(batchId)
    const { ids } = library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    return library.engine.tiles
      .many({ tileIds: ids })
      .map((tile) => tile.provider.charAt(0))
      .join('')
  }
  expect(await modelsOf(sheetOf(['a', 'b']), {})).toBe('osos')
  expect(await modelsOf(sheetOf(many(6)), { rotateEvery: 2 })).toBe('oossoo')
  expect(
    await modelsOf(sheetOf(['c,sketch/sketch', 'd,'], 'prompt,model'), {
      mapping: { prompt: 'prompt', model: 'model' },
      rotateEvery: 10,
    }),
  ).toBe('so')
})

describe('stopping', () => {
  test('nothing new is sent, paid requests that are out are waited for and kept', async () => {
    const { library, fake, start } = await openPaidLibrary({
      factor: 1,
      settings: { concurrency: 3 },
      fake: { latency: { kind: 'fixed', ms: 300 } },
    })
    const batchId = await start(many(20))
    await expect.poll(() => fake.ledger().requests).toBe(3)
    const again = await library.reopen({ readOnly: true })
    expect(fake.ledger().requests).toBe(3)
    expect(again.engine.batches.get({ batchId })).toMatchObject({
      settledMicros: 3 * priceMicros,
      drafts: { done: 3, left: 17, unknown: 0 },
    })
  })

  test('a second stop leaves at once, and what was out is unknown, held and counted', async () => {
    const { library, fake, start } = await openPaidLibrary({
      factor: 1,
      settings: { concurrency: 2 },
      fake: { latency: { kind: 'fixed', ms: 25_000 } },
    })
    const batchId = await start(many(5))
    await expect.poll(() => fake.ledger().requests).toBe(2)
    const started = performance.now()
    const closing = library.engine.close()
    await delay(50)
    library.engine.abandonNow()
    await closing
    expect(performance.now() - started).toBeLessThan(10_000)
    const { engine } = await library.reopen({ readOnly: true })
    expect(engine.batches.get({ batchId })).toMatchObject({
      unknownMicros: 2 * priceMicros,
      drafts: { unknown: 2, left: 3 },
    })
  })

  test('a job with a handle is followed again after a restart and never submitted twice', async () => {
    const { library, fake, start } = await openPaidLibrary({
      queue: true,
      factor: 1,
      settings: { concurrency: 2 },
      fake: { latency: { kind: 'fixed', ms: 500 } },
    })
    const batchId = await start(['one', 'two'])
    await expect.poll(() => fake.ledger().remoteIds.length).toBe(2)
    await delay(50)
    const { engine } = await library.reopen()
    await engine.generation.whenIdle(batchId)
    expect(engine.batches.get({ batchId })).toMatchObject({
      requests: 2,
      settledMicros: 2 * priceMicros,
      drafts: { done: 2, unknown: 0 },
    })
    expect(fake.ledger().billedMicros).toBe(2 * priceMicros)
  })

  test('pause, resume, front and cancel do what they say', async () => {
    const { library, fake, start } = await openPaidLibrary({
      factor: 1,
      settings: { concurrency: 1 },
      fake: { latency: { kind: 'fixed', ms: 30 } },
    })
    const { engine } = library
    const first = await start(many(30))
    engine.generation.control({ action: 'pause', of: { kind: 'batch', batchId: first } })
    await engine.generation.whenIdle(first)
    const paused = fake.ledger().requests
    expect(engine.generation.queue().batches[0]).toMatchObject({ paused: true })
    const second = await start(['urgent'])
    await engine.generation.whenIdle(second)
    expect(fake.ledger().requests).toBe(paused + 1)
    engine.generation.control({ action: 'resume', of: { kind: 'batch', batchId: first } })
    const third = await start(['more urgent', 'also'])
    engine.generation.control({ action: 'front', of: { kind: 'batch', batchId: third } })
    await expect.poll(() => engine.batches.get({ batchId: third }).drafts.done).toBe(2)
    expect(engine.batches.get({ batchId: first }).drafts.left).toBeGreaterThan(10)
    engine.generation.control({ action: 'cancel', of: { kind: 'batch', batchId: first } })
    await engine.generation.whenIdle(first)
    const status = engine.batches.get({ batchId: first })
    expect(status.drafts.left).toBe(0)
    expect(status.drafts.canceled + status.drafts.done).toBe(30)
  })
})
