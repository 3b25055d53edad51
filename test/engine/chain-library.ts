import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Plan } from '#shared/contract/plans.ts'
import type { Tile } from '#shared/contract/tiles.ts'
import type { FinalProfile, FinalStep } from '#shared/contract/wishes.ts'
import { draftProfile, sheetOf } from './open-library.ts'
import { loaded, openReferenceLibrary, planned, type ReferenceLibrary, runPlan } from './reference-library.ts'

/** What the fake bills for every request of Recraft's, in micros. */
export const cutoutMicros = 3_000

export const lanczos: FinalProfile = {
  kind: 'upscale',
  provider: 'sketch',
  model: 'lanczos',
  width: null,
  height: null,
  scale: 2,
}
export const cutout: FinalStep = { kind: 'cutout', provider: 'recraft', model: 'removeBackground', scale: null }
export const enlarged: FinalStep = { kind: 'upscale', provider: 'recraft', model: 'crispUpscale', scale: null }

export interface ChainLibrary {
  readonly here: ReferenceLibrary
  readonly batchId: number
  plan(profile: FinalProfile): Promise<Plan>
  /** Plans and runs it, and waits until nothing goes on by itself. */
  make(profile: FinalProfile, capMicros?: number): Promise<BatchStatus>
  tiles(): Tile[]
}

/** A batch of approved sketches, which cost nothing; what cuts out and enlarges them is the fake's Recraft. */
export async function openChainLibrary(
  prompts: readonly string[] = ['a red shoe', 'a blue cup'],
): Promise<ChainLibrary> {
  const here = await openReferenceLibrary()
  const { engine } = here.library
  const sheet = await loaded(here, sheetOf(prompts))
  const small = draftProfile('sketch', 'sketch', { width: 64, height: 64 })
  const batchId = await runPlan(here, await planned(here, sheet, [small], { mapping: { prompt: 'prompt' } }))
  await engine.generation.whenIdle(batchId)
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'all' }, verb: { kind: 'approve' } })
  for (const model of ['removeBackground', 'crispUpscale'])
    engine.providers.setPrice({ provider: 'recraft', model, perImageMicros: cutoutMicros })
  const targets = { kind: 'selector' as const, batchId, selector: 'approved' }
  const plan = (profile: FinalProfile) => engine.generation.planFinals({ batchId, targets, profile, scale: 2 })
  return {
    here,
    batchId,
    plan,
    async make(profile, capMicros) {
      const { planId, highestMicros } = await plan(profile)
      const run = { planId, highestMicros, name: null, first: null, capMicros: capMicros ?? null }
      await engine.generation.run(run)
      await engine.generation.whenIdle(batchId)
      return engine.batches.get({ batchId })
    },
    tiles: () => engine.tiles.many({ tileIds: engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids }),
  }
}
