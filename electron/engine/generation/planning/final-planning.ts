import type { PlanRow } from '#shared/contract/plans.ts'
import type { FinalPlanInput } from '#shared/contract/wishes.ts'
import { type FinalsPlan, planFinals, sumsOf } from './plan-finals.ts'
import { capRun, type PlannedWork, type PlanningNeeds, type PlanPage } from './planned-work.ts'
import { storeFinals } from './store-finals.ts'

/** Finals of approved drafts, in their drafts' places. */
export async function planFinalsOf(needs: PlanningNeeds, input: FinalPlanInput): Promise<PlannedWork> {
  const { storage, batches } = needs
  const { id: batchId } = batches.get(input.batchId)
  const plan = await planFinals(needs, input, needs.tiles.targets(input.targets))
  return {
    summary: plan.summary,
    batchId: () => batchId,
    rows: async (page) => rowsOf(needs, plan, page),
    async *requests() {
      for (const final of plan.finals) if (final.outcome === 'new') yield final.request
    },
    async run(wish, markRan, routes) {
      storage.transaction(() => {
        const startId = needs.jobs.addStart(batchId, wish.start ?? { kind: 'now' })
        storeFinals(needs, plan, { batchId, routes, startId })
        markRan(batchId)
        batches.setPaused(batchId, false)
        capRun(needs, batchId, wish.capMicros)
      })
      needs.onPlanned(batchId, false)
      return batchId
    },
  }
}

function rowsOf({ jobs }: PlanningNeeds, plan: FinalsPlan, page: PlanPage): { rows: PlanRow[]; total: number } {
  const matching = plan.finals.filter((final) => page.outcome === undefined || final.outcome === page.outcome)
  const rows = matching.slice(page.offset, page.offset + page.limit).map((final) => ({
    row: final.target.row,
    prompt: final.request.prompt,
    variant: jobs.get(final.target.tileId)?.variant ?? 1,
    provider: final.request.provider,
    model: final.request.model,
    priceMicros: final.outcome === 'new' ? sumsOf(final.unmade).estimateMicros : 0,
    outcome: final.outcome,
    note: final.note,
  }))
  return { rows, total: matching.length }
}
