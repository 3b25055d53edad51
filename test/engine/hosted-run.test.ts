import { expect, onTestFinished, test } from 'vitest'
import { bfl } from '#engine/providers/bfl/bfl.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const key = 'sk-canary-0123456789'
const profiles = {
  fal: draftProfile('fal', 'fal-ai/flux/schnell', { width: 512, height: 512 }),
  replicate: draftProfile('replicate', 'black-forest-labs/flux-schnell', { width: 512, height: 512 }),
  stability: draftProfile('stability', 'core', { width: 1248, height: 1248 }),
  bfl: draftProfile('bfl', 'flux-2-klein-4b', { width: 512, height: 512 }),
  recraft: draftProfile('recraft', 'recraftv4_1', { width: 1024, height: 1024 }),
}

async function openHosted(options: FakeProviderOptions = {}): Promise<{ fake: FakeProvider; library: TestLibrary }> {
  const fake = await startFakeProvider({ key, priceMicros: 3_000, ...options })
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({
    providers: [fal, replicate, stability, bfl, recraft],
    clock: fastClock(20),
    env: { FAL_KEY: key, REPLICATE_API_TOKEN: key, STABILITY_API_KEY: key, BFL_API_KEY: key, RECRAFT_API_KEY: key },
  })
  const { engine } = library
  const configure = (provider: string, settings: Record<string, string | number>) =>
    engine.providers.configure({ provider, settings })
  const pollSeconds = 0.2
  configure('fal', { baseUrl: `${fake.url}/fal-queue`, platformUrl: `${fake.url}/fal-platform/v1`, pollSeconds })
  configure('replicate', { baseUrl: `${fake.url}/replicate/v1`, pollSeconds })
  configure('stability', { baseUrl: `${fake.url}/stability` })
  configure('bfl', { baseUrl: `${fake.url}/bfl`, pollSeconds })
  configure('recraft', { baseUrl: `${fake.url}/recraft/v1` })
  engine.settings.set({ dailyCapMicros: null })
  return { fake, library }
}

test('one sheet with five services at once: every picture is made once, and settled as each service says', async () => {
  const { fake, library } = await openHosted({ latency: { kind: 'fixed', ms: 20 } })
  const prompts = Array.from({ length: 6 }, (_, n) => `a shoe in colour ${n}`)
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor(Object.values(profiles)))
  await library.engine.generation.whenIdle(batchId)
  const batch = library.engine.batches.get({ batchId })
  expect(batch.drafts).toMatchObject({ done: 30, failed: 0, unknown: 0, held: 0, left: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 30, pictures: 30 })
  // Catalogue prices for three of them; the services' own figures for BFL and Recraft.
  const settled = (each: number) => each * prompts.length
  expect(batch.settledMicros).toBe(settled(3_000) + settled(3_000) + settled(30_000) + settled(3_000) + settled(3_000))
})

test.each(['fal', 'replicate'] as const)(
  '%s: a lost reply is looked up and paid once, a garbled one too',
  async (name) => {
    const { fake, library } = await openHosted()
    const prompts = ['lost [[lost times=1]]', 'garbled [[garbage times=1]]', 'cut [[cut how=length times=1]]', 'good']
    const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profiles[name]]))
    await library.engine.generation.whenIdle(batchId)
    expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 4, failed: 0, unknown: 0 })
    expect(fake.ledger()).toMatchObject({ requests: 4, pictures: 4 })
  },
)

test.each(['stability', 'bfl', 'recraft'] as const)(
  '%s: a lost reply waits for a person, and is not sent again',
  async (name) => {
    const { fake, library } = await openHosted()
    const batchId = await runSheet(library, sheetOf(['lost [[lost times=1]]', 'good']), settingsFor([profiles[name]]))
    await library.engine.generation.whenIdle(batchId)
    expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1, unknown: 1 })
    expect(fake.ledger()).toMatchObject({ requests: 2, pictures: 2 })
  },
)

test.each(['fal', 'replicate', 'bfl'] as const)('%s: the next start goes on with what is under way', async (name) => {
  const { fake, library } = await openHosted({ latency: { kind: 'fixed', ms: 1_500 } })
  const batchId = await runSheet(library, sheetOf(['a red shoe', 'a blue cup']), settingsFor([profiles[name]]))
  await expect.poll(() => fake.ledger().remoteIds.length).toBe(2)
  const again = await library.reopen()
  await again.engine.generation.whenIdle(batchId)
  expect(again.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, unknown: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 2, pictures: 2 })
})

test.each(['fal', 'replicate', 'stability', 'bfl', 'recraft'] as const)('%s: busy, down and refusing', async (name) => {
  const { fake, library } = await openHosted()
  const prompts = ['busy [[429 seconds=1 times=1]]', 'down [[503 times=2]]', 'never [[refused]]', 'good']
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profiles[name]]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 3, failed: 1, unknown: 0 })
  expect(fake.ledger().byPrompt).toMatchObject({
    'busy [[429 seconds=1 times=1]]': { requests: 2, pictures: 1 },
    'down [[503 times=2]]': { requests: 3, pictures: 1 },
    'never [[refused]]': { requests: 1, pictures: 0 },
  })
})

test.each(['fal', 'replicate', 'bfl'] as const)(
  '%s: an address that has expired is told, counted and not paid again',
  async (name) => {
    const { fake, library } = await openHosted()
    const batchId = await runSheet(library, sheetOf(['gone [[url wrong=expired]]']), settingsFor([profiles[name]]))
    await library.engine.generation.whenIdle(batchId)
    const batch = library.engine.batches.get({ batchId })
    expect([batch.drafts.failed, batch.settledMicros > 0]).toEqual([1, true])
    expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
  },
)

test('approved drafts are enlarged by a hosted upscaler, at its price', async () => {
  const { fake, library } = await openHosted({ priceMicros: 4_000 })
  const { engine } = library
  const batchId = await runSheet(library, sheetOf(['a red shoe']), settingsFor([profiles.fal]))
  await engine.generation.whenIdle(batchId)
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const draft = engine.tiles.many({ tileIds: ids })[0]?.image
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'rows:1' }, verb: { kind: 'approve' } })
  for (const [provider, model] of [
    ['recraft', 'crispUpscale'],
    ['fal', 'fal-ai/clarity-upscaler'],
  ] as const) {
    const profile = { kind: 'upscale' as const, provider, model, width: null, height: null, scale: 2 }
    const targets = { kind: 'images' as const, imageIds: [draft?.id ?? 0] }
    const plan = await engine.generation.planFinals({ batchId, targets, profile, scale: 2 })
    await engine.generation.run({
      planId: plan.planId,
      highestMicros: plan.highestMicros,
      name: null,
      first: null,
      capMicros: null,
    })
    await engine.generation.whenIdle(batchId)
  }
  const [tile] = engine.tiles.many({ tileIds: ids })
  expect(tile?.finals.map(({ width }) => width)).toEqual([1024, 1024])
  expect(fake.ledger()).toMatchObject({ requests: 3, pictures: 3 })
})
