import type { Model } from '#shared/contract/providers.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { ModelProblem } from './model-problem.ts'

export interface WishedFinal {
  readonly request: GenerationRequest
  readonly model: Model
  /** Not the same picture larger: it arrives undecided. */
  readonly redrawn: boolean
  readonly leftOut: readonly ModelProblem[]
}

export const isProblem = (made: WishedFinal | ModelProblem): made is ModelProblem => 'kind' in made
