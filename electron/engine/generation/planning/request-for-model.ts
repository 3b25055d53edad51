import type { RowOverrides } from '#engine/sheets/sheets.ts'
import type { Model, Size } from '#shared/contract/providers.ts'
import { type GenerationRequest, type InputPicture, type Profile, profileName } from '#shared/generation-request.ts'
import { draftSize, draftSizeInRatio, sizeProblem } from './draft-size.ts'
import type { ModelFacts } from './model-facts.ts'
import { type ModelProblem, same } from './model-problem.ts'
import { placePictures } from './place-pictures.ts'
import { leftOut, overridden, overridesLeftOut, qualityProblem, roleAtFault } from './row-overrides.ts'

/** What a draft is to be, whatever model makes it. */
export interface Wish {
  readonly prompt: string
  readonly negative: string | null
  /** A size of the sheet; drafts are made smaller, in its ratio. */
  readonly wanted: Size | null
  /** What its row asks for in place of the profile's; its ratio counts where no size is wanted. */
  readonly overrides: RowOverrides | null
  /** Both: which of them goes in depends on the model. */
  readonly seed: number | null
  readonly variant: number | null
  /** Somebody named the seed: a model that takes none leaves out what was asked for. */
  readonly isSeedAsked: boolean
  readonly pictures: readonly InputPicture[]
}

export interface WishedRequest {
  readonly request: GenerationRequest
  readonly model: Model | null
  /** Why it cannot be made; null where it can. */
  readonly problem: ModelProblem | null
  /** What the model leaves out: said, and made all the same. */
  readonly leftOut: readonly ModelProblem[]
}

/**
 * The request for a wish, by one profile: what fits the model, why it cannot be made, and what is left out of it. The one
 * place where a prompt and a profile become a request for a draft.
 */
export function requestForModel(wish: Wish, profile: Profile, facts: ModelFacts): WishedRequest {
  const { provider, model: id } = profile
  const model = facts.findModel(provider, id)
  const override =
    profile.width !== null && profile.height !== null ? { width: profile.width, height: profile.height } : null
  const places = model ? placePictures(model, wish.pictures) : null
  const placed = places !== null && typeof places !== 'string' ? places : null
  const size = model ? (override ?? sizeOf(model, wish, placed?.source ?? null)) : null
  const asked = typeof size === 'object' && size !== null ? size : wish.wanted
  const request: GenerationRequest = {
    operation: placed?.operation ?? 'generate',
    provider,
    model: id,
    prompt: wish.prompt,
    negativePrompt: model?.takesNegativePrompt ? wish.negative : null,
    width: asked?.width ?? null,
    height: asked?.height ?? null,
    ...overridden(wish.overrides, profile, model),
    seed: model?.takesSeed ? wish.seed : null,
    variant: model?.takesSeed ? null : wish.variant,
    scale: null,
    source: placed?.source ?? null,
    references: placed?.references ?? [],
    answeredBy: facts.answeredBy(provider, id),
  }
  if (!model) {
    const problem = same('model', `${profileName(request)} is not a model that is known here`, 'model')
    return { request, model, problem, leftOut: [] }
  }
  const left = leftOutOf(wish, model)
  const problem =
    (typeof places === 'string' ? placeProblem(places, wish) : null) ??
    problemOf(request, model, { size, override, overrides: wish.overrides })
  if (problem) return { request, model, problem, leftOut: left }
  return { ...checked(request, wish, facts, override), model, leftOut: left }
}

const placeProblem = (sentence: string, { pictures }: Wish): ModelProblem =>
  pictures.length === 0 ? same('model', sentence, 'model') : same('references', sentence, 'reference')

const isSizeAsked = ({ wanted, overrides }: Wish): boolean => wanted !== null || (overrides?.ratio ?? null) !== null

/**
 * The draft size that is asked for. Without one, an edit keeps the shape of what it starts from; that shape is given up
 * where the model has none like it.
 */
function sizeOf(model: Model, wish: Wish, source: Size | null): Size | string {
  const ratio = wish.wanted === null ? (wish.overrides?.ratio ?? null) : null
  if (ratio !== null) return draftSizeInRatio(model, ratio)
  const size = draftSize(model, wish.wanted ?? source)
  return typeof size === 'string' && wish.wanted === null ? draftSize(model, null) : size
}

function leftOutOf({ negative, isSeedAsked, overrides }: Wish, model: Model): ModelProblem[] {
  const left = overridesLeftOut(overrides, model)
  if (negative && !model.takesNegativePrompt) left.push(leftOut('negative', 'negative prompt', model, 'negative'))
  if (isSeedAsked && !model.takesSeed) left.push(leftOut('seed', 'seed', model, 'seed'))
  return left
}

function problemOf(
  request: GenerationRequest,
  model: Model,
  { size, override, overrides }: { size: Size | string | null; override: Size | null; overrides: RowOverrides | null },
): ModelProblem | null {
  const { label, retired, maxPromptLength } = model
  const { prompt, options } = request
  if (retired) {
    const next = retired.successor === null ? 'choose another model' : `use ${retired.successor} instead`
    return same('retired', `${label} is no longer offered (since ${retired.on}); ${next}`, 'model')
  }
  if (typeof size === 'string')
    return { kind: 'size', message: size, group: `sizes that ${label} does not offer`, role: 'size' }
  const sizeSaid = override ? sizeProblem(model, override) : null
  if (sizeSaid) return same('size', sizeSaid)
  if (maxPromptLength !== null && prompt.length > maxPromptLength) {
    const most = maxPromptLength.toLocaleString('en')
    return {
      kind: 'prompt-length',
      message: `the prompt has ${prompt.length.toLocaleString('en')} characters; ${label} reads ${most}`,
      group: `prompts over the ${most} characters that ${label} reads`,
      role: 'prompt',
    }
  }
  const qualitySaid = qualityProblem(overrides, request, model)
  if (qualitySaid) return qualitySaid
  if (options.transparent === true && !model.takesTransparent) {
    const role = overrides?.options.transparent === true ? 'background' : null
    return same('transparent', `${label} cannot leave the background transparent`, role)
  }
  return null
}

/** By the provider's own rules. A size that nobody asked for is given up where an edit cannot have another than its source. */
function checked(
  request: GenerationRequest,
  wish: Wish,
  facts: ModelFacts,
  override: Size | null,
): { request: GenerationRequest; problem: ModelProblem | null } {
  const check = facts.check(request.provider, request.model)
  const said = check(request)
  if (said === null) return { request, problem: null }
  const sizeless = { ...request, width: null, height: null }
  if (request.operation === 'edit' && override === null && !isSizeAsked(wish) && check(sizeless) === null)
    return { request: sizeless, problem: null }
  const role = roleAtFault(wish.overrides, request, (changed) => check(changed) === null)
  return { request, problem: same('request', said.replace(/\.$/, ''), role) }
}
