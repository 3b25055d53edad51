import type { ExpandedPrompt } from '#engine/sheets/sheets.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { ColumnRole } from '#shared/contract/sheets.ts'
import type { GenerationRequest, Profile } from '#shared/generation-request.ts'

/** Why a tile cannot be made as asked, and the role of the column that asks for it; null for the row as a whole. */
export interface TileProblem {
  readonly role: ColumnRole | null
  readonly message: string
}

const takes = (model: Model, option: string): boolean =>
  option === 'transparent' || model.takesOptions === undefined || model.takesOptions.includes(option)

/** What the row itself asks for goes before its profile; what the model has no word for is left out (see `leftOutOf`). */
export function overridden(
  { overrides }: ExpandedPrompt,
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

/** A quality that the model does not have, where it has any. */
export function qualityProblem({ overrides }: ExpandedPrompt, model: Model): TileProblem | null {
  const asked = overrides?.quality ?? null
  if (asked === null || model.qualities.length === 0 || qualityOf(asked, model) !== null) return null
  return {
    role: 'quality',
    message: `"${asked.slice(0, 60)}" is no quality of ${model.label}; it has ${model.qualities.join(', ')}`,
  }
}

/** What the row asks for and the model has no word for. */
export function leftOutOf({ negative, seed, overrides }: ExpandedPrompt, model: Model | null): string[] {
  if (!model) return []
  const left = Object.keys(overrides?.options ?? {}).filter((option) => !takes(model, option))
  if (negative && !model.takesNegativePrompt) left.push('negative prompt')
  if (seed !== null && !model.takesSeed) left.push('seed')
  if (overrides?.quality && model.qualities.length === 0) left.push('quality')
  return left
}
