import type { RowOverrides } from '#engine/sheets/sheets.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { ColumnRole } from '#shared/contract/sheets.ts'
import type { GenerationRequest, Profile } from '#shared/generation-request.ts'
import { type ModelProblem, same } from './model-problem.ts'

const takes = (model: Model, option: string): boolean =>
  option === 'transparent' || model.takesOptions === undefined || model.takesOptions.includes(option)

/** What the row itself asks for goes before its profile; what the model has no word for is left out (see `overridesLeftOut`). */
export function overridden(
  overrides: RowOverrides | null,
  profile: Profile,
  model: Model | null,
): Pick<GenerationRequest, 'quality' | 'outputFormat' | 'options'> {
  const usual = profile.quality ?? model?.draftQuality ?? null
  if (!overrides) return { quality: usual, outputFormat: null, options: profile.options }
  const asked = Object.entries(overrides.options).filter(([option]) => !model || takes(model, option))
  return {
    quality: (model && qualityOf(overrides.quality, model)) ?? usual,
    outputFormat: overrides.outputFormat,
    options: { ...profile.options, ...Object.fromEntries(asked) },
  }
}

const qualityOf = (asked: string | null, { qualities }: Model): string | null =>
  qualities.find((quality) => quality.toLowerCase() === asked?.toLowerCase()) ?? null

/** A quality that the model does not have, where it has any: the row's, or the request's by its profile. */
export function qualityProblem(
  overrides: RowOverrides | null,
  { quality }: Pick<GenerationRequest, 'quality'>,
  model: Model,
): ModelProblem | null {
  const { label, qualities } = model
  if (qualities.length === 0) return null
  const problem = (asked: string, role: ColumnRole | null) =>
    same('quality', `"${asked.slice(0, 60)}" is no quality of ${label}; it has ${qualities.join(', ')}`, role)
  const asked = overrides?.quality ?? null
  if (asked !== null && qualityOf(asked, model) === null) return problem(asked, 'quality')
  return quality !== null && !qualities.includes(quality) ? problem(quality, null) : null
}

/** What the row asks for beside its words, size and seed, and the model has no word for. */
export function overridesLeftOut(overrides: RowOverrides | null, model: Model): ModelProblem[] {
  if (!overrides) return []
  const left = Object.keys(overrides.options)
    .filter((option) => !takes(model, option))
    .map((option) => leftOut('left-out', option, model, `options.${option}`))
  if (overrides.quality && model.qualities.length === 0) left.push(leftOut('left-out', 'quality', model, 'quality'))
  return left
}

export const leftOut = (kind: ModelProblem['kind'], what: string, { label }: Model, role: ColumnRole): ModelProblem =>
  same(kind, `${label} takes no ${what}: it is left out`, role)

/** The row's own cell without which a request could be made; null where there is no single one. */
export function roleAtFault(
  overrides: RowOverrides | null,
  request: GenerationRequest,
  isPossible: (request: GenerationRequest) => boolean,
): ColumnRole | null {
  if (!overrides) return null
  if (overrides.outputFormat !== null && isPossible({ ...request, outputFormat: null })) return 'format'
  for (const option of Object.keys(overrides.options)) {
    const { [option]: _, ...options } = request.options
    if (isPossible({ ...request, options })) return option === 'transparent' ? 'background' : `options.${option}`
  }
  return null
}
