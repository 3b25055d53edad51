import type { Price } from '#engine/settings/settings.ts'
import { type ExpandedPrompt, expandRows, type ReadSheet } from '#engine/sheets/sheets.ts'
import type { Problem } from '#shared/contract/common.ts'
import type { Model, Size } from '#shared/contract/providers.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import type { GenerationRequest, Profile } from '#shared/generation-request.ts'
import type { WildcardLookup } from '#shared/template/template.ts'
import type { DraftPictures } from './draft-pictures.ts'
import { type ModelFacts, remembering } from './model-facts.ts'
import { type ModelProblem, same } from './model-problem.ts'
import { requestAgain } from './request-again.ts'
import { requestForModel, type WishedRequest } from './request-for-model.ts'
import { modelFor } from './row-model.ts'

/** One place in the grid before it is stored. `problem` says why the model cannot make it as asked. */
export interface DraftTile {
  readonly variant: number
  readonly request: GenerationRequest
  readonly model: Model | null
  readonly price: Price | null
  readonly problem: ModelProblem | null
  /** What the model takes no notice of; it is made without. */
  readonly leftOut: readonly ModelProblem[]
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
  readonly pictures: DraftPictures
  /** A person's price of one picture for models without one, micros; null where nobody said. */
  readonly pricePerImageMicros: number | null
  /** Whether a tile is wanted, by its number among all that the rows ask for; absent: all are. */
  readonly wants?: (tile: number) => boolean
  /** Whether a picture is in this library, for requests that are asked again; absent: all are. */
  readonly hasPicture?: (sha256: string) => boolean
  /** Tiles of the whole sheet before a row, for a rotation, where the rows are only some of a sheet. */
  readonly madeBefore?: (row: number) => number
}

/** Few enough that hashing and storing them never holds the event loop for long. */
const promptsAtOnce = 100

/** In the order of the sheet, every tile that it asks for with these settings: pure, so that plan and run see the same. */
export function* draftSlices(source: TileSource): Generator<DraftSlice> {
  const facts = remembering(source.facts)
  let made = 0
  let counted = 0
  let lastRow = 0
  const { columns, rows } = source.sheet
  const { settings, wildcards, wants } = source
  for (const { prompts, problems } of expandRows(rows, { ...settings, columns, wildcards })) {
    yield { problems, prompts: [] }
    for (let at = 0; at < prompts.length; at += promptsAtOnce)
      yield {
        problems: [],
        prompts: prompts.slice(at, at + promptsAtOnce).flatMap((prompt) => {
          if (source.madeBefore && prompt.row !== lastRow) made = source.madeBefore(prompt.row)
          lastRow = prompt.row
          const slice = tilesOf(prompt, { ...source, facts }, made)
          made += slice.tiles.length
          if (!wants) return [slice]
          const tiles = slice.tiles.filter(() => wants(counted++))
          return tiles.length > 0 ? [{ ...slice, tiles }] : []
        }),
      }
  }
}

/** `made` counts the tiles before this prompt: a rotation goes on over the whole sheet. */
function tilesOf(prompt: ExpandedPrompt, source: TileSource, made: number): DraftPrompt {
  const { again } = source.settings
  if (again !== undefined) {
    const wished = requestAgain(prompt, again, { facts: source.facts, hasPicture: source.hasPicture ?? (() => true) })
    return { prompt, wanted: null, tiles: [priced(wished, 1, source)] }
  }
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
  const { facts, settings } = source
  const made = { ...profile, ...modelFor(prompt.model, profile, facts) }
  const pictures = source.pictures.of(prompt.references, made.provider, made.model)
  const missing = typeof pictures === 'string' ? referenceMissing(pictures) : null
  const wished = requestForModel(
    {
      prompt: prompt.text,
      negative: prompt.negative,
      wanted,
      overrides: prompt.overrides ?? null,
      seed: (prompt.seed ?? settings.baseSeed + 1) + variant - 1,
      variant,
      isSeedAsked: prompt.seed !== null,
      pictures: typeof pictures === 'string' ? [] : pictures,
    },
    made,
    facts,
  )
  return priced({ ...wished, problem: missing ?? wished.problem }, variant, source)
}

const priced = (wished: WishedRequest, variant: number, source: TileSource): DraftTile => ({
  ...wished,
  variant,
  price: wished.problem === null ? priceOf(wished.request, source) : null,
})

const referenceMissing = (message: string): ModelProblem => ({
  ...same('reference-missing', message, 'reference'),
  group: 'reference pictures that are missing',
})

function priceOf(request: GenerationRequest, { facts, pricePerImageMicros }: TileSource): Price | null {
  const known = facts.priceOf(request)
  if (known !== null || pricePerImageMicros === null) return known
  return { expectedMicros: pricePerImageMicros, highestMicros: pricePerImageMicros }
}
