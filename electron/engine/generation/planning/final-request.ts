import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import { type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { References } from '#engine/references/references.ts'
import type { DraftTarget } from '#engine/tiles/tiles.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { FinalPlanInput, FinalProfile } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { type GenerationRequest, type InputPicture, profileName } from '#shared/generation-request.ts'
import { finalSize, sizeProblem } from './draft-size.ts'
import { fitAll } from './fit-pictures.ts'
import { fromPicture, modelFor } from './from-picture.ts'
import type { ModelFacts } from './model-facts.ts'
import { type ModelProblem, same } from './model-problem.ts'
import { picturesOf, placePictures } from './place-pictures.ts'
import type { WishedFinal } from './wished-final.ts'

/** The upscaler that every library has: free, local, faithful. */
const builtInUpscaler = { provider: 'sketch', model: 'lanczos' } as const

export interface FinalRequestNeeds {
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly facts: ModelFacts
  readonly references: References
}

/** The request for one final of an approved draft, or why there is none. */
export async function finalRequest(
  needs: FinalRequestNeeds,
  input: FinalPlanInput,
  target: DraftTarget,
): Promise<WishedFinal | ModelProblem> {
  const job = needs.jobs.get(target.tileId)
  if (!job) return same('request', 'the draft has no job any more')
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
  if (profile.kind !== 'rerender')
    return fromPicture(needs.facts, { ...profile, kind: profile.kind }, draft, needs.images.stored(target.imageId))
  const model = modelFor(needs.facts, profile)
  if ('kind' in model) return model
  const isSameModel = profile.provider === draft.provider && profile.model === draft.model
  return rerenderOf(needs, profile, model, draft, target, !(isSameModel && isSameLarger && !profile.fromDraft))
}

async function rerenderOf(
  needs: FinalRequestNeeds,
  profile: FinalProfile,
  model: Model,
  draft: GenerationRequest,
  target: DraftTarget,
  redrawn: boolean,
): Promise<WishedFinal | ModelProblem> {
  const { facts } = needs
  const pictures = await picturesFor(needs, profile, draft, target)
  if (typeof pictures === 'string') return same('references', pictures)
  const places = placePictures(model, pictures)
  if (typeof places === 'string')
    return same(
      pictures.length === 0 ? 'model' : 'references',
      pictures.length === 0 ? `${profileName(profile)} makes no pictures from prompts` : places,
    )
  const prompt = needs.batches.prompt(target.promptId)
  const wanted =
    prompt.wantedWidth !== null && prompt.wantedHeight !== null
      ? { width: prompt.wantedWidth, height: prompt.wantedHeight }
      : null
  const asked =
    profile.width !== null && profile.height !== null ? { width: profile.width, height: profile.height } : null
  const problem = asked ? sizeProblem(model, asked) : null
  if (problem) return same('size', problem)
  const drafted = places.source ?? {
    width: draft.width ?? model.draftSize.width,
    height: draft.height ?? model.draftSize.height,
  }
  const size = asked ?? finalSize(model, drafted, wanted)
  const isSameModel = profile.provider === draft.provider && profile.model === draft.model
  const keptQuality = isSameModel || model.qualities.includes(draft.quality ?? '') ? draft.quality : null
  const request: GenerationRequest = {
    ...draft,
    ...places,
    provider: profile.provider,
    model: profile.model,
    width: size.width,
    height: size.height,
    quality: profile.quality ?? model.finalQuality ?? keptQuality,
    negativePrompt: model.takesNegativePrompt ? draft.negativePrompt : null,
    seed: model.takesSeed ? draft.seed : null,
    variant: model.takesSeed && draft.seed !== null ? null : (draft.variant ?? draft.seed),
    options: profile.options ?? draft.options,
    answeredBy: facts.answeredBy(profile.provider, profile.model),
  }
  const leftOut =
    draft.negativePrompt && !model.takesNegativePrompt
      ? [same('negative', `${model.label} takes no negative prompt: it is left out`)]
      : []
  return fitted(
    request,
    { isFreeSize: asked === null && wanted === null, ownOptions: profile.options !== undefined },
    facts,
    {
      model,
      redrawn,
      leftOut,
    },
  )
}

/** By the provider's own rules: what only came along with the draft is left out where the model does not know it, and said. */
function fitted(
  request: GenerationRequest,
  { isFreeSize, ownOptions }: { isFreeSize: boolean; ownOptions: boolean },
  facts: ModelFacts,
  of: Omit<WishedFinal, 'request'>,
): WishedFinal | ModelProblem {
  const check = facts.check(request.provider, request.model)
  const first = check(request)
  if (first === null) return { ...of, request }
  const sizeless = { ...request, width: null, height: null }
  if (request.operation === 'edit' && isFreeSize && check(sizeless) === null) return { ...of, request: sizeless }
  const plain = { ...request, options: {} }
  if (!ownOptions && Object.keys(request.options).length > 0 && check(plain) === null) {
    const names = Object.keys(request.options).sort().join(', ')
    const note = same('left-out', `${of.model.label} does not know the draft’s options: ${names} left out`)
    return { ...of, request: plain, leftOut: [...of.leftOut, note] }
  }
  return same('request', first.replace(/\.$/, ''))
}

/** The draft's own picture where asked for, else what went in with the draft; then the images that a person chose. */
async function picturesFor(
  { references, images, facts }: FinalRequestNeeds,
  profile: FinalProfile,
  draft: GenerationRequest,
  target: DraftTarget,
): Promise<readonly InputPicture[] | string> {
  const chosen = (profile.references ?? []).map((imageId) => images.stored(imageId).sha256)
  const own = profile.fromDraft ? [images.stored(target.imageId).sha256] : picturesOf(draft).map(({ sha256 }) => sha256)
  try {
    return await fitAll(references, facts, profile, [...own, ...chosen])
  } catch (error) {
    if (error instanceof AppError) return error.message.replace(/\.$/, '')
    throw error
  }
}
