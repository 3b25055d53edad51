import { createHash } from 'node:crypto'
import { canonicalJson, promptHash } from '#engine/cache/cache.ts'
import { watchingAlike } from '#engine/sheets/sheets.ts'
import type { Size } from '#shared/contract/providers.ts'
import type { ColumnMapping } from '#shared/contract/sheets.ts'
import type { DraftPlanInput } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { breather } from './breathe.ts'
import { type DraftTile, draftSlices, type TileSource } from './draft-tiles.ts'
import { remembering } from './model-facts.ts'
import { columnOf } from './model-problem.ts'
import { packedHashes } from './packed-hashes.ts'
import { collectProblems } from './plan-problems.ts'
import { type PlanPart, type PlanSummary, sumOrNull } from './planned-work.ts'
import { addToPart, partFor } from './routes.ts'

/** What becomes of each tile, in the order of the sheet; kept small, as there may be a million. */
export type TileOutcome = 'new' | 'cached' | 'duplicate' | 'blocked'
const outcomes: readonly TileOutcome[] = ['new', 'cached', 'duplicate', 'blocked']

export interface DraftPlan {
  readonly summary: PlanSummary
  readonly identity: string
  outcome(tile: number): TileOutcome
  /** The prompt hash of a tile, so that storing it does not make it again. */
  hash(tile: number): string
  /** Every tile, by its prompt hash from the lowest to the highest. */
  inOrderOfHashes(): Iterable<number>
  /** For a duplicate, the row of the tile whose picture it takes. */
  sameAsRow(tile: number): number
}

export interface DraftPlanNeeds {
  readonly source: TileSource
  readonly sheetSha256: string
  /** Of these prompt hashes, those whose picture is there. */
  readonly cachedAmong: (promptHashes: readonly string[]) => { has(promptHash: string): boolean }
  /** The price of one picture at final quality, for the comparison; null where none is known. */
  readonly finalMicros: (tile: DraftTile, wanted: Size | null) => number | null
}

/** A plan that nobody could review: a mistake in a template, most likely. */
const mostTiles = 1_000_000

const tooMany = (): AppError =>
  new AppError('invalid-input', 'This makes over 1,000,000 drafts. Take fewer rows, variants or template choices.')

/** The same sheet bytes, mapping and draft settings are the same batch. */
const batchIdentity = (sheetSha256: string, settings: DraftPlanInput['settings'], pictures: string | null): string =>
  createHash('sha256')
    .update(canonicalJson({ sheetSha256, ...settings, ...(pictures === null ? {} : { pictures }) }))
    .digest('hex')

/** Counts, prices and problems of a whole sheet; works in slices, sends nothing, stores nothing. */
export async function planDrafts(needs: DraftPlanNeeds): Promise<DraftPlan> {
  /** By tile. */
  const rows: number[] = []
  const kinds: number[] = []
  const hashes = packedHashes()
  const sameAs = new Map<number, number>()
  const parts = new Map<string, PlanPart>()
  const problems = collectProblems()
  let prompts = 0
  let allFinalMicros: number | null = 0
  const count = { new: 0, cached: 0, duplicate: 0, blocked: 0 }
  const alike = watchingAlike()
  const breathe = breather()
  const facts = remembering(needs.source.facts)

  for (const problem of needs.source.sheet.problems) problems.ofSheet(problem)
  for (const slice of draftSlices(needs.source)) {
    slice.problems.forEach(problems.ofSheet)
    const hashesHere = slice.prompts.map(({ tiles }) => tiles.map((tile) => promptHash(tile.request)))
    const cached = needs.cachedAmong(hashesHere.flat())
    for (const [at, { prompt, wanted, tiles }] of slice.prompts.entries()) {
      prompts++
      alike.see(prompt.row, prompt.text)
      for (const [variant, tile] of tiles.entries()) {
        const hash = hashesHere[at]?.[variant] ?? ''
        hashes.add(hash)
        const twin = hashes.leader()
        const outcome = tile.problem ? 'blocked' : cached.has(hash) ? 'cached' : twin !== null ? 'duplicate' : 'new'
        if (outcome === 'duplicate' && twin !== null) sameAs.set(kinds.length, rows[twin] ?? 0)
        else if (outcome === 'new') hashes.lead()
        kinds.push(outcomes.indexOf(outcome))
        rows.push(prompt.row)
        if (kinds.length > mostTiles) throw tooMany()
        count[outcome]++
        if (outcome === 'new') addToPart(parts, tile, facts)
        else countAside(partFor(parts, tile.request), outcome)
        if (outcome !== 'blocked') allFinalMicros = sumOrNull(allFinalMicros, needs.finalMicros(tile, wanted))
      }
      tellOfModels(problems, needs.source.settings.mapping, prompt, tiles)
    }
    await breathe()
  }

  const total = (of: 'estimateMicros' | 'highestMicros') =>
    [...parts.values()].reduce<number | null>((sum, part) => sumOrNull(sum, part[of]), 0)
  const codes = Uint8Array.from(kinds)
  return {
    identity: batchIdentity(needs.sheetSha256, needs.source.settings, needs.source.pictures.identity),
    summary: {
      kind: 'drafts',
      prompts,
      tiles: codes.length,
      requests: count.new,
      cached: count.cached,
      duplicates: count.duplicate,
      blocked: count.blocked,
      estimateMicros: total('estimateMicros'),
      highestMicros: total('highestMicros'),
      currency: 'USD',
      allFinalMicros,
      parts: [...parts.values()].map((part) => ({ cached: 0, duplicates: 0, blocked: 0, ...part })),
      ...problems.summary(),
      redrawn: 0,
      alike: alike.found(),
    },
    outcome: (tile) => outcomes[codes[tile] ?? 0] ?? 'new',
    hash: hashes.at,
    inOrderOfHashes: hashes.inOrder,
    sameAsRow: (tile) => sameAs.get(tile) ?? 0,
  }
}

/** Each trouble of a prompt once, however many of its variants have it. */
function tellOfModels(
  problems: ReturnType<typeof collectProblems>,
  mapping: ColumnMapping,
  { row, line }: { row: number; line: number },
  tiles: readonly DraftTile[],
): void {
  let told: Set<string> | null = null
  for (const { problem, leftOut } of tiles) {
    if (problem === null && leftOut.length === 0) continue
    told ??= new Set()
    for (const one of problem ? [problem] : leftOut) {
      if (told.has(one.message)) continue
      told.add(one.message)
      problems.ofModel({ row, line, column: columnOf(mapping, one.role) }, one, problem !== null)
    }
  }
}

/** What of a model's share is not sent. */
function countAside(part: PlanPart, outcome: Exclude<TileOutcome, 'new'>): void {
  const name = outcome === 'duplicate' ? 'duplicates' : outcome
  part[name] = (part[name] ?? 0) + 1
}
