import { expect, onTestFinished, test } from 'vitest'
import { builtInProviders } from '#engine/providers/providers.ts'
import type { Plan, ProblemGroup } from '#shared/contract/plans.ts'
import type { Model } from '#shared/contract/providers.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { draftProfile, openTestLibrary, settingsFor, sheetOf } from './open-library.ts'
import { png } from './reference-library.ts'

const key = 'sk-canary-0123456789'
/** Own servers list no models until they are asked: these stand for whatever they have. */
const ownModels: Readonly<Record<string, Record<string, string>>> = {
  a1111: { models: 'photon_v1, upscaler:R-ESRGAN 4x+' },
  comfyui: { checkpoints: 'sdxl.safetensors' },
  sdcpp: { models: 'tiny-sd' },
  'openai-compatible': { models: 'fake-image' },
}

async function openAll() {
  const fake = await startFakeProvider({ key })
  onTestFinished(() => fake.close())
  const env = Object.fromEntries(builtInProviders.flatMap((one) => one.keyVariables.map((name) => [name, key])))
  const { engine } = await openTestLibrary({ env })
  for (const provider of builtInProviders) {
    const { settings } = engine.providers.list().find(({ id }) => id === provider.id) ?? { settings: {} }
    if ('baseUrl' in settings)
      engine.providers.configure({
        provider: provider.id,
        settings: { baseUrl: `${fake.url}/${provider.id}`, ...ownModels[provider.id] },
      })
  }
  engine.settings.set({ dailyCapMicros: null })
  const add = (lines: string[], header: string) =>
    engine.sheets.add({
      name: `${header}.csv`,
      bytesBase64: Buffer.from(sheetOf(lines, header)).toString('base64'),
    })
  const names = Array.from({ length: 20 }, (_, n) => `${n}.png`)
  const sheets = {
    plain: await add(['a shoe'], 'prompt'),
    negative: await add(['a shoe,ugly'], 'prompt,negative'),
    seed: await add(['a shoe,7'], 'prompt,seed'),
    size: await add(['a shoe,1111x333'], 'prompt,size'),
    long: await add([`a shoe ${'x'.repeat(20_000)}`], 'prompt'),
    references: await add([`a shoe,${names.join('|')}`], 'prompt,reference'),
  }
  const picture = (await png(64, 64, 'red')).toString('base64')
  for (const name of names) await engine.references.add({ sheetId: sheets.references.id, name, bytesBase64: picture })
  return { fake, engine, sheets }
}

type Opened = Awaited<ReturnType<typeof openAll>>

interface Wish {
  readonly sheet: keyof Opened['sheets']
  readonly parts?: Parameters<typeof draftProfile>[2]
  readonly kinds: readonly ProblemGroup['kind'][]
  readonly blocks: boolean
  /** Whether the model's own facts say that it cannot. */
  readonly cannot: (model: Model) => boolean
}

const isTyped = (model: Model): boolean => model.sizes.kind === 'any' && model.sizes.multipleOf === 1

/** Everything that a wish may ask for, and the models that say they cannot. */
const wishes: Readonly<Record<string, Wish>> = {
  'a negative prompt': { sheet: 'negative', kinds: ['negative'], blocks: false, cannot: (m) => !m.takesNegativePrompt },
  'a seed': { sheet: 'seed', kinds: ['seed'], blocks: false, cannot: (m) => !m.takesSeed },
  'a size': { sheet: 'size', kinds: ['size', 'request'], blocks: true, cannot: (m) => !isTyped(m) },
  'a long prompt': {
    sheet: 'long',
    kinds: ['prompt-length'],
    blocks: true,
    cannot: (m) => (m.maxPromptLength ?? 1e9) < 20_000,
  },
  'twenty pictures': { sheet: 'references', kinds: ['references'], blocks: true, cannot: () => true },
  'a quality': {
    sheet: 'plain',
    parts: { quality: 'no such quality' },
    kinds: ['quality', 'request'],
    blocks: true,
    cannot: () => true,
  },
  'a transparent background': {
    sheet: 'plain',
    parts: { options: { transparent: true } },
    kinds: ['transparent', 'request'],
    blocks: true,
    cannot: (m) => !m.takesTransparent,
  },
}

test.each(Object.keys(wishes))('%s: every model that cannot says so in the plan, and nothing is sent', async (name) => {
  const wish = wishes[name]
  if (!wish) throw new Error(name)
  const { engine, fake, sheets } = await openAll()
  const sheet = sheets[wish.sheet]
  let asked = 0
  const silent: string[] = []
  for (const provider of engine.providers.list())
    for (const model of provider.models) {
      if (!model.operations.includes('generate') || !wish.cannot(model)) continue
      asked++
      const plan: Plan = await engine.generation.planDrafts({
        sheetId: sheet.id,
        settings: settingsFor([draftProfile(provider.id, model.id, wish.parts)], { mapping: sheet.mapping }),
        alwaysNew: true,
        pricePerImageMicros: 1,
      })
      const said = plan.problemGroups.filter(({ kind }) => kind === 'retired' || wish.kinds.includes(kind))
      const isHeld = wish.blocks || model.retired ? plan.blocked === 1 && plan.requests === 0 : plan.problemCount > 0
      if (said.length === 0 || !isHeld)
        silent.push(`${provider.id}/${model.id}: ${plan.problems[0]?.message ?? 'nothing'}`)
      if (!wish.blocks || plan.requests > 0) continue
      const { planId, highestMicros } = plan
      const run = { planId, highestMicros, name: null, first: null, capMicros: null }
      const { batchId } = await engine.generation.run(run)
      expect(engine.batches.get({ batchId }).drafts).toMatchObject({ failed: 1, left: 0 })
    }
  expect(silent).toEqual([])
  expect(asked).toBeGreaterThan(15)
  expect(fake.ledger().requests).toBe(0)
})

test('an option that no model knows blocks wherever the service names its options', async () => {
  const { engine, sheets } = await openAll()
  const open: string[] = []
  for (const provider of engine.providers.list())
    for (const model of provider.models.filter(({ operations }) => operations.includes('generate'))) {
      const profile = draftProfile(provider.id, model.id, { options: { no_such_option: 1 } })
      const { blocked } = await engine.generation.planDrafts({
        sheetId: sheets.plain.id,
        settings: settingsFor([profile]),
        alwaysNew: true,
        pricePerImageMicros: 1,
      })
      if (blocked === 0) open.push(`${provider.id}/${model.id}`)
    }
  // Read live from the service's own schema before anything is sent; or a server of one's own, which takes any field.
  expect(open.filter((name) => !/^(replicate|openai-compatible)\//.test(name))).toEqual([])
})

test('50,000 rows with the same trouble are one line and a count, and do not crowd out the one other', async () => {
  const { engine } = await openAll()
  const lines = [...Array.from({ length: 50_000 }, (_, n) => `a shoe ${n},ugly,`), 'a cup,,9x9', 'a hat,,1111x333']
  const text = sheetOf(lines, 'prompt,negative,size')
  const sheet = await engine.sheets.add({ name: 'many.csv', bytesBase64: Buffer.from(text).toString('base64') })
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings: settingsFor([draftProfile('sketch', 'sketch')], { mapping: sheet.mapping }),
    alwaysNew: true,
    pricePerImageMicros: null,
  })
  expect(plan.problemCount).toBe(50_002)
  expect(plan.problemGroups.map(({ kind, count, blocks }) => [kind, count, blocks])).toEqual([
    ['negative', 50_000, false],
    ['sheet', 1, true],
    ['size', 1, true],
  ])
  expect(plan.problems.length).toBeLessThanOrEqual(202)
  expect(plan.problems.filter(({ row }) => row !== null && row > 50_000).map(({ row }) => row)).toEqual([
    50_001, 50_002,
  ])
})
