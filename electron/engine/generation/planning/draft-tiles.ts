import type { Price } from '#engine/settings/settings.ts'
import { type ExpandedPrompt, expandRows, type ReadSheet } from '#engine/sheets/sheets.ts'
import type { Problem } from '#shared/contract/common.ts'
import type { DraftSettings } from '#shared/contract/generation.ts'
import type { Model, Size } from '#shared/contract/providers.ts'
import type { ColumnRole } from '#shared/contract/sheets.ts'
import { type GenerationRequest, type Profile, profileName } from '#shared/generation-request.ts'
import type { WildcardLookup } from '#shared/template/template.ts'
import { draftSize, draftSizeInRatio, sizeProblem } from './draft-size.ts'
import { type ModelFacts, remembering } from './model-facts.ts'
import { overridden, qualityProblem, type TileProblem } from './row-overrides.ts'

/** One place in the grid before it is stored. `problem` says why the model cannot make it as asked. */
export interface DraftTile {
  readonly variant: number
  readonly request: GenerationRequest
  readonly model: Model | null
  readonly price: Price | null
  readonly problem: string | null
  /** The role of the column that the problem is in; null for none. */
  readonly problemRole: ColumnRole | null
}

export interface DraftPrompt {
  readonly prompt: ExpandedPrompt
  readonly wanted: Size | null
  readonly tiles: readonly DraftTile[]
}

export type DraftSlice = { readonly prompts: readonly DraftPrompt[]; readonly problems: readonly Problem[] }

export interface TileSource {
  readonly sheet: ReadSheet
  readonly settings: DraftSettings
  readonly facts: ModelFacts
  readonly wildcards: WildcardLookup
  /** A person's price of one picture for models without one, micros; null where nobody said. */
  readonly pricePerImageMicros: number | null
}

/** Few enough that hashing and storing them never holds the event loop for long. */
const promptsAtOnce = 100

/** In the order of the sheet, every tile that it asks for with these settings: pure, so that plan and run see the same. */
export function* draftSlices(source: TileSource): Generator<DraftSlice> {
  const facts = remembering(source.facts)
  let made = 0
  const { columns, rows } = source.sheet
  const { settings, wildcards } = source
  for (const { prompts, problems } of expandRows(rows, { ...settings, columns, wildcards })) {
    yield { problems, prompts: [] }
    for (let at = 0; at < prompts.length; at += promptsAtOnce)
      yield {
        problems: [],
        prompts: prompts.slice(at, at + promptsAtOnce).map((prompt) => {
          const slice = tilesOf(prompt, { ...source, facts }, made)
          made += slice.tiles.length
          return slice
        }),
      }
  }
}

/** `made` counts the tiles before this prompt: a rotation goes on over the whole sheet. */
function tilesOf(prompt: ExpandedPrompt, source: TileSource, made: number): DraftPrompt {
  const wanted = prompt.width !== null && prompt.height !== null ? { width: prompt.width, height: prompt.height } : null
  const variants = prompt.count ?? source.settings.variants
  const { profiles, rotateEvery } = source.settings
  const tiles: DraftTile[] = []
  const add = (profile: Profile | undefined, variant: number) =>
    profile && tiles.push(tileOf(prompt, wanted, profile, variant, source))
  if (rotateEvery)
    for (let variant = 1; variant <= variants; variant++)
      add(profiles[Math.floor((made + variant - 1) / rotateEvery) % profiles.length], variant)
  else for (const profile of profiles) for (let variant = 1; variant <= variants; variant++) add(profile, variant)
  return { prompt, wanted, tiles }
}

function tileOf(
  prompt: ExpandedPrompt,
  wanted: Size | null,
  profile: Profile,
  variant: number,
  source: TileSource,
): DraftTile {
  const { provider, model: modelId } = modelFor(prompt.model, profile, source.facts)
  const model = source.facts.findModel(provider, modelId)
  const override =
    profile.width !== null && profile.height !== null ? { width: profile.width, height: profile.height } : null
  const ratio = wanted === null ? (prompt.overrides?.ratio ?? null) : null
  const fitting = (of: Model) => (ratio === null ? draftSize(of, wanted) : draftSizeInRatio(of, ratio))
  const size = model ? (override ?? fitting(model)) : null
  const seed = (prompt.seed ?? source.settings.baseSeed + 1) + variant - 1
  const request: GenerationRequest = {
    operation: 'generate',
    provider,
    model: modelId,
    prompt: prompt.text,
    negativePrompt: model?.takesNegativePrompt ? prompt.negative : null,
    width: typeof size === 'object' && size !== null ? size.width : (wanted?.width ?? null),
    height: typeof size === 'object' && size !== null ? size.height : (wanted?.height ?? null),
    ...overridden(prompt, profile, model),
    seed: model?.takesSeed ? seed : null,
    variant: model?.takesSeed ? null : variant,
    scale: null,
    source: null,
    references: [],
    answeredBy: source.facts.answeredBy(provider, modelId),
  }
  const problem = problemOf(request, model, size, override) ?? (model && qualityProblem(prompt, model))
  return {
    variant,
    request,
    model,
    problem: problem?.message ?? null,
    problemRole: problem?.role ?? null,
    price: problem === null ? priceOf(request, source) : null,
  }
}

function priceOf(request: GenerationRequest, { facts, pricePerImageMicros }: TileSource): Price | null {
  const known = facts.priceOf(request)
  if (known !== null || pricePerImageMicros === null) return known
  return { expectedMicros: pricePerImageMicros, highestMicros: pricePerImageMicros }
}

/**
 * The row's own model: `PROVIDER/MODEL` where the first part is a provider, else a model of the profile's provider, or of
 * the only other one that lists it: sheets written for a service name its models alone.
 */
function modelFor(cell: string | null, profile: Profile, facts: ModelFacts): { provider: string; model: string } {
  if (!cell) return profile
  const slash = cell.indexOf('/')
  const named = cell.slice(0, Math.max(0, slash))
  if (facts.providerIds.includes(named)) return { provider: named, model: cell.slice(slash + 1) }
  const isOwn = facts.findModel(profile.provider, cell) !== null
  return { provider: (isOwn ? null : facts.onlyProviderOf(cell)) ?? profile.provider, model: cell }
}

function problemOf(
  request: GenerationRequest,
  model: Model | null,
  size: Size | string | null,
  override: Size | null,
): TileProblem | null {
  const problem = (role: ColumnRole | null, message: string): TileProblem => ({ role, message })
  if (!model) return problem('model', `${profileName(request)} is not a model that is known here`)
  if (!model.operations.includes('generate'))
    return problem('model', `${profileName(request)} makes no pictures from prompts`)
  if (typeof size === 'string') return problem('size', size)
  const overrideProblem = override && sizeProblem(model, override)
  if (overrideProblem) return problem(null, overrideProblem)
  const { maxPromptLength } = model
  if (maxPromptLength !== null && request.prompt.length > maxPromptLength)
    return problem(
      'prompt',
      `the prompt has ${request.prompt.length} characters; ${model.label} reads ${maxPromptLength}`,
    )
  return null
}
