import type { DraftPlanInput, DraftSettings } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { breather } from './breathe.ts'
import { changeRoutes } from './change-routes.ts'
import { prepareDraftPictures } from './draft-pictures.ts'
import { draftSlices, type TileSource } from './draft-tiles.ts'
import { finalPrice } from './final-price.ts'
import { remembering } from './model-facts.ts'
import { draftPlanRows } from './plan-draft-rows.ts'
import { type DraftPlan, planDrafts } from './plan-drafts.ts'
import { capRun, type PlannedWork, type PlanningNeeds, type RunRoutes, type RunWish } from './planned-work.ts'
import { storeDrafts } from './store-drafts.ts'

/** Drafts of a sheet: a new batch, or the unfinished one with the same sheet, mapping and settings. */
export async function planDraftsOf(needs: PlanningNeeds, input: DraftPlanInput): Promise<PlannedWork> {
  requireProviders(needs, input.settings)
  const { sheet, sha256 } = await needs.readStoredSheet(input.sheetId)
  const { settings, pricePerImageMicros } = input
  const wildcards = needs.wildcards.lookup(settings.wildcards ?? null)
  const pictures = await prepareDraftPictures(needs, input.sheetId, sheet, settings)
  const source: TileSource = {
    sheet,
    settings,
    facts: needs.facts,
    wildcards,
    pictures,
    pricePerImageMicros,
    hasPicture: (picture) => needs.images.blob(picture) !== null,
  }
  const facts = remembering(needs.facts)
  const plan = await planDrafts({
    source,
    sheetSha256: sha256,
    cachedAmong: needs.cache.among,
    finalMicros: (tile, wanted) => finalPrice(facts, tile, wanted)?.expectedMicros ?? pricePerImageMicros,
  })
  const batchId = () => (input.alwaysNew ? null : unfinishedTwin(needs, plan))
  return {
    summary: plan.summary,
    batchId,
    rows: (page) => draftPlanRows(source, plan, page),
    requests: () => newRequests(source, plan),
    async run(wish, markRan, routes) {
      const twin = batchId()
      return twin === null
        ? await runNew(needs, { input, source, plan, routes }, wish, markRan)
        : await goOn(needs, twin, input, wish, markRan)
    },
  }
}

async function* newRequests(source: TileSource, plan: DraftPlan): AsyncGenerator<GenerationRequest> {
  const breathe = breather()
  let tile = 0
  for (const { prompts } of draftSlices(source)) {
    for (const { tiles } of prompts) for (const { request } of tiles) if (plan.outcome(tile++) === 'new') yield request
    await breathe()
  }
}

function requireProviders({ providers }: PlanningNeeds, settings: DraftSettings): void {
  for (const { provider } of settings.profiles) {
    const info = providers.info(provider)
    if (info.ready) continue
    const [variable] = providers.open(provider).provider.keyVariables
    const [missing, command] =
      info.key === 'missing' ? ['a key', `key ${provider}`] : ['an address', `set ${provider} baseUrl=URL`]
    const inVariable = info.key === 'missing' && variable ? `, or in ${variable}` : ''
    const where = `enter it under Settings, Providers, or with "proofsheet providers ${command}"${inVariable}`
    throw new AppError('auth', `${info.label} needs ${missing} first: ${where}.`)
  }
}

function unfinishedTwin({ batches, jobs }: PlanningNeeds, plan: DraftPlan): number | null {
  const [newest] = batches.withIdentity(plan.identity)
  return newest !== undefined && jobs.isUnfinished(newest) ? newest : null
}

/** What it waits with goes on as it was asked for, but for the route and the start where this run names others. */
async function goOn(
  needs: PlanningNeeds,
  batchId: number,
  input: DraftPlanInput,
  wish: RunWish,
  markRan: (batchId: number) => void,
): Promise<number> {
  const { storage, jobs, batches } = needs
  await changeRoutes(needs, batchId, wish)
  storage.transaction(() => {
    markRan(batchId)
    if (wish.start) jobs.startAll(batchId, jobs.addStart(batchId, wish.start))
    if (wish.first === null) jobs.release(batchId, 'sample')
    jobs.release(batchId, 'budget')
    if (input.pricePerImageMicros !== null) jobs.setBatchPrice(batchId, input.pricePerImageMicros)
    batches.setPaused(batchId, false)
    capRun(needs, batchId, wish.capMicros)
  })
  needs.onPlanned(batchId, false)
  return batchId
}

async function runNew(
  needs: PlanningNeeds,
  { input, source, plan, routes }: { input: DraftPlanInput; source: TileSource; plan: DraftPlan; routes: RunRoutes },
  wish: RunWish,
  markRan: (batchId: number) => void,
): Promise<number> {
  const { tiles, problems } = plan.summary
  if (tiles === 0) {
    const why = problems[0]?.message ?? 'It has no rows.'
    throw new AppError('invalid-input', `This sheet gives no prompt to make. ${why}`)
  }
  const created = await storeDrafts(
    needs,
    {
      plan,
      source,
      settings: input.settings,
      sheetId: input.sheetId,
      name: wish.name ?? `batch-${new Date(needs.clock.now()).toISOString().slice(0, 10)}`,
      first: wish.first,
      routes,
      start: wish.start ?? { kind: 'now' },
    },
    (batchId) => {
      markRan(batchId)
      capRun(needs, batchId, wish.capMicros)
    },
  )
  needs.onPlanned(created.id, true)
  return created.id
}
