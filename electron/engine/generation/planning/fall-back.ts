import type { Batches } from '#engine/batches/batches.ts'
import { promptHash } from '#engine/cache/cache.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import { type GenerationRequest, type Profile, profileName } from '#shared/generation-request.ts'
import { draftSize } from './draft-size.ts'
import type { ModelFacts } from './model-facts.ts'

export interface FallBackNeeds {
  readonly batches: Batches
  readonly jobs: Jobs
  readonly facts: ModelFacts
}

/**
 * Sends a draft that was provably not charged to the next model of its batch's chain, keeping its place; the tile says
 * where it was meant to go. False where there is no next one. Inside the caller's transaction.
 */
export function fallBack({ batches, jobs, facts }: FallBackNeeds, job: Job): boolean {
  if (job.stage !== 'draft') return false
  const chain = batches.get(job.batchId).settings.fallbacks ?? []
  const at = chain.findIndex((profile) => profile.provider === job.provider && profile.model === job.model)
  for (const profile of chain.slice(at + 1)) {
    const request = requestFor(requestOf(job), profile, facts)
    if (!request) continue
    return jobs.moveTo(
      job.id,
      request,
      promptHash(request),
      facts.priceOf(request)?.highestMicros ?? null,
      profileName(job),
    )
  }
  return false
}

/** The same wish for another model; null where that one cannot make it. */
function requestFor(old: GenerationRequest, profile: Profile, facts: ModelFacts): GenerationRequest | null {
  const model = facts.findModel(profile.provider, profile.model)
  if (!model?.operations.includes('generate')) return null
  const asked = old.width !== null && old.height !== null ? { width: old.width, height: old.height } : null
  const size = draftSize(model, asked)
  if (typeof size === 'string') return null
  return {
    ...old,
    provider: profile.provider,
    model: profile.model,
    width: size.width,
    height: size.height,
    quality: profile.quality ?? model.draftQuality ?? null,
    negativePrompt: model.takesNegativePrompt ? old.negativePrompt : null,
    seed: model.takesSeed ? (old.seed ?? old.variant) : null,
    variant: model.takesSeed ? null : (old.variant ?? old.seed),
    options: profile.options,
    answeredBy: facts.answeredBy(profile.provider, profile.model),
  }
}

/** A wish that changed model or prompt on a person's word: the same rules for what fits. */
export { requestFor as requestForModel }
