import { createHash } from 'node:crypto'
import { canonicalJson, promptHash } from '#engine/cache/cache.ts'
import type { Problem } from '#shared/contract/common.ts'
import type { DraftPlanInput, Plan, PlanRow } from '#shared/contract/generation.ts'
import { AppError } from '#shared/errors.ts'
import { profileName } from '#shared/generation-request.ts'
import { breather } from './breathe.ts'
import { type DraftTile, draftSlices, type TileSource } from './draft-tiles.ts'

/** What becomes of each tile, in the order of the sheet; kept small, as there may be a million. */
export type TileOutcome = 'new' | 'cached' | 'duplicate' | 'blocked'
const outcomes: readonly TileOutcome[] = ['new', 'cached', 'duplicate', 'blocked']

export interface DraftPlan {
  readonly summary: Omit<Plan, 'planId' | 'batchId' | 'durationMs' | 'parts'> & {
    parts: { provider: string; model: string; requests: number; estimateMicros: number | null }[]
  }
  readonly identity: string
  outcome(tile: number): TileOutcome
  /** For a duplicate, the row of the tile whose picture it takes. */
  sameAsRow(tile: number): number
}

export interface DraftPlanNeeds {
  readonly source: TileSource
  readonly sheetSha256: string
  readonly isCached: (promptHash: string) => boolean
  /** The price of one picture at final quality, for the comparison; null where none is known. */
  readonly finalMicros: (tile: DraftTile) => number | null
}

const problemsKept = 1000

/** A plan that nobody could review: a mistake in a template, most likely. */
const mostTiles = 1_000_000

const tooMany = (): AppError =>
  new AppError('invalid-input', 'This makes over 1,000,000 drafts. Take fewer rows, variants or template choices.')

/** The same sheet bytes, mapping and draft settings are the same batch. */
export const batchIdentity = (sheetSha256: string, settings: DraftPlanInput['settings']): string =>
  createHash('sha256')
    .update(canonicalJson({ sheetSha256, ...settings }))
    .digest('hex')

/** Counts, prices and problems of a whole sheet; works in slices, sends nothing, stores nothing. */
export async function planDrafts(needs: DraftPlanNeeds, pricePerImageMicros: number | null): Promise<DraftPlan> {
  const firstRowOf = new Map<string, number>()
  const kinds: number[] = []
  const sameAs = new Map<number, number>()
  const parts = new Map<string, { provider: string; model: string; requests: number; estimateMicros: number | null }>()
  const problems: Problem[] = []
  const leftOut = { negative: 0, seed: 0 }
  let problemCount = 0
  let prompts = 0
  let allFinalMicros: number | null = 0
  const count = { new: 0, cached: 0, duplicate: 0, blocked: 0 }
  const breathe = breather()

  const addProblem = (problem: Problem) => {
    problemCount++
    if (problems.length < problemsKept) problems.push(problem)
  }

  for (const problem of needs.source.sheet.problems) addProblem(problem)
  for (const slice of draftSlices(needs.source)) {
    slice.problems.forEach(addProblem)
    for (const { prompt, tiles } of slice.prompts) {
      prompts++
      for (const tile of tiles) {
        const hash = promptHash(tile.request)
        const twinRow = firstRowOf.get(hash)
        const outcome = tile.problem
          ? 'blocked'
          : needs.isCached(hash)
            ? 'cached'
            : twinRow !== undefined
              ? 'duplicate'
              : 'new'
        if (outcome === 'duplicate' && twinRow !== undefined) sameAs.set(kinds.length, twinRow)
        else if (outcome === 'new') firstRowOf.set(hash, prompt.row)
        kinds.push(outcomes.indexOf(outcome))
        if (kinds.length > mostTiles) throw tooMany()
        count[outcome]++
        if (outcome === 'new') addToPart(parts, tile, pricePerImageMicros)
        const finalMicros = outcome === 'blocked' ? 0 : (needs.finalMicros(tile) ?? pricePerImageMicros)
        allFinalMicros = allFinalMicros === null || finalMicros === null ? null : allFinalMicros + finalMicros
        if (prompt.negative && tile.model && !tile.model.takesNegativePrompt) leftOut.negative++
        if (prompt.seed !== null && tile.model && !tile.model.takesSeed) leftOut.seed++
      }
      const blocked = tiles.find((tile) => tile.problem !== null)
      if (blocked?.problem) addProblem({ row: prompt.row, line: prompt.line, column: null, message: blocked.problem })
    }
    await breathe()
  }
  if (leftOut.negative > 0) addProblem(leftOutProblem('negative prompt', leftOut.negative))
  if (leftOut.seed > 0) addProblem(leftOutProblem('seed', leftOut.seed))

  const estimates = [...parts.values()].map((part) => part.estimateMicros)
  const estimateMicros = estimates.includes(null) ? null : estimates.reduce<number>((sum, part) => sum + (part ?? 0), 0)
  const codes = Uint8Array.from(kinds)
  return {
    identity: batchIdentity(needs.sheetSha256, needs.source.settings),
    summary: {
      kind: 'drafts',
      prompts,
      tiles: codes.length,
      requests: count.new,
      cached: count.cached,
      duplicates: count.duplicate,
      blocked: count.blocked,
      estimateMicros,
      highestMicros: estimateMicros,
      currency: 'USD',
      allFinalMicros,
      parts: [...parts.values()],
      problems,
      problemCount,
      redrawn: 0,
    },
    outcome: (tile) => outcomes[codes[tile] ?? 0] ?? 'new',
    sameAsRow: (tile) => sameAs.get(tile) ?? 0,
  }
}

const leftOutProblem = (what: string, tiles: number): Problem => ({
  row: null,
  line: null,
  column: null,
  message: `the chosen model takes no ${what}: it is left out for ${tiles} ${tiles === 1 ? 'draft' : 'drafts'}`,
})

function addToPart(
  parts: Map<string, { provider: string; model: string; requests: number; estimateMicros: number | null }>,
  tile: DraftTile,
  pricePerImageMicros: number | null,
): void {
  const name = profileName(tile.request)
  const { provider, model } = tile.request
  const part = parts.get(name) ?? { provider, model, requests: 0, estimateMicros: 0 }
  const price = tilePrice(tile, pricePerImageMicros)
  part.requests++
  part.estimateMicros = part.estimateMicros === null || price === null ? null : part.estimateMicros + price
  parts.set(name, part)
}

/** The most one picture of this tile costs, micros; null where nobody knows. */
export const tilePrice = (tile: DraftTile, pricePerImageMicros: number | null): number | null =>
  tile.model?.price.perImageMicros ?? pricePerImageMicros

/** Some rows of a plan, made again from the sheet. `total` counts all rows of that outcome. */
export async function draftPlanRows(
  source: TileSource,
  plan: DraftPlan,
  page: { offset: number; limit: number; outcome: TileOutcome | undefined; pricePerImageMicros: number | null },
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
            rows.push(planRow(prompt, tile, outcome, plan.sameAsRow(index), page))
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
  { pricePerImageMicros }: { pricePerImageMicros: number | null },
): PlanRow {
  const notes = { new: null, cached: 'cached', duplicate: `same as row ${sameAsRow}`, blocked: tile.problem }
  return {
    row: prompt.row,
    prompt: prompt.text,
    variant: tile.variant,
    provider: tile.request.provider,
    model: tile.request.model,
    priceMicros: outcome === 'new' ? tilePrice(tile, pricePerImageMicros) : outcome === 'blocked' ? null : 0,
    outcome,
    note: notes[outcome],
  }
}
