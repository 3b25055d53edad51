import { type Cache, promptHash } from '#engine/cache/cache.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { DraftTarget } from '#engine/tiles/tiles.ts'
import type { FinalPlanInput, PlanRow } from '#shared/contract/generation.ts'
import { type GenerationRequest, profileName } from '#shared/generation-request.ts'
import { breather } from './breathe.ts'
import { type FinalRequestNeeds, finalRequest, isProblem } from './final-request.ts'
import { remembering } from './model-facts.ts'
import { collectProblems } from './plan-problems.ts'
import { type PlanPart, type PlanSummary, sumOrNull } from './planned-work.ts'

export interface FinalsNeeds extends FinalRequestNeeds {
  readonly cache: Cache
}

/** One final before it is stored. */
export interface PlannedFinal {
  readonly target: DraftTarget
  readonly request: GenerationRequest
  readonly hash: string
  /** Not the same picture larger: it arrives undecided. */
  readonly redrawn: boolean
  readonly price: Price | null
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

  const seen = new Set<string>()
  const finals: PlannedFinal[] = []
  let blocked = 0
  for (const target of wanted) {
    await breathe()
    const made = await finalRequest({ ...needs, facts }, input, target)
    const place = { row: target.row, line: null, column: null }
    if (isProblem(made)) {
      problems.ofModel(place, made, true)
      blocked++
      continue
    }
    for (const one of made.leftOut) problems.ofModel(place, one, false)
    const hash = promptHash(made.request)
    if (target.hasFinal && needs.jobs.hasFinal(target.tileId, hash)) continue
    const price = facts.priceOf(made.request)
    const outcome = needs.cache.find(hash) ? 'cached' : seen.has(hash) ? 'duplicate' : 'new'
    seen.add(hash)
    finals.push({
      target,
      request: made.request,
      hash,
      redrawn: made.redrawn,
      price,
      currency: made.model.price.currency,
      outcome,
      note: made.redrawn ? 'redrawn' : outcome === 'cached' ? 'cached' : (made.leftOut[0]?.message ?? null),
    })
  }
  const fresh = finals.filter((final) => final.outcome === 'new')
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
      parts: partsOf(fresh),
      ...problems.summary(),
      redrawn: finals.filter((final) => final.redrawn).length,
    },
  }
}

/** Sums over requests: what each model makes, and all together. */
export function partsOf(planned: readonly { request: GenerationRequest; price: Price | null }[]): PlanPart[] {
  return [...Map.groupBy(planned, (each) => profileName(each.request)).values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { provider, model } = first.request
    return [{ provider, model, requests: group.length, ...sumsOf(group) }]
  })
}

export const sumsOf = (planned: readonly { price: Price | null }[]) => ({
  estimateMicros: planned.reduce<number | null>((sum, each) => sumOrNull(sum, each.price?.expectedMicros), 0),
  highestMicros: planned.reduce<number | null>((sum, each) => sumOrNull(sum, each.price?.highestMicros), 0),
})
