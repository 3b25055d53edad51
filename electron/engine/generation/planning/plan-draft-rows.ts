import type { PlanRow } from '#shared/contract/plans.ts'
import { breather } from './breathe.ts'
import { type DraftTile, draftSlices, type TileSource } from './draft-tiles.ts'
import type { DraftPlan, TileOutcome } from './plan-drafts.ts'

/** Some rows of a plan, made again from the sheet. `total` counts all rows of that outcome. */
export async function draftPlanRows(
  source: TileSource,
  plan: DraftPlan,
  page: { offset: number; limit: number; outcome: TileOutcome | undefined },
): Promise<{ rows: PlanRow[]; total: number }> {
  const rows: PlanRow[] = []
  const breathe = breather()
  let index = 0
  let total = 0
  for (const slice of draftSlices(source)) {
    for (const { prompt, tiles } of slice.prompts)
      for (const tile of tiles) {
        const outcome = plan.outcome(index)
        if (page.outcome === undefined || page.outcome === outcome) {
          if (total >= page.offset && rows.length < page.limit)
            rows.push(planRow(prompt, tile, outcome, plan.sameAsRow(index)))
          total++
        }
        index++
      }
    await breathe()
  }
  return { rows, total }
}

function planRow(
  prompt: { row: number; text: string },
  tile: DraftTile,
  outcome: TileOutcome,
  sameAsRow: number,
): PlanRow {
  const notes = {
    new: null,
    cached: 'cached',
    duplicate: `same as row ${sameAsRow}`,
    blocked: tile.problem?.message ?? null,
  }
  return {
    row: prompt.row,
    prompt: prompt.text,
    variant: tile.variant,
    provider: tile.request.provider,
    model: tile.request.model,
    priceMicros: outcome === 'new' ? (tile.price?.expectedMicros ?? null) : outcome === 'blocked' ? null : 0,
    outcome,
    note: notes[outcome],
  }
}
