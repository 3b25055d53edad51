import { expect, onTestFinished, test } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const key = 'sk-canary-0123456789'
const size = { width: 1024, height: 1024 }
const profiles = {
  openai: draftProfile('openai', 'gpt-image-2.5-flare', { ...size, quality: 'low' }),
  gemini: draftProfile('gemini', 'gemini-nano-banana-2.1', { ...size, quality: 'minimal' }),
  xai: draftProfile('xai', 'grok-imagine-image-2.0', { ...size, quality: 'low' }),
}

async function openHosted(options: FakeProviderOptions = {}): Promise<{ fake: FakeProvider; library: TestLibrary }> {
  const fake = await startFakeProvider({ key, ...options })
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({
    providers: [openai, gemini, xai],
    clock: fastClock(20),
    env: { OPENAI_API_KEY: key, GEMINI_API_KEY: key, XAI_API_KEY: key },
  })
  const { engine } = library
  for (const provider of ['openai', 'gemini', 'xai']) {
    const path = provider === 'gemini' ? 'v1beta' : 'v1'
    engine.providers.configure({
      provider,
      settings: { baseUrl: `${fake.url}/${provider}/${path}`, requestsPerMinute: null },
    })
  }
  engine.settings.set({ dailyCapMicros: null })
  return { fake, library }
}

test('one sheet with three services at once costs what their tokens and ticks say, to the micro', async () => {
  const { fake, library } = await openHosted()
  const prompts = ['a red shoe', 'a blue cup', 'a green hat']
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor(Object.values(profiles)))
  await library.engine.generation.whenIdle(batchId)
  const batch = library.engine.batches.get({ batchId })
  expect(batch.drafts).toMatchObject({ done: 9, failed: 0, unknown: 0, held: 0, left: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 9, pictures: 9 })
  expect(batch.settledMicros).toBe(fake.ledger().billedMicros)
})

test.each(['openai', 'gemini', 'xai'] as const)(
  '%s: busy, down, refusing, lost: nothing is paid twice, and a lost reply waits for a person',
  async (name) => {
    const { fake, library } = await openHosted()
    const prompts = [
      'busy [[429 seconds=1 times=1]]',
      'down [[503 times=2]]',
      'never [[refused]]',
      'lost [[lost times=1]]',
      'gone [[504 times=1]]',
      'good',
    ]
    const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profiles[name]]))
    await library.engine.generation.whenIdle(batchId)
    const batch = library.engine.batches.get({ batchId })
    expect(batch.drafts).toMatchObject({ done: 3, failed: 1, unknown: 2 })
    const { byPrompt } = fake.ledger()
    expect(byPrompt).toMatchObject({
      'busy [[429 seconds=1 times=1]]': { requests: 2, pictures: 1 },
      'down [[503 times=2]]': { requests: 3, pictures: 1 },
      'never [[refused]]': { requests: 1, pictures: 0 },
      'lost [[lost times=1]]': { requests: 1, pictures: 1 },
      'gone [[504 times=1]]': { requests: 1, pictures: 0 },
      good: { requests: 1, pictures: 1 },
    })
    const lost = byPrompt['lost [[lost times=1]]']?.billedMicros ?? 0
    expect(batch.settledMicros).toBe(fake.ledger().billedMicros - lost)
  },
)

test.each(['openai', 'gemini', 'xai'] as const)('%s: a wrong key pauses it, and no job is lost', async (name) => {
  const { fake, library } = await openHosted({ key: 'another key' })
  const batchId = await runSheet(library, sheetOf(['a', 'b', 'c']), settingsFor([profiles[name]]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 0, failed: 0, unknown: 0 })
  expect(fake.ledger().pictures).toBe(0)
  expect(fake.ledger().requests).toBeLessThanOrEqual(4)
})

test('what was saved against everything at final quality: by drafts first, by duplicates and by the cache, each cent once', async () => {
  const { library } = await openHosted()
  const { engine } = library
  const bytesBase64 = Buffer.from(sheetOf(['a red shoe', 'a blue cup', 'a red shoe'])).toString('base64')
  const settings = settingsFor([profiles.xai])
  const runAll = async () => {
    const { id } = await engine.sheets.add({ name: 'shoes.csv', bytesBase64 })
    const plan = await engine.generation.planDrafts({
      sheetId: id,
      settings,
      alwaysNew: true,
      pricePerImageMicros: null,
    })
    const { planId, highestMicros } = plan
    const { batchId } = await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
    await engine.generation.whenIdle(batchId)
    return { ...engine.batches.get({ batchId }), allFinalMicros: plan.allFinalMicros ?? 0 }
  }
  const { settledMicros, allFinalMicros, savedMicros } = await runAll()
  const draftMicros = settledMicros / 2
  const draftsFirst = allFinalMicros - 3 * draftMicros
  expect(draftsFirst).toBeGreaterThan(0)
  expect(savedMicros).toEqual({ draftsFirst, duplicates: draftMicros, cache: 0 })
  const again = await runAll()
  expect(again).toMatchObject({ settledMicros: 0, savedMicros: { draftsFirst, duplicates: 0, cache: 3 * draftMicros } })
})
