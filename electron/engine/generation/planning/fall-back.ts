import type { Batches } from '#engine/batches/batches.ts'
import { promptHash } from '#engine/cache/cache.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { References } from '#engine/references/references.ts'
import type { RowOverrides } from '#engine/sheets/sheets.ts'
import { type GenerationRequest, type Profile, profileName } from '#shared/generation-request.ts'
import { limitsOfEach } from './fit-pictures.ts'
import type { ModelFacts } from './model-facts.ts'
import { picturesOf } from './place-pictures.ts'
import { requestForModel } from './request-for-model.ts'

export interface FallBackNeeds {
  readonly references: Pick<References, 'fitting'>
  readonly batches: Batches
  readonly jobs: Jobs
  readonly facts: ModelFacts
}

/**
 * Sends a draft that was provably not charged to the next model of its batch's chain, keeping its place; the tile says
 * where it was meant to go. False where there is no next one. Inside the caller's transaction.
 */
export function fallBack({ batches, jobs, facts, references }: FallBackNeeds, job: Job): boolean {
  if (job.stage !== 'draft') return false
  const chain = batches.get(job.batchId).settings.fallbacks ?? []
  const at = chain.findIndex((profile) => profile.provider === job.provider && profile.model === job.model)
  for (const profile of chain.slice(at + 1)) {
    const old = withFitting(requestOf(job), profile, facts, references)
    if (old === null) continue
    const { request, problem } = requestByProfile(old, profile, facts)
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

/** With pictures as small as that model wants them, which planning has made; null where there is no such copy. */
function withFitting(
  request: GenerationRequest,
  profile: Profile,
  facts: ModelFacts,
  { fitting }: FallBackNeeds['references'],
): GenerationRequest | null {
  const pictures = picturesOf(request)
  const limits = limitsOfEach(facts, profile, pictures.length)
  const fitted = pictures.map(({ sha256 }) => fitting(sha256, limits))
  return fitted.includes(null) ? null : { ...request, source: null, references: fitted.filter((one) => one !== null) }
}

/**
 * The same wish for another model; null where that one cannot make it. A wish that changed on a person's word goes by
 * the same rules; without `keepsSize`, the profile's own size is asked for.
 */
export function requestByProfile(
  old: GenerationRequest,
  profile: Profile,
  facts: ModelFacts,
  { keepsSize }: { keepsSize: boolean } = { keepsSize: true },
): { request: GenerationRequest; problem: string | null } {
  const wanted =
    keepsSize && old.width !== null && old.height !== null ? { width: old.width, height: old.height } : null
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
    keepsSize ? { ...profile, width: null, height: null } : profile,
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
