import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { ReadSheet } from '#engine/sheets/sheets.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { Tiles } from '#engine/tiles/tiles.ts'
import {
  type DraftPlanInput,
  type DraftSettings,
  draftPlanInput,
  type FinalPlanInput,
  finalPlanInput,
  type Plan,
  type PlanRowsInput,
  type RunInput,
} from '#shared/contract/generation.ts'
import { AppError } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import type { TileSource } from './draft-tiles.ts'
import { finalPrice } from './final-price.ts'
import type { ModelFacts } from './model-facts.ts'
import { draftPlanRows } from './plan-draft-rows.ts'
import { type DraftPlan, planDrafts } from './plan-drafts.ts'
import { type FinalsPlan, finalPlanRows, planFinals } from './plan-finals.ts'
import { openPlans } from './plans.ts'
import type { Scheduler } from './scheduler.ts'
import { storeDrafts } from './store-drafts.ts'
import { storeFinals } from './store-finals.ts'

export interface PlanningNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly tiles: Tiles
  readonly providers: OpenProviders
  readonly facts: ModelFacts
  readonly scheduler: Scheduler
  readonly readStoredSheet: (sheetId: number) => Promise<{ sheet: ReadSheet; sha256: string }>
  readonly countedOfBatchMicros: (batchId: number) => number
  readonly onPlanned: (batchId: number, isNew: boolean) => void
}

type KeptPlan =
  | { readonly kind: 'drafts'; readonly input: DraftPlanInput; readonly plan: DraftPlan; readonly source: TileSource }
  | { readonly kind: 'finals'; readonly input: FinalPlanInput; readonly plan: FinalsPlan }

/** So many plans are kept whole; an older one is made again from its stored wish. */
const plansKept = 8

/** Plans: what a run would make, cost and take, before anything is spent; and the one run that each may become. */
export function openPlanning(needs: PlanningNeeds) {
  const { storage, batches, jobs, providers, scheduler, facts } = needs
  const plans = openPlans(storage, needs.clock)
  const kept = new Map<string, KeptPlan>()
  const starting = new Map<string, Promise<{ batchId: number; batch: string }>>()

  async function makeDraftPlan(input: DraftPlanInput): Promise<Extract<KeptPlan, { kind: 'drafts' }>> {
    requireProviders(input.settings)
    const { sheet, sha256 } = await needs.readStoredSheet(input.sheetId)
    const { settings, pricePerImageMicros } = input
    const source: TileSource = { sheet, settings, facts, pricePerImageMicros }
    const plan = await planDrafts({
      source,
      sheetSha256: sha256,
      isCached: (hash) => needs.cache.find(hash) !== null,
      finalMicros: (tile, wanted) => finalPrice(facts, tile, wanted)?.expectedMicros ?? pricePerImageMicros,
    })
    return { kind: 'drafts', input, plan, source }
  }

  function requireProviders(settings: DraftSettings): void {
    for (const { provider } of settings.profiles) {
      const info = providers.info(provider)
      if (info.ready) continue
      const missing = info.key === 'missing' ? 'a key' : 'an address'
      throw new AppError(
        'auth',
        `${info.label} needs ${missing} first: enter it under Settings, Providers, or in its environment variable.`,
      )
    }
  }

  function keep(planId: string, plan: KeptPlan): void {
    kept.set(planId, plan)
    for (const oldest of [...kept.keys()].slice(0, -plansKept)) kept.delete(oldest)
  }

  async function find(planId: string): Promise<KeptPlan> {
    const known = kept.get(planId)
    if (known) return known
    const stored = plans.get(planId)
    if (!stored) throw new AppError('not-found', 'That plan is gone. Make it again.')
    const input: unknown = JSON.parse(stored.inputJson)
    const made =
      stored.kind === 'drafts'
        ? await makeDraftPlan(draftPlanInput.parse(input))
        : makeFinalsPlan(finalPlanInput.parse(input))
    keep(planId, made)
    return made
  }

  function makeFinalsPlan(input: FinalPlanInput): Extract<KeptPlan, { kind: 'finals' }> {
    const plan = planFinals(needs, input, needs.tiles.targets(input.targets))
    return { kind: 'finals', input, plan }
  }

  /** The unfinished batch that a run of this plan would go on with. */
  function unfinishedTwin(plan: DraftPlan, input: DraftPlanInput): number | null {
    if (input.alwaysNew) return null
    const [newest] = batches.withIdentity(plan.identity)
    return newest !== undefined && jobs.isUnfinished(newest) ? newest : null
  }

  function present(
    planId: string,
    summary: DraftPlan['summary'] | FinalsPlan['summary'],
    batchId: number | null,
  ): Plan {
    const parts = summary.parts.map((part) => ({
      ...part,
      durationMs: scheduler.lane(part.provider).durationMs(part.requests, needs.clock.now()),
    }))
    const durations = parts.map((part) => part.durationMs)
    const durationMs = durations.includes(null) ? null : Math.max(0, ...durations.map((duration) => duration ?? 0))
    return { ...summary, planId, batchId, parts, durationMs }
  }

  async function run(input: RunInput): Promise<{ batchId: number; batch: string }> {
    const stored = plans.get(input.planId)
    if (stored?.batchId) return { batchId: stored.batchId, batch: batches.get(stored.batchId).name }
    const plan = await find(input.planId)
    const { highestMicros } = plan.plan.summary
    if (highestMicros !== null && input.highestMicros !== null && highestMicros > input.highestMicros)
      throw new AppError(
        'conflict',
        `This now costs up to ${moneyText(highestMicros)}, more than the ${moneyText(input.highestMicros)} that was shown. Look at the plan again.`,
      )
    const batchId = plan.kind === 'drafts' ? await runDrafts(plan, input) : runFinals(plan, input)
    scheduler.refresh()
    return { batchId, batch: batches.get(batchId).name }
  }

  async function runDrafts(plan: Extract<KeptPlan, { kind: 'drafts' }>, input: RunInput): Promise<number> {
    const twin = unfinishedTwin(plan.plan, plan.input)
    if (twin !== null) {
      storage.transaction(() => {
        plans.markRan(input.planId, twin)
        if (input.first === null) jobs.release(twin, 'sample')
        jobs.release(twin, 'budget')
        if (plan.input.pricePerImageMicros !== null) jobs.setBatchPrice(twin, plan.input.pricePerImageMicros)
        batches.setPaused(twin, false)
        capRun(twin, input.capMicros)
      })
      needs.onPlanned(twin, false)
      return twin
    }
    if (plan.plan.summary.tiles === 0)
      throw new AppError(
        'invalid-input',
        `This sheet gives no prompt to make. ${plan.plan.summary.problems[0]?.message ?? 'It has no rows.'}`,
      )
    const created = await storeDrafts(
      needs,
      {
        plan: plan.plan,
        source: plan.source,
        settings: plan.input.settings,
        sheetId: plan.input.sheetId,
        name: input.name ?? `batch-${new Date(needs.clock.now()).toISOString().slice(0, 10)}`,
        first: input.first,
      },
      (batchId) => {
        plans.markRan(input.planId, batchId)
        capRun(batchId, input.capMicros)
      },
    )
    needs.onPlanned(created.id, true)
    return created.id
  }

  /** A cap is for this run: what the batch has cost before does not count. */
  function capRun(batchId: number, capMicros: number | null): void {
    batches.setCap(batchId, capMicros === null ? null : needs.countedOfBatchMicros(batchId) + capMicros)
  }

  function runFinals(plan: Extract<KeptPlan, { kind: 'finals' }>, input: RunInput): number {
    const { batchId } = plan.input
    storage.transaction(() => {
      storeFinals(needs, plan.plan, batchId)
      plans.markRan(input.planId, batchId)
      batches.setPaused(batchId, false)
      if (input.capMicros !== null) capRun(batchId, input.capMicros)
    })
    needs.onPlanned(batchId, false)
    return batchId
  }

  return {
    async planDrafts(input: DraftPlanInput): Promise<Plan> {
      const made = await makeDraftPlan(input)
      const planId = plans.add('drafts', input, made.plan.summary.highestMicros)
      keep(planId, made)
      return present(planId, made.plan.summary, unfinishedTwin(made.plan, input))
    },

    planFinals(input: FinalPlanInput): Plan {
      batches.get(input.batchId)
      const made = makeFinalsPlan(input)
      const planId = plans.add('finals', input, made.plan.summary.highestMicros)
      keep(planId, made)
      return present(planId, made.plan.summary, input.batchId)
    },

    async planRows(input: PlanRowsInput) {
      const plan = await find(input.planId)
      const page = { offset: input.offset, limit: input.limit, outcome: input.outcome }
      return plan.kind === 'drafts'
        ? draftPlanRows(plan.source, plan.plan, page)
        : finalPlanRows(needs, plan.plan, page)
    },

    /** Asked twice, also at once, it runs once. */
    async run(input: RunInput): Promise<{ batchId: number; batch: string }> {
      const known = starting.get(input.planId)
      if (known) return known
      const started = run(input)
      starting.set(input.planId, started)
      try {
        return await started
      } finally {
        starting.delete(input.planId)
      }
    },
  }
}
