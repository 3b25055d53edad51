import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import type { Provider } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import { serverError } from '#test/fake-provider/faults.ts'
import { fakeQueue } from '#test/fake-provider/queue-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

// Found by reading: each of these paid twice, lost a picture, or sent what nobody had priced.

const variants = { variants: 1, baseSeed: 0, mapping: { prompt: 'prompt' } }

/** The queue of the fake provider; what looking up does is the test's to say. */
function queueThatFinds(find: (found: () => Promise<unknown>) => Promise<unknown>): Provider {
  return {
    ...fakeQueue,
    open(settings, io) {
      const session = fakeQueue.open(settings, io)
      return {
        ...session,
        // The test gives back what the session found, or nothing.
        find: async (...call) =>
          (await find(async () => session.find?.(...call) ?? null)) as Awaited<
            ReturnType<NonNullable<typeof session.find>>
          >,
      }
    },
  }
}

describe('nothing is paid twice', () => {
  test('a failed job that is tried again takes the picture that another batch made meanwhile', async () => {
    const { library, fake, run } = await openPaidLibrary()
    fake.script('one', { kind: 'garbage' })
    const first = await run(['one'])
    expect(first.drafts).toMatchObject({ failed: 1 })
    const second = await run(['one'], {}, { ...variants, mapping: { prompt: 'prompt', id: 'prompt' } })
    expect(second.drafts.done).toBe(1)
    const sent = fake.ledger().requests
    library.engine.generation.retry({ batchId: first.batchId, only: null, jobIds: null })
    await library.engine.generation.whenIdle(first.batchId)
    expect(library.engine.batches.get({ batchId: first.batchId }).drafts).toMatchObject({ done: 1, failed: 0 })
    expect(fake.ledger().requests).toBe(sent)
  })

  test('a stop while a lost reply is looked up leaves it to the next start; it is not sent again', async () => {
    let isBlind = true
    const provider = queueThatFinds((found) => (isBlind ? Promise.resolve(null) : found()))
    const { library, fake, start } = await openPaidLibrary({
      queue: true,
      engine: { providers: [provider] },
      factor: 1,
    })
    fake.script('lost', { kind: 'lost' })
    const batchId = await start(['lost'])
    await expect.poll(() => fake.ledger().entries[0]?.endedMs ?? null).not.toBeNull()
    await delay(100)
    isBlind = true
    const again = await library.reopen()
    isBlind = false
    // Its look-up is spread over seconds: the next ask of it finds.
    await again.engine.generation.whenIdle(batchId)
    await expect.poll(() => again.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1 })
    const status = again.engine.batches.get({ batchId })
    expect(status).toMatchObject({ settledMicros: priceMicros, unknownMicros: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 1, billedMicros: priceMicros })
  })

  test('what is unknown in the library and found at the next start is done, and so are its twins', async () => {
    let isBlind = true
    const provider = queueThatFinds((found) => (isBlind ? Promise.resolve(null) : found()))
    const { library, fake, run } = await openPaidLibrary({ queue: true, engine: { providers: [provider] }, factor: 20 })
    fake.script('lost', { kind: 'lost' })
    const first = await run(['lost'])
    expect(first.drafts.unknown).toBe(1)
    const twin = await run(['lost'], {}, { ...variants, mapping: { prompt: 'prompt', id: 'prompt' } })
    expect(twin.drafts.held).toBe(1)
    isBlind = false
    const { engine } = await library.reopen({ clock: fastClock(1) })
    await expect.poll(() => engine.batches.get({ batchId: first.batchId }).drafts.done).toBe(1)
    expect(engine.batches.get({ batchId: first.batchId })).toMatchObject({
      drafts: { done: 1, unknown: 0 },
      settledMicros: priceMicros,
    })
    expect(engine.batches.get({ batchId: twin.batchId }).drafts).toMatchObject({ done: 1, held: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 1, billedMicros: priceMicros })
  })

  test('an unknown request that turns out to be refused frees its twins elsewhere', async () => {
    let isBlind = true
    const provider = queueThatFinds(() =>
      isBlind ? Promise.resolve(null) : Promise.reject(new AppError('content-policy', 'No.', { billed: false })),
    )
    const { library, fake, run } = await openPaidLibrary({ queue: true, engine: { providers: [provider] }, factor: 20 })
    fake.script('lost', { kind: 'lost' })
    const first = await run(['lost'])
    const twin = await run(['lost'], {}, { ...variants, mapping: { prompt: 'prompt', id: 'prompt' } })
    expect(twin.drafts.held).toBe(1)
    isBlind = false
    const { engine } = await library.reopen({ clock: fastClock(1) })
    await expect.poll(() => engine.batches.get({ batchId: first.batchId }).drafts.unknown).toBe(0)
    await engine.generation.whenIdle(twin.batchId)
    expect(engine.batches.get({ batchId: first.batchId }).drafts).toMatchObject({ failed: 1, unknown: 0 })
    expect(engine.batches.get({ batchId: twin.batchId }).drafts).toMatchObject({ done: 1, held: 0 })
    expect(fake.ledger().requests).toBe(2)
  })

  test('a person who says retry while it is looked up gets one new request, whatever the look-up says later', async () => {
    const { promise: told, resolve: tell } = Promise.withResolvers<void>()
    let isBlind = true
    const provider = queueThatFinds(async (found) => {
      if (isBlind) return null
      await told
      return found()
    })
    const { library, fake, run } = await openPaidLibrary({ queue: true, engine: { providers: [provider] }, factor: 20 })
    fake.script('lost', { kind: 'lost' })
    const first = await run(['lost'])
    isBlind = false
    const { engine } = await library.reopen({ clock: fastClock(1) })
    const [group] = engine.generation.failures({ batchId: first.batchId }).groups
    expect(engine.generation.resolveUnknown({ jobIds: group?.jobIds ?? [], action: 'retry' })).toEqual({ resolved: 1 })
    await engine.generation.whenIdle(first.batchId)
    tell()
    await delay(200)
    expect(engine.batches.get({ batchId: first.batchId })).toMatchObject({
      drafts: { done: 1, unknown: 0, failed: 0 },
      settledMicros: priceMicros,
      unknownMicros: priceMicros,
    })
    expect(fake.ledger()).toMatchObject({ requests: 2, billedMicros: 2 * priceMicros })
  })

  test('a free request that was out at a stop is looked up before it is sent again', async () => {
    let isBlind = true
    const provider = queueThatFinds((found) => (isBlind ? Promise.resolve(null) : found()))
    const { library, fake, start } = await openPaidLibrary({
      queue: true,
      engine: { providers: [provider] },
      settings: { priceMicros: 0 },
      fake: { priceMicros: 0 },
      factor: 1,
    })
    fake.script('lost', { kind: 'lost' })
    const batchId = await start(['lost'])
    await expect.poll(() => fake.ledger().entries[0]?.endedMs ?? null).not.toBeNull()
    await delay(100)
    const again = await library.reopen()
    isBlind = false
    await again.engine.generation.whenIdle(batchId)
    expect(again.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1, unknown: 0 })
    expect(fake.ledger().requests).toBe(1)
  })
})

describe('nothing is sent without a price', () => {
  test('a failed tile asked for again from a model that nobody has priced is held', async () => {
    const { library, fake, run } = await openPaidLibrary({
      engine: { providers: [openaiCompatible, fakeQueue] },
      fake: { fault: ({ prompt }) => (prompt === 'bad' ? { kind: 'refused', status: 400 } : null) },
    })
    const { engine } = library
    engine.providers.configure({ provider: 'fake-queue', settings: { baseUrl: fake.url, priceMicros: null } })
    const status = await run(['bad'])
    const [group] = engine.generation.failures({ batchId: status.batchId }).groups
    await engine.generation.editPrompt({
      tileId: group?.tileIds[0] ?? 0,
      prompt: 'good',
      profile: draftProfile('fake-queue', 'fake-queue', { width: 64, height: 64 }),
      references: null,
    })
    await engine.generation.whenIdle(status.batchId)
    expect(engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ held: 1, done: 0 })
    expect(fake.ledger().requests).toBe(1)
    engine.generation.release({ batchId: status.batchId, reason: 'no-price' })
    await engine.generation.whenIdle(status.batchId)
    expect(fake.ledger().requests).toBe(1)
    engine.providers.setPrice({ provider: 'fake-queue', model: 'fake-queue', perImageMicros: priceMicros })
    await engine.generation.whenIdle(status.batchId)
    expect(engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ held: 0, done: 1 })
  })

  test('a fall-back to a model that nobody has priced is held', async () => {
    const { library, fake, run } = await openPaidLibrary({
      engine: { providers: [openaiCompatible, fakeQueue] },
      factor: 100,
      fake: { fault: ({ model }) => (model === 'fake-image' ? serverError(503) : null) },
    })
    library.engine.providers.configure({ provider: 'fake-queue', settings: { baseUrl: fake.url, priceMicros: null } })
    const status = await run(['one'], {}, { fallbacks: [draftProfile('fake-queue', 'fake-queue')] })
    expect(status.drafts).toMatchObject({ held: 1, done: 0 })
    expect(fake.ledger().entries.filter((entry) => entry.remoteId !== null)).toEqual([])
  })
})

describe('what the far end says of a job', () => {
  test('failed there and not charged: sent again, three times at most', async () => {
    const { library, fake, run } = await openPaidLibrary({ queue: true })
    fake.script('twice', { kind: 'error-in-200' }, { kind: 'error-in-200' })
    fake.script('always', ...Array.from({ length: 9 }, () => ({ kind: 'error-in-200' }) as const))
    const status = await run(['twice', 'always', 'fine'])
    expect(status.drafts).toMatchObject({ done: 2, failed: 1, unknown: 0 })
    expect(fake.ledger().byPrompt.twice).toMatchObject({ requests: 3, billedMicros: priceMicros })
    expect(fake.ledger().byPrompt.always).toMatchObject({ requests: 4, billedMicros: 0 })
    expect(status.settledMicros).toBe(fake.ledger().billedMicros)
    expect(library.engine.generation.failures({ batchId: status.batchId }).groups).toMatchObject([
      { code: 'model-failed', count: 1 },
    ])
  })

  test('stopped there by a person: canceled with its twin, not failed, not charged, not sent again', async () => {
    const { library, fake, start } = await openPaidLibrary({
      queue: true,
      factor: 1,
      fake: { latency: { kind: 'fixed', ms: 600 } },
    })
    const batchId = await start(['stop me', 'stop me', 'fine'])
    await expect.poll(() => fake.ledger().remoteIds.length).toBe(2)
    const [stopped] = fake.ledger().entries.filter((entry) => entry.prompt === 'stop me')
    await fetch(`${fake.url}/queue/jobs/${stopped?.remoteId}`, { method: 'DELETE' })
    await library.engine.generation.whenIdle(batchId)
    expect(library.engine.batches.get({ batchId })).toMatchObject({
      drafts: { canceled: 2, done: 1, failed: 0, unknown: 0, left: 0 },
      settledMicros: priceMicros,
      reservedMicros: 0,
    })
    await expect.poll(() => fake.ledger().entries.some((entry) => entry.canceled)).toBe(true)
    expect(fake.ledger()).toMatchObject({ requests: 2, billedMicros: priceMicros })
  })
})

test('a refused connection is no request: nothing was sent', async () => {
  const { library, fake, run } = await openPaidLibrary({ factor: 100 })
  await fake.goOffline()
  const status = await run(['one', 'two'])
  expect(status).toMatchObject({ requests: 0, settledMicros: 0, drafts: { done: 0 } })
  await fake.comeBack()
  const { engine } = library
  engine.generation.retry({ batchId: status.batchId, only: null, jobIds: null })
  await expect.poll(() => engine.batches.get({ batchId: status.batchId }).drafts.done).toBe(2)
  expect(engine.batches.get({ batchId: status.batchId }).requests).toBe(2)
  expect(fake.ledger().requests).toBe(2)
})

test('what starts is reserved at the price of now, also where nobody raised what waits', async () => {
  const { library, start } = await openPaidLibrary({ queue: true })
  const { engine } = library
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'fake-queue' } })
  const batchId = await start(['a red shoe', 'a blue shoe'], { capMicros: 3 * priceMicros })
  engine.providers.configure({ provider: 'fake-queue', settings: { priceMicros: 2 * priceMicros } })
  engine.generation.control({ action: 'resume', of: { kind: 'provider', provider: 'fake-queue' } })
  await engine.generation.whenIdle(batchId)
  // At the old price both would fit under the cap; at the new one the second does not.
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1, held: 1 })
})
