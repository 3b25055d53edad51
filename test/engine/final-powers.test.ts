import { expect, test } from 'vitest'
import type { FinalProfile } from '#shared/contract/wishes.ts'
import { draftProfile, sheetOf } from './open-library.ts'
import { loaded, openReferenceLibrary, planned, type ReferenceLibrary, runPlan } from './reference-library.ts'

const flare = draftProfile('openai', 'gpt-image-2.5-flare', { width: 1024, height: 1024, quality: 'low' })

async function approved(draft = flare): Promise<{ here: ReferenceLibrary; batchId: number; plan: PlanFinals }> {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const sheet = await loaded(here, sheetOf(['a red shoe', 'a blue cup']))
  const batchId = await runPlan(here, await planned(here, sheet, [draft], { mapping: { prompt: 'prompt' } }))
  await engine.generation.whenIdle(batchId)
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'all' }, verb: { kind: 'approve' } })
  const targets = { kind: 'selector' as const, batchId, selector: 'approved' }
  return {
    here,
    batchId,
    plan: (profile) =>
      engine.generation.planFinals({
        batchId,
        targets,
        profile: { width: null, height: null, scale: null, ...profile },
        scale: 2,
      }),
  }
}
type PlanFinals = (
  profile: Pick<FinalProfile, 'kind' | 'provider' | 'model'> & Partial<FinalProfile>,
) => ReturnType<ReferenceLibrary['library']['engine']['generation']['planFinals']>

test.each([
  ['recraft', 'removeBackground'],
  ['fal', 'fal-ai/birefnet/v2'],
  ['stability', 'remove-background'],
] as const)(
  '%s/%s cuts approved drafts out: faithful, from their own pictures, without words',
  async (provider, model) => {
    const { here, batchId, plan } = await approved()
    const { engine } = here.library
    const drafts = engine.tiles.many({ tileIds: engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids })
    // Nobody names a price for one of them: then a person does.
    engine.providers.setPrice({ provider, model, perImageMicros: 3_000 })
    const made = await plan({ kind: 'cutout', provider, model })
    expect(made).toMatchObject({ requests: 2, blocked: 0, redrawn: 0 })
    await runPlan(here, made)
    await engine.generation.whenIdle(batchId)
    const finals = engine.tiles.many({ tileIds: drafts.map(({ id }) => id) }).flatMap((tile) => tile.finals)
    expect(finals.map((final) => [final.decision, final.redrawn])).toEqual([
      ['approved', false],
      ['approved', false],
    ])
    const sent = here.fake.ledger().entries.slice(2)
    expect(sent.map(({ prompt }) => prompt)).toEqual(['', ''])
    expect(sent.flatMap(({ inputs }) => inputs).sort()).toEqual(drafts.map(({ image }) => image?.sha256).sort())
  },
)

test('a model that cuts nothing out, or not by this factor, says so and nothing is sent', async () => {
  const { here, plan } = await approved()
  const sentBefore = here.fake.ledger().requests
  const cannot = await plan({ kind: 'cutout', provider: 'openai', model: 'gpt-image-2' })
  expect(cannot).toMatchObject({ tiles: 0, blocked: 2, problemCount: 2 })
  expect(cannot.problems[0]).toMatchObject({ row: 1, message: 'openai/gpt-image-2 removes no backgrounds' })
  const twice = await plan({ kind: 'upscale', provider: 'stability', model: 'upscale-fast', scale: 2 })
  expect(twice.problemGroups).toEqual([
    { kind: 'scale', message: expect.stringMatching(/enlarges 4 times, not 2 times/), count: 2, blocks: true },
  ])
  expect(await plan({ kind: 'upscale', provider: 'stability', model: 'upscale-fast' })).toMatchObject({ requests: 2 })
  const retired = await plan({ kind: 'rerender', provider: 'gemini', model: 'imagen-4.0-generate-001' })
  expect(retired.problems[0]?.message).toMatch(/no longer offered .*use |no longer offered .*choose/)
  expect(here.fake.ledger().requests).toBe(sentBefore)
})

test('an upscaler that decides itself how large is asked for no factor; a creative one redraws', async () => {
  const { here, batchId, plan } = await approved()
  const { engine } = here.library
  const own = await plan({ kind: 'upscale', provider: 'recraft', model: 'crispUpscale' })
  expect(own).toMatchObject({ requests: 2, redrawn: 0, problemCount: 0 })
  const asked = await plan({ kind: 'upscale', provider: 'recraft', model: 'crispUpscale', scale: 2 })
  expect(asked.problemGroups).toMatchObject([{ kind: 'left-out', count: 2, blocks: false }])
  const creative = await plan({ kind: 'upscale', provider: 'recraft', model: 'creativeUpscale' })
  expect(creative).toMatchObject({ requests: 2, redrawn: 2 })
  await runPlan(here, creative)
  await engine.generation.whenIdle(batchId)
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  expect(engine.tiles.many({ tileIds: ids }).flatMap((tile) => tile.finals.map((final) => final.decision))).toEqual([
    'undecided',
    'undecided',
  ])
})

test('a re-render starts from the draft itself, and other images of the batch go in beside it', async () => {
  const { here, batchId, plan } = await approved()
  const { engine } = here.library
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const [one, two] = engine.tiles.many({ tileIds: ids }).map(({ image }) => image)
  const made = await plan({
    kind: 'rerender',
    provider: 'openai',
    model: 'gpt-image-2.5-sunburst',
    fromDraft: true,
    references: [two?.id ?? 0],
  })
  expect(made).toMatchObject({ requests: 2, redrawn: 2, problemCount: 0 })
  await runPlan(here, made)
  await engine.generation.whenIdle(batchId)
  const sent = here.fake.ledger().entries.slice(2)
  expect(sent.find(({ prompt }) => prompt === 'a red shoe')?.inputs).toEqual([one?.sha256, two?.sha256])
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 2, failed: 0 })
})
