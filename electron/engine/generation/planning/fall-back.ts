import type { Batches } from '#engine/batches/batches.ts'
import { promptHash } from '#engine/cache/cache.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { RowOverrides } from '#engine/sheets/sheets.ts'
import { type GenerationRequest, type Profile, profileName } from '#shared/generation-request.ts'
import type { ModelFacts } from './model-facts.ts'
import { picturesOf } from './place-pictures.ts'
import { requestForModel } from './request-for-model.ts'

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
    const { request, problem } = requestByProfile(requestOf(job), profile, facts)
    if (problem !== null) continue
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

/** The same wish for another model; null where that one cannot make it. A wish that changed on a person's word goes by the same rules. */
export function requestByProfile(
  old: GenerationRequest,
  profile: Profile,
  facts: ModelFacts,
): { request: GenerationRequest; problem: string | null } {
  const wanted = old.width !== null && old.height !== null ? { width: old.width, height: old.height } : null
  const { request, problem } = requestForModel(
    {
      prompt: old.prompt,
      negative: old.negativePrompt,
      wanted,
      overrides: ownOf(old),
      seed: old.seed ?? old.variant,
      variant: old.variant ?? old.seed,
      isSeedAsked: false,
      pictures: picturesOf(old),
    },
    { ...profile, width: null, height: null },
    facts,
  )
  return { request, problem: problem?.message ?? null }
}

/** What a picture must have whoever makes it; other options are fields of the service that it leaves. */
const ownOf = ({ outputFormat, options }: GenerationRequest): RowOverrides => ({
  ratio: null,
  quality: null,
  outputFormat,
  options: options.transparent === true ? { transparent: true } : {},
})
