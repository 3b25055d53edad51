import type { Cache } from '#engine/cache/cache.ts'
import type { PlannedStep } from '#engine/jobs/jobs.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { DraftTarget } from '#engine/tiles/tiles.ts'
import type { PlanRow } from '#shared/contract/plans.ts'
import type { Size } from '#shared/contract/providers.ts'
import type { FinalPlanInput, FinalStep } from '#shared/contract/wishes.ts'
import { type GenerationRequest, profileName } from '#shared/generation-request.ts'
import { breather } from './breathe.ts'
import { type FinalRequestNeeds, finalRequest } from './final-request.ts'
import { type ModelFacts, remembering } from './model-facts.ts'
import { type PricedRequest, planChain } from './plan-chain.ts'
import { collectProblems } from './plan-problems.ts'
import { type PlanPart, type PlanSummary, sumOrNull } from './planned-work.ts'
import { addToPart } from './routes.ts'
import { collectSizeAdvice } from './size-advice.ts'
import { isProblem } from './wished-final.ts'

export interface FinalsNeeds extends FinalRequestNeeds {
  readonly cache: Cache
}

/** One final before it is stored. */
export interface PlannedFinal {
  readonly target: DraftTarget
  readonly request: GenerationRequest
  readonly hash: string
  /** Whether its first step is not the same picture larger; `isRedrawn` is about all its steps. */
  readonly redrawn: boolean
  readonly isRedrawn: boolean
  /** Of the first step alone. */
  readonly price: Price | null
  /** The steps after the first, with `chain` as their name; empty for a final of one step. */
  readonly rest: readonly PlannedStep[]
  readonly chain: string | null
  /** Every request that has to be made for it; empty where all pictures are here. */
  readonly unmade: readonly PricedRequest[]
  readonly currency: string
  readonly outcome: PlanRow['outcome']
  readonly note: string | null
}

export interface FinalsPlan {
  readonly finals: readonly PlannedFinal[]
  readonly summary: PlanSummary
}

/**
 * What finalizing would make of these drafts. Only approved ones count; without a profile each is made the faithful way:
 * anew with its seed where its model gives the same picture larger, else enlarged.
 */
export async function planFinals(
  needs: FinalsNeeds,
  input: FinalPlanInput,
  targets: readonly DraftTarget[],
): Promise<FinalsPlan> {
  const problems = collectProblems()
  const breathe = breather()
  const facts = remembering(needs.facts)
  const approved = targets.filter((target) => target.decision === 'approved')
  const wanted = approved.filter((target) => input.targets.kind !== 'selector' || !target.hasFinal)
  if (approved.length < targets.length && input.targets.kind !== 'selector')
    problems.ofAll(`${targets.length - approved.length} of these pictures are not approved: they are left out.`)

  const steps = input.profile?.steps ?? []
  const seen = new Set<string>()
  const advice = collectSizeAdvice(facts)
  const finals: PlannedFinal[] = []
  let blocked = 0
  for (const target of wanted) {
    await breathe()
    const wish = await finalRequest({ ...needs, facts }, input, target)
    const made = isProblem(wish) ? wish : planChain({ ...needs, facts }, wish, steps)
    const place = { row: target.row, line: null, column: null }
    if ('kind' in made) {
      problems.ofModel(place, made, true)
      blocked++
      continue
    }
    for (const one of made.leftOut) problems.ofModel(place, one, false)
    const { first, rest, chain, unmade } = made
    const slot = input.slot ?? wantedOf(needs, target)
    if (target.hasFinal && needs.jobs.hasFinal(target.tileId, first.hash, chain)) continue
    const outcome = unmade.length === 0 ? 'cached' : seen.has(first.hash) ? 'duplicate' : 'new'
    seen.add(first.hash)
    if (slot && outcome === 'new') advice.look(needs.images.stored(target.imageId), slot, first)
    finals.push({
      target,
      request: first.request,
      hash: first.hash,
      redrawn: first.redrawn,
      isRedrawn: made.redrawn,
      price: first.price,
      rest,
      chain,
      unmade,
      currency: first.model.price.currency,
      outcome,
      note: noteOf(made.redrawn, outcome, steps, made.leftOut[0]?.message ?? null),
    })
  }
  const sizeAdvice = advice.sentence('USD')
  const news = finals.filter((final) => final.outcome === 'new')
  const fresh = news.flatMap((final) => final.unmade)
  // What follows a first step starts from its picture, when that is there: live.
  const firsts = new Set(news.map((final) => final.request))
  return {
    finals,
    summary: {
      kind: 'finals',
      prompts: new Set(finals.map((final) => final.target.promptId)).size,
      tiles: finals.length,
      requests: fresh.length,
      cached: finals.filter((final) => final.outcome === 'cached').length,
      duplicates: finals.filter((final) => final.outcome === 'duplicate').length,
      blocked,
      ...sumsOf(fresh),
      currency: 'USD',
      allFinalMicros: null,
      parts: partsOf(fresh, facts, (request) => firsts.has(request)),
      ...problems.summary(),
      redrawn: finals.filter((final) => final.isRedrawn).length,
      ...(sizeAdvice === null ? {} : { sizeAdvice }),
    },
  }
}

/** The size that a draft's row asks for. */
function wantedOf({ batches }: FinalsNeeds, { promptId }: DraftTarget): Size | null {
  const { wantedWidth: width, wantedHeight: height } = batches.prompt(promptId)
  return width !== null && height !== null ? { width, height } : null
}

/** What a row says of its final: that it is another picture, what follows its first step, or what is left out. */
function noteOf(
  isRedrawn: boolean,
  outcome: PlanRow['outcome'],
  steps: readonly FinalStep[],
  leftOut: string | null,
): string | null {
  const said = isRedrawn ? 'redrawn' : outcome === 'cached' ? 'cached' : leftOut
  const then = steps.map((step) => `then ${profileName(step)}`)
  return [...(said === null ? [] : [said]), ...then].join(', ') || null
}

/** What each model makes. */
export function partsOf(
  planned: readonly PricedRequest[],
  facts: ModelFacts,
  mayBatch?: (request: GenerationRequest) => boolean,
): PlanPart[] {
  const parts = new Map<string, PlanPart>()
  for (const each of planned) addToPart(parts, each, facts, mayBatch?.(each.request))
  return [...parts.values()]
}

export const sumsOf = (planned: readonly { price: Price | null }[]) => ({
  estimateMicros: planned.reduce<number | null>((sum, each) => sumOrNull(sum, each.price?.expectedMicros), 0),
  highestMicros: planned.reduce<number | null>((sum, each) => sumOrNull(sum, each.price?.highestMicros), 0),
})
