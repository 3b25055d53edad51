import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { bfl } from '#engine/providers/bfl/bfl.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import type { ModelOverride } from '#shared/contract/providers.ts'
import type { Profile } from '#shared/generation-request.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const key = 'sk-canary-0123456789'
const schnell = draftProfile('fal', 'fal-ai/flux/schnell', { width: 512, height: 512 })
const pro = draftProfile('fal', 'fal-ai/flux-2-pro', { width: 512, height: 512 })

async function openShelf(): Promise<{ fake: FakeProvider; library: TestLibrary }> {
  const fake = await startFakeProvider({ key, priceMicros: 3_000 })
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({
    providers: [openai, fal, recraft, stability, bfl, xai, replicate],
    env: {
      OPENAI_API_KEY: key,
      FAL_KEY: key,
      RECRAFT_API_TOKEN: key,
      STABILITY_API_KEY: key,
      BFL_API_KEY: key,
      XAI_API_KEY: key,
      REPLICATE_API_TOKEN: key,
    },
  })
  const configure = (provider: string, settings: Record<string, string | number>) =>
    library.engine.providers.configure({ provider, settings })
  configure('openai', { baseUrl: `${fake.url}/openai/v1` })
  configure('fal', { baseUrl: `${fake.url}/fal-queue`, platformUrl: `${fake.url}/fal-platform/v1`, pollSeconds: 0.2 })
  configure('recraft', { baseUrl: `${fake.url}/recraft/v1` })
  configure('stability', { baseUrl: `${fake.url}/stability` })
  configure('bfl', { baseUrl: `${fake.url}/bfl` })
  configure('xai', { baseUrl: `${fake.url}/xai/v1` })
  configure('replicate', { baseUrl: `${fake.url}/replicate/v1` })
  return { fake, library }
}

async function planOf({ engine }: TestLibrary, profile: Profile, prompt = 'a red shoe') {
  const sheet = await engine.sheets.add({
    name: 'p.csv',
    bytesBase64: Buffer.from(sheetOf([prompt])).toString('base64'),
  })
  const wish = { sheetId: sheet.id, settings: settingsFor([profile]), alwaysNew: true, pricePerImageMicros: null }
  return engine.generation.planDrafts(wish)
}

const priceOf = async (library: TestLibrary, profile: Profile, prompt?: string) => {
  const { estimateMicros, highestMicros } = await planOf(library, profile, prompt)
  return [estimateMicros, highestMicros]
}

const modelOf = ({ engine }: TestLibrary, provider: string, id: string) =>
  engine.providers
    .list()
    .find((one) => one.id === provider)
    ?.models.find((model) => model.id === id)

const say = ({ engine }: TestLibrary, { provider, model }: Profile, override: ModelOverride | null) =>
  engine.providers.setModel({ provider, model, override })

test('a person’s price stands over every other: by the picture, by the megapixel, by the token; and is forgotten', async () => {
  const { library } = await openShelf()
  expect(await priceOf(library, schnell)).toEqual([3_000, 3_000])
  say(library, schnell, { price: { per: 'image', micros: 7_000 } })
  expect(await priceOf(library, schnell)).toEqual([7_000, 7_000])
  await library.engine.providers.refresh({ provider: 'fal' })
  expect(await priceOf(library, schnell)).toEqual([7_000, 7_000])
  const large = { ...schnell, width: 1024, height: 1024 }
  say(library, schnell, { price: { per: 'megapixel', micros: 5_000 } })
  // Whether a megapixel is 2^20 or 10^6 pixels nobody says: the most it can be counts two of them.
  expect(await priceOf(library, large)).toEqual([5_000, 10_000])
  expect(modelOf(library, 'fal', schnell.model)?.price).toMatchObject({ source: 'entered by you' })

  const gpt = draftProfile('openai', 'gpt-image-2.5-flare', { width: 1024, height: 1024, quality: 'low' })
  const [before = 0] = await priceOf(library, gpt)
  const { unit } = modelOf(library, 'openai', gpt.model)?.price ?? {}
  if (unit?.per !== 'token') throw new Error('it is priced by the token')
  say(library, gpt, { price: { ...unit, pictureOut: unit.pictureOut * 2 } })
  const [doubled = 0] = await priceOf(library, gpt)
  expect((doubled ?? 0) / (before ?? 1)).toBeGreaterThan(1.9)

  const again = await library.reopen()
  expect(await priceOf(again, large)).toEqual([5_000, 10_000])
  say(again, schnell, null)
  say(again, gpt, null)
  expect(modelOf(again, 'fal', schnell.model)?.override).toBeUndefined()
  expect(await priceOf(again, gpt)).toEqual([before, expect.any(Number)])
})

test('sizes, powers and limits: what a person takes away is flagged in the plan and refused before it is sent', async () => {
  const { fake, library } = await openShelf()
  say(library, schnell, { maxPromptLength: 10, sizes: { kind: 'any', multipleOf: 64, min: 256, max: 512 } })
  const model = modelOf(library, 'fal', schnell.model)
  expect(model).toMatchObject({ maxPromptLength: 10, finalSize: { width: 512, height: 512 } })
  const long = await planOf(library, draftProfile('fal', schnell.model), 'more than ten letters')
  expect(long.problems[0]?.message).toContain('reads 10')
  const big = await planOf(library, { ...schnell, width: 1024, height: 1024 }, 'short')
  expect(big.blocked).toBe(1)
  say(library, pro, { operations: ['edit'] })
  expect((await planOf(library, pro, 'short')).problems[0]?.message).toContain('makes no pictures from prompts')
  say(library, schnell, { sizes: { kind: 'any', multipleOf: 8, min: 256, max: 4096 } })
  const batchId = await runSheet(library, sheetOf(['wide']), settingsFor([{ ...schnell, width: 2304, height: 2304 }]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1 })
  expect(fake.ledger().requests).toBe(1)
})

test.each([
  [
    'fal',
    'fal-ai/clarity-upscaler',
    { operations: ['generate'] },
    '"operations": nobody knows how to ask it to generate',
  ],
  [
    'fal',
    'fal-ai/flux/schnell',
    { price: { per: 'token', textIn: 1, pictureIn: 1, textOut: 1, pictureOut: 1 } },
    '"price": it is not priced by the token',
  ],
  [
    'fal',
    'fal-ai/flux/schnell',
    { sizes: { kind: 'any', multipleOf: 64, min: 512, max: 256 } },
    '"sizes": the smallest side (512) is above the largest (256)',
  ],
  [
    'fal',
    'fal-ai/flux/schnell',
    { sizes: { kind: 'any', multipleOf: 64, min: 65, max: 100 } },
    'no multiple of 64 lies between 65 and 100',
  ],
  [
    'stability',
    'core',
    { sizes: { kind: 'list', list: [{ width: 100, height: 100 }] } },
    '"sizes": it has no name for 100x100',
  ],
  ['stability', 'nothing', { label: 'Nothing' }, 'Stability AI has no model “nothing”'],
] as const)('%s, %s: what cannot be is refused with its reason', async (provider, model, override, sentence) => {
  const { library } = await openShelf()
  const wrong = () => library.engine.providers.setModel({ provider, model, override: override as ModelOverride })
  expect(wrong).toThrow(sentence)
  expect(modelOf(library, provider, model)?.override).toBeUndefined()
})

test('a model that no catalogue has is added by its id, and taken away again', async () => {
  const { library } = await openShelf()
  const mine = draftProfile('fal', 'fal-ai/my/model')
  say(library, mine, { label: 'Mine', price: { per: 'image', micros: 9_000 } })
  expect(modelOf(library, 'fal', mine.model)).toMatchObject({ label: 'Mine', addedBy: 'person' })
  expect(await priceOf(library, mine)).toEqual([9_000, 9_000])
  say(library, mine, null)
  expect(modelOf(library, 'fal', mine.model)).toBeUndefined()
})

test('a price entered in an earlier version goes on to hold, until it is changed or forgotten', async () => {
  const { library } = await openShelf()
  const database = new Database(join(library.folder, 'library.db'))
  database.prepare(`INSERT INTO price VALUES ('fal', 'fal-ai/flux/schnell', 123456, 'USD', 1)`).run()
  database.close()
  expect(await priceOf(library, schnell)).toEqual([123_456, 123_456])
  expect(modelOf(library, 'fal', schnell.model)?.override).toEqual({ price: { per: 'image', micros: 123_456 } })
  say(library, schnell, null)
  expect(await priceOf(library, schnell)).toEqual([3_000, 3_000])
})

test('a refresh: dearer is expected and reserved; cheaper is expected, but the most it can be stays', async () => {
  const { library } = await openShelf()
  expect(await priceOf(library, pro)).toEqual([30_000, 30_000])
  const found = await library.engine.providers.refresh({ provider: 'fal' })
  expect(found.prices).toBeGreaterThan(2)
  expect(found.summary).toMatch(/^\d+ prices changed, 1 retired$/)
  expect(found.changes).toContain('fal-ai/flux/schnell: $0.003 a megapixel before, $0.0031 a megapixel now')
  expect(await priceOf(library, schnell)).toEqual([3_100, 3_100])
  expect(await priceOf(library, pro)).toEqual([3_100, 30_000])
  expect(modelOf(library, 'fal', schnell.model)?.price).toMatchObject({
    asOf: new Date().toISOString().slice(0, 10),
    source: expect.stringContaining('fal’s price list'),
  })
  // By the second of computing: nobody knows what a picture will cost.
  expect(modelOf(library, 'fal', 'fal-ai/esrgan')?.price.perImageMicros).toBeNull()
  expect(modelOf(library, 'fal', 'fal-ai/flux-2/turbo')?.retired).toMatchObject({ on: '2026-10-01' })
  const again = await library.reopen()
  expect(await priceOf(again, schnell)).toEqual([3_100, 3_100])
  expect(await again.engine.providers.refresh({ provider: 'fal' })).toMatchObject({ summary: 'Nothing has changed' })
})

test('a refresh makes no wish a new one: what was made is found again', async () => {
  const { fake, library } = await openShelf()
  const batchId = await runSheet(library, sheetOf(['a red shoe']), settingsFor([schnell]))
  await library.engine.generation.whenIdle(batchId)
  await library.engine.providers.refresh({ provider: 'fal' })
  expect(await planOf(library, schnell)).toMatchObject({ requests: 0, cached: 1 })
  expect(fake.ledger().requests).toBe(1)
})

test('what waits when a price goes up is reserved at the new one: a cap that it passed holds it', async () => {
  const { fake, library } = await openShelf()
  const { engine } = library
  engine.settings.set({ dailyCapMicros: null })
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'fal' } })
  const batchId = await runSheet(library, sheetOf(['a red shoe']), settingsFor([schnell]), { capMicros: 3_050 })
  await engine.providers.refresh({ provider: 'fal' })
  engine.generation.control({ action: 'resume', of: { kind: 'provider', provider: 'fal' } })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 0, held: 1 })
  expect(fake.ledger().requests).toBe(0)
})

test('the account’s own list: new models are added, others are marked, limits are taken over', async () => {
  const { library } = await openShelf()
  const found = await library.engine.providers.refresh({ provider: 'openai' })
  expect(found.added).toBe(0)
  expect(modelOf(library, 'openai', 'gpt-image-2')?.isUnlisted).toBeUndefined()
  expect(found.summary).toContain('not offered to this account')
  const other = found.provider.models.filter(({ isUnlisted }) => isUnlisted).map(({ id }) => id)
  expect(other).toContain('gpt-image-1.5')
  const ofXai = await library.engine.providers.refresh({ provider: 'xai' })
  expect(ofXai.added + ofXai.limits).toBeGreaterThan(0)
})

test('a service without a list is not asked, and one that does not answer changes nothing', async () => {
  const { fake, library } = await openShelf()
  await expect(library.engine.providers.refresh({ provider: 'stability' })).rejects.toMatchObject({
    code: 'unsupported',
  })
  await fake.close()
  await expect(library.engine.providers.refresh({ provider: 'recraft' })).rejects.toThrow()
  expect(library.engine.providers.list().find(({ id }) => id === 'recraft')?.refreshedMs).toBeNull()
})

test.each([
  ['stability', { balance: { text: '1234.50 credits', micros: 12_345_000, currency: 'USD' } }],
  ['bfl', { balance: { text: '321.5 credits', micros: 3_215_000, currency: 'USD' } }],
  ['recraft', { account: 'A', balance: { text: '12,345 credits', micros: 12_345_000, currency: 'USD' } }],
  ['replicate', { account: 'ada', balance: null }],
] as const)('Test shows the account, what is left and the limits: %s', async (provider, expected) => {
  const { library } = await openShelf()
  const shown = await library.engine.providers.check({ provider })
  expect(shown).toMatchObject({ ok: true, ...expected })
  expect(shown.limits.at(-1)).toMatch(/^Kept to here: \d+ at the same time/)
})

test('a price that goes up while thousands wait is taken over in slices that stall nobody', async () => {
  const { library } = await openShelf()
  const { engine } = library
  engine.settings.set({ dailyCapMicros: null })
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'fal' } })
  const prompts = Array.from({ length: 4_000 }, (_, n) => `a shoe in colour ${n}`)
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor([schnell]))
  let turns = 0
  const ticks = setInterval(() => {
    turns++
  }, 1)
  const estimate = () => engine.batches.get({ batchId }).estimateMicros
  const override: ModelOverride = { price: { per: 'image', micros: 9_000 } }
  engine.providers.setModel({ provider: 'fal', model: schnell.model, override })
  const atOnce = estimate()
  await expect.poll(estimate, { timeout: 30_000, interval: 5 }).toBe(4_000 * 9_000)
  clearInterval(ticks)
  expect(atOnce).toBeLessThan(1_000 * 9_000 + 3_000 * 3_000)
  expect(turns).toBeGreaterThan(3)
})

test('a model that its service withdrew is blocked in the plan, and says what to do', async () => {
  const { library } = await openShelf()
  const { engine } = library
  const gone = draftProfile('fal', 'fal-ai/flux-2/turbo', { width: 512, height: 512 })
  expect(await planOf(library, gone)).toMatchObject({ blocked: 0 })
  await engine.providers.refresh({ provider: 'fal' })
  const retired =
    engine.providers
      .list()
      .find(({ id }) => id === 'fal')
      ?.models.filter((model) => model.retired) ?? []
  const live = retired.find(({ id }) => id === gone.model)
  expect(live?.retired?.on).toMatch(/^\d{4}/)
  const plan = await planOf(library, gone)
  expect(plan).toMatchObject({ requests: 0, blocked: 1, problemGroups: [{ kind: 'retired', blocks: true }] })
  expect(plan.problems[0]?.message).toMatch(/is no longer offered .*; choose another model/)
})
