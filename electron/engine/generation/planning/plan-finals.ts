import type { Batches } from '#engine/batches/batches.ts'
import { type Cache, promptHash } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import { type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { DraftTarget } from '#engine/tiles/tiles.ts'
import type { Problem } from '#shared/contract/common.ts'
import type { FinalPlanInput, FinalProfile, PlanRow } from '#shared/contract/generation.ts'
import type { Model } from '#shared/contract/providers.ts'
import { type GenerationRequest, profileName } from '#shared/generation-request.ts'
import { finalSize, sizeProblem } from './draft-size.ts'
import type { ModelFacts } from './model-facts.ts'
import { type PlanPart, type PlanSummary, sumOrNull } from './planned-work.ts'

/** The upscaler that every library has: free, local, faithful. */
const builtInUpscaler = { provider: 'sketch', model: 'lanczos' } as const

export interface FinalsNeeds {
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly facts: ModelFacts
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
export function planFinals(needs: FinalsNeeds, input: FinalPlanInput, targets: readonly DraftTarget[]): FinalsPlan {
  const problems: Problem[] = []
  const approved = targets.filter((target) => target.decision === 'approved')
  const wanted = approved.filter((target) => input.targets.kind !== 'selector' || !target.hasFinal)
  if (approved.length < targets.length && input.targets.kind !== 'selector')
    problems.push(ofAll(`${targets.length - approved.length} of these pictures are not approved: they are left out.`))

  const seen = new Set<string>()
  const finals: PlannedFinal[] = []
  for (const target of wanted) {
    const made = finalOf(needs, input, target)
    if (typeof made === 'string') {
      problems.push({ row: target.row, line: null, column: null, message: made })
      continue
    }
    const hash = promptHash(made.request)
    if (target.hasFinal && needs.jobs.hasFinal(target.tileId, hash)) continue
    const price = needs.facts.priceOf(made.request)
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
      note: made.redrawn ? 'redrawn' : outcome === 'cached' ? 'cached' : null,
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
      blocked: wanted.length - finals.length,
      ...sumsOf(fresh),
      currency: 'USD',
      allFinalMicros: null,
      parts: partsOf(fresh),
      problems: problems.slice(0, 1000),
      problemCount: problems.length,
      redrawn: finals.filter((final) => final.redrawn).length,
    },
  }
}

const ofAll = (message: string): Problem => ({ row: null, line: null, column: null, message })

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

/** The request for one final; a string says why there is none. */
function finalOf(
  needs: FinalsNeeds,
  input: FinalPlanInput,
  target: DraftTarget,
): { request: GenerationRequest; model: Model; redrawn: boolean } | string {
  const job = needs.jobs.get(target.tileId)
  if (!job) return 'the draft has no job any more'
  const draft = requestOf(job)
  const draftModel = needs.facts.findModel(draft.provider, draft.model)
  const isSameLarger = draftModel?.sameSeedLarger === true && draft.seed !== null
  const profile: FinalProfile = input.profile ?? {
    kind: isSameLarger ? 'rerender' : 'upscale',
    ...(isSameLarger ? { provider: draft.provider, model: draft.model } : builtInUpscaler),
    width: null,
    height: null,
    scale: input.scale,
  }
  const model = needs.facts.findModel(profile.provider, profile.model)
  if (!model) return `${profileName(profile)} is not a model that is known here`
  if (profile.kind === 'upscale') return upscaleOf(needs, profile, model, draft, target)
  const isSameModel = profile.provider === draft.provider && profile.model === draft.model
  return rerenderOf(needs, profile, model, draft, target, !(isSameModel && isSameLarger))
}

function upscaleOf(
  needs: FinalsNeeds,
  profile: FinalProfile,
  model: Model,
  draft: GenerationRequest,
  target: DraftTarget,
) {
  if (!model.operations.includes('upscale')) return `${profileName(profile)} does not upscale`
  const image = needs.images.stored(target.imageId)
  const scale = profile.scale ?? 2
  const request: GenerationRequest = {
    ...draft,
    operation: 'upscale',
    prompt: '',
    provider: profile.provider,
    model: profile.model,
    negativePrompt: null,
    width: Math.round(image.width * scale),
    height: Math.round(image.height * scale),
    quality: null,
    seed: null,
    variant: null,
    scale,
    source: { sha256: image.sha256, width: image.width, height: image.height },
    references: [],
    options: {},
    answeredBy: needs.facts.answeredBy(profile.provider, profile.model),
  }
  return { request, model, redrawn: false }
}

function rerenderOf(
  needs: FinalsNeeds,
  profile: FinalProfile,
  model: Model,
  draft: GenerationRequest,
  target: DraftTarget,
  redrawn: boolean,
) {
  if (!model.operations.includes('generate')) return `${profileName(profile)} makes no pictures from prompts`
  const prompt = needs.batches.prompt(target.promptId)
  const wanted =
    prompt.wantedWidth !== null && prompt.wantedHeight !== null
      ? { width: prompt.wantedWidth, height: prompt.wantedHeight }
      : null
  const asked =
    profile.width !== null && profile.height !== null ? { width: profile.width, height: profile.height } : null
  const problem = asked ? sizeProblem(model, asked) : null
  if (problem) return problem
  const size =
    asked ??
    finalSize(
      model,
      { width: draft.width ?? model.draftSize.width, height: draft.height ?? model.draftSize.height },
      wanted,
    )
  const request: GenerationRequest = {
    ...draft,
    provider: profile.provider,
    model: profile.model,
    width: size.width,
    height: size.height,
    quality: model.finalQuality ?? draft.quality,
    negativePrompt: model.takesNegativePrompt ? draft.negativePrompt : null,
    seed: model.takesSeed ? draft.seed : null,
    variant: model.takesSeed && draft.seed !== null ? null : (draft.variant ?? draft.seed),
    answeredBy: needs.facts.answeredBy(profile.provider, profile.model),
  }
  return { request, model, redrawn }
}
