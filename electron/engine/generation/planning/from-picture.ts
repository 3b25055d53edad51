import type { Model } from '#shared/contract/providers.ts'
import type { FinalStep } from '#shared/contract/wishes.ts'
import { type GenerationRequest, profileName } from '#shared/generation-request.ts'
import type { ModelFacts } from './model-facts.ts'
import { type ModelProblem, same } from './model-problem.ts'
import type { WishedFinal } from './wished-final.ts'

/** The picture that a step starts from; `byteLength` is null while it is not made yet. */
export interface StartPicture {
  readonly sha256: string
  readonly width: number
  readonly height: number
  readonly byteLength: number | null
}

/** The model of a final or a step, or why it cannot be asked. */
export function modelFor(facts: ModelFacts, of: { provider: string; model: string }): Model | ModelProblem {
  const model = facts.findModel(of.provider, of.model)
  if (!model) return same('model', `${profileName(of)} is not a model that is known here`)
  if (!model.retired) return model
  const next = model.retired.successor === null ? 'choose another model' : `use ${model.retired.successor} instead`
  return same('retired', `${model.label} is no longer offered (since ${model.retired.on}); ${next}`)
}

/** An upscale or a cutout: of a picture alone, without words. `before` is the request that the picture came from. */
export function fromPicture(
  facts: ModelFacts,
  step: FinalStep,
  before: GenerationRequest,
  picture: StartPicture,
): WishedFinal | ModelProblem {
  const model = modelFor(facts, step)
  if ('kind' in model) return model
  const isUpscale = step.kind === 'upscale'
  if (!model.operations.includes(step.kind))
    return same('model', `${profileName(step)} ${isUpscale ? 'does not upscale' : 'removes no backgrounds'}`)
  const scale = isUpscale ? scaleFor(model, step.scale) : null
  if (typeof scale === 'string') return same('scale', scale)
  const request = requestFromPicture(facts, { ...step, scale }, before, picture)
  const tooLarge = bytesProblem(facts, step, model, picture)
  if (tooLarge) return tooLarge
  const said = facts.check(step.provider, step.model)(request)
  if (said !== null) return same('request', said.replace(/\.$/, ''))
  const isOwnSize = model.scales === 'own' && isUpscale && step.scale !== null
  const leftOut = isOwnSize
    ? [same('left-out', `${model.label} decides itself how large: the factor ${step.scale} is left out`)]
    : []
  return { request, model, redrawn: model.isCreative === true, leftOut }
}

/** The request for a step as it is asked for, whether or not its model can make it. */
export function requestFromPicture(
  facts: ModelFacts,
  step: FinalStep,
  before: GenerationRequest,
  { sha256, width, height }: StartPicture,
): GenerationRequest {
  const scale = step.kind === 'upscale' ? step.scale : null
  const factor = step.kind === 'upscale' ? scale : 1
  return {
    ...before,
    operation: step.kind,
    prompt: '',
    provider: step.provider,
    model: step.model,
    negativePrompt: null,
    // An upscaler with a size of its own is asked for none.
    width: factor === null ? null : Math.round(width * factor),
    height: factor === null ? null : Math.round(height * factor),
    quality: null,
    // What was cut out stays cut out: JPEG has no transparency.
    outputFormat: before.operation === 'cutout' && before.outputFormat === 'jpeg' ? null : before.outputFormat,
    seed: null,
    variant: null,
    scale,
    source: { sha256, width, height },
    references: [],
    options: step.options ?? {},
    answeredBy: facts.answeredBy(step.provider, step.model),
  }
}

/** The factor that an upscaler is asked for; null where it decides itself, a string where it has none like it. */
function scaleFor({ label, scales }: Model, asked: number | null): number | null | string {
  if (scales === 'own') return null
  if (scales === undefined) return asked ?? 2
  if ('only' in scales) {
    if (asked === null || asked === scales.only) return scales.only
    return `${label} enlarges ${scales.only} times, not ${asked} times`
  }
  const scale = asked ?? Math.min(scales.max, Math.max(scales.min, 2))
  return scale >= scales.min && scale <= scales.max
    ? scale
    : `${label} enlarges ${scales.min} to ${scales.max} times, not ${scale} times`
}

function bytesProblem(
  facts: ModelFacts,
  step: FinalStep,
  model: Model,
  { byteLength }: StartPicture,
): ModelProblem | null {
  const limits = facts.pictureLimits(step.provider, step.model)
  if (!limits || byteLength === null || byteLength <= limits.maxBytes) return null
  const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1)
  return {
    kind: 'request',
    message: `the draft has ${megabytes(byteLength)} MB; ${model.label} takes ${megabytes(limits.maxBytes)} MB`,
    group: `drafts over the ${megabytes(limits.maxBytes)} MB that ${model.label} takes`,
    role: null,
  }
}
