import type { ExpandedPrompt } from '#engine/sheets/sheets.ts'
import { messageOf } from '#shared/errors.ts'
import { type GenerationRequest, generationRequest, profileName } from '#shared/generation-request.ts'
import type { ModelFacts } from './model-facts.ts'
import { type ModelProblem, same } from './model-problem.ts'
import type { WishedRequest } from './request-for-model.ts'

interface Needs {
  readonly facts: ModelFacts
  readonly hasPicture: (sha256: string) => boolean
}

/**
 * A request as a manifest recorded it, to be asked once more: nothing of it is changed but what names the asking, and what
 * answers today where the model's name does not say so.
 */
export function requestAgain(prompt: ExpandedPrompt, again: string, needs: Needs): WishedRequest {
  const { facts, hasPicture } = needs
  const recorded = generationRequest.parse(JSON.parse(prompt.columns.request ?? ''))
  const answeredBy = facts.answeredBy(recorded.provider, recorded.model)
  const model = facts.findModel(recorded.provider, recorded.model)
  // Earlier versions recorded a factor also where the upscaler decides itself, which never was a part of what was sent.
  const scale = model?.scales === 'own' ? null : recorded.scale
  const request: GenerationRequest = { ...recorded, scale, answeredBy, again }
  const problem =
    model === null ? unknownModel(request) : (missingPicture(request, hasPicture) ?? refusal(request, needs))
  return {
    request,
    model,
    problem,
    leftOut: recorded.answeredBy === answeredBy ? [] : [otherAnswers(request, recorded.answeredBy)],
  }
}

const unknownModel = (request: GenerationRequest): ModelProblem =>
  same('model', `${profileName(request)} is not a model that is known here`)

function missingPicture(
  { source, references }: GenerationRequest,
  hasPicture: (sha256: string) => boolean,
): ModelProblem | null {
  const missing = [...(source ? [source] : []), ...references].find(({ sha256 }) => !hasPicture(sha256))
  if (!missing) return null
  return {
    ...same('reference-missing', `the picture ${missing.sha256.slice(0, 12)} that goes in is not in this library`),
    group: 'pictures that go in and are not in this library',
  }
}

function refusal(request: GenerationRequest, { facts }: Needs): ModelProblem | null {
  try {
    const said = facts.check(request.provider, request.model)(request)
    return said === null ? null : same('request', said.replace(/\.$/, ''))
  } catch (error) {
    return same('request', messageOf(error).replace(/\.$/, ''))
  }
}

const otherAnswers = (request: GenerationRequest, before: string | null): ModelProblem =>
  same(
    'left-out',
    `what answers for ${profileName(request)} is ${request.answeredBy ?? 'not said'}; then it was ${before ?? 'not said'}`,
  )
