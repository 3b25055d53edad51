import {
  type DifferencesInput,
  type SheetComparison,
  type UpdateInput,
  type UpdatePlanInput,
  updatePlanInput,
} from '#shared/contract/batches.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { Plan, PlanRowsInput } from '#shared/contract/plans.ts'
import {
  type DraftPlanInput,
  draftPlanInput,
  type FinalPlanInput,
  finalPlanInput,
  type RerollPlanInput,
  rerollPlanInput,
} from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import type { Scheduler } from '../running/scheduler.ts'
import { planDraftsOf } from './draft-planning.ts'
import { planFinalsOf } from './final-planning.ts'
import { withPinnedWildcards } from './pin-wildcards.ts'
import type { Compared, PlannedWork, PlanningNeeds, PlanPart, RunWish } from './planned-work.ts'
import { openPlans, type StoredPlan } from './plans.ts'
import { planRerollsOf } from './reroll-planning.ts'
import { keptSending, partRoutes, routeFigures, runRoutes } from './routes.ts'
import { comparedRows, planUpdateOf } from './update-planning.ts'

/** So many plans are kept whole; an older one is made again from its stored wish. */
const plansKept = 8
const tilesKept = 20_000

/** Plans: what a run would make, cost and take, before anything is spent; and the one run that each may become. */
export function openPlanning(
  needs: PlanningNeeds & {
    readonly scheduler: Scheduler
    /** Remote batches of a provider that were started in the last hour. */
    readonly startedLately: (provider: string) => number
  },
) {
  const { batches, scheduler } = needs
  const plans = openPlans(needs.storage, needs.clock)
  const kept = new Map<string, PlannedWork>()
  const starting = new Map<string, Promise<{ batchId: number; batch: string }>>()

  async function make(kind: StoredPlan['kind'], input: unknown): Promise<PlannedWork> {
    const update = kind === 'drafts' ? updatePlanInput.safeParse(input).data : undefined
    if (update) return planUpdateOf(needs, update)
    if (kind === 'drafts') return planDraftsOf(needs, draftPlanInput.parse(input))
    if (kind === 'finals') return planFinalsOf(needs, finalPlanInput.parse(input))
    return planRerollsOf(needs, rerollPlanInput.parse(input))
  }

  function keep(planId: string, work: PlannedWork): void {
    // A plan holds its sheet's rows: of large ones, only the newest is kept.
    if (work.summary.tiles > tilesKept) kept.clear()
    kept.set(planId, work)
    for (const oldest of [...kept.keys()].slice(0, -plansKept)) kept.delete(oldest)
  }

  async function plan(kind: StoredPlan['kind'], input: unknown): Promise<Plan> {
    const work = await make(kind, input)
    const planId = plans.add(kind, input, work.summary.highestMicros)
    keep(planId, work)
    const lanes = lanesOf(work.summary.parts)
    const durations = lanes.map((lane) => lane.durationMs)
    const durationMs = durations.includes(null) ? null : Math.max(0, ...durations.map((duration) => duration ?? 0))
    const parts = work.summary.parts.map((part) => {
      const { byBatch: _, ...live } = part
      return { ...live, ...partRoutes(part, work.summary.kind, needs.facts, needs.startedLately(part.provider)) }
    })
    return {
      ...work.summary,
      planId,
      batchId: work.batchId(),
      parts,
      lanes,
      durationMs,
      batch: routeFigures(parts, () => true),
      auto: routeFigures(parts, ({ auto }) => auto === 'batch'),
    }
  }

  function lanesOf(parts: readonly PlanPart[]): Plan['lanes'] {
    const byProvider = Map.groupBy(
      parts.filter((part) => part.requests > 0),
      (part) => part.provider,
    )
    return [...byProvider].map(([provider, own]) => {
      const requests = own.reduce((sum, part) => sum + part.requests, 0)
      return { provider, requests, durationMs: scheduler.lane(provider).durationMs(requests, needs.clock.now()) }
    })
  }

  async function find(planId: string): Promise<PlannedWork> {
    const known = kept.get(planId)
    if (known) return known
    const stored = plans.get(planId)
    if (!stored) throw new AppError('not-found', 'That plan is gone. Make it again.')
    const work = await make(stored.kind, JSON.parse(stored.inputJson))
    keep(planId, work)
    return work
  }

  async function run(input: RunWish): Promise<{ batchId: number; batch: string }> {
    const stored = plans.get(input.planId)
    if (stored?.batchId) return { batchId: stored.batchId, batch: batches.get(stored.batchId).name }
    const work = await find(input.planId)
    const { highestMicros } = work.summary
    if (highestMicros !== null && input.highestMicros !== null && highestMicros > input.highestMicros) {
      const [now, shown] = [moneyText(highestMicros), moneyText(input.highestMicros)]
      throw new AppError('conflict', `This now costs up to ${now}, more than the ${shown} that was shown. Look again.`)
    }
    const wish = work.summary.kind === 'update' ? { ...keptSending(work, batches), ...input } : input
    const routes = runRoutes(wish, work.summary, needs.facts)
    const markRan = (ran: number): void => {
      plans.markRan(input.planId, ran)
      const { route, routes, start } = wish
      if (work.summary.kind === 'drafts' && (route ?? routes ?? start))
        batches.setSending(ran, { route, routes, start })
    }
    const batchId = await work.run(wish, markRan, routes)
    kept.delete(input.planId)
    scheduler.refresh()
    return { batchId, batch: batches.get(batchId).name }
  }

  async function comparedIn(planId: string): Promise<Compared> {
    const { compared } = await find(planId)
    if (!compared) throw new AppError('invalid-input', 'That plan compares no sheets.')
    return compared
  }

  /** Asked twice, also at once, it runs once. */
  async function runOnce(input: RunWish): Promise<{ batchId: number; batch: string }> {
    const known = starting.get(input.planId)
    if (known) return known
    const started = run(input)
    starting.set(input.planId, started)
    try {
      return await started
    } finally {
      starting.delete(input.planId)
    }
  }

  return {
    /** What a newer sheet makes of a batch; nothing is changed. */
    async compareSheet(input: UpdatePlanInput): Promise<SheetComparison> {
      const made = await plan('drafts', input)
      const compared = await comparedIn(made.planId)
      const { page: _, ...counts } = compared
      const sending = keptSending(await find(made.planId), batches)
      return { plan: made, sending, ...counts, rows: comparedRows(compared) }
    },
    async differences({ planId, ...page }: DifferencesInput) {
      return (await comparedIn(planId)).page(page)
    },
    update: (input: UpdateInput): Promise<{ batchId: number; batch: string }> =>
      runOnce({ ...input, name: null, first: null }),

    /** Kept with the wildcards as they are now: the same plan makes the same prompts later, too. */
    planDrafts: (input: DraftPlanInput): Promise<Plan> =>
      plan('drafts', { ...input, settings: withPinnedWildcards(needs.wildcards, input.settings) }),
    planFinals: (input: FinalPlanInput): Promise<Plan> => plan('finals', input),
    planRerolls: (input: RerollPlanInput): Promise<Plan> => plan('rerolls', input),
    async planRows({ planId, ...page }: PlanRowsInput) {
      const work = await find(planId)
      return work.rows({ ...page, outcome: page.outcome })
    },

    run: (input: RunInput): Promise<{ batchId: number; batch: string }> => runOnce(input),
    /** The requests of a plan, to be written out. Throws AppError `unsupported` where they are not known before a run. */
    async requestsOf(planId: string): Promise<AsyncIterable<GenerationRequest>> {
      const { requests } = await find(planId)
      if (requests) return requests()
      throw new AppError('unsupported', 'The requests of such a plan are known when it is run.')
    },
  }
}
