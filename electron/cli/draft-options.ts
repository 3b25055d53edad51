import type { Command } from 'commander'
import { usualDraftSettings } from '#api/open-sheet.ts'
import type { Engine } from '#engine/engine.ts'
import type { DraftPlanInput, DraftSettings } from '#shared/contract/generation.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import type { Profile } from '#shared/generation-request.ts'
import { providerAndModel, sizeOf, usd, wholeNumber } from './call.ts'

/** What `plan` and `run` can be told about drafts. */
export interface DraftOptions {
  readonly draft?: { provider: string; model: string }
  readonly size?: { width: number; height: number }
  readonly count?: number
  readonly template?: string
  readonly price?: number
  readonly new?: boolean
}

export const addDraftOptions = (command: Command): Command =>
  command
    .option(
      '--draft <provider/model>',
      'what drafts are made with (default: the library’s, else sketch/sketch)',
      providerAndModel,
    )
    .option('--size <WxH>', 'size of drafts in pixels (default: the model’s own for drafts)', sizeOf)
    .option('--count <n>', 'drafts for each prompt, where the sheet has no count of its own', wholeNumber(1, 64))
    .option('--template <text>', 'prompt template over the sheet’s columns, such as "{{name}} on white"')
    .option('--price <usd>', 'what a picture costs, for a model whose price nobody knows', usd)
    .option('--new', 'always make a new batch, also where one of this sheet is unfinished')

/** The wish that the options, the sheet and the library's settings come to. Throws AppError for a model that is not there. */
export function draftWish(engine: Engine, sheet: Sheet, options: DraftOptions): DraftPlanInput {
  const usual = usualDraftSettings(sheet, engine.settings.get(), engine.providers.list())
  const settings: DraftSettings = {
    ...usual,
    profiles: usual.profiles.map((profile) => ({
      ...(options.draft ? profileFor(engine, options.draft) : profile),
      ...options.size,
    })),
    variants: options.count ?? usual.variants,
    template: options.template ?? usual.template,
  }
  return {
    sheetId: sheet.id,
    settings,
    alwaysNew: options.new ?? false,
    pricePerImageMicros: options.price ?? null,
  }
}

function profileFor(engine: Engine, wanted: { provider: string; model: string }): Profile {
  const info = engine.providers.list().find((candidate) => candidate.id === wanted.provider)
  const models = info?.models.filter((model) => model.operations.includes('generate')) ?? []
  // A provider that is not there is the engine's own sentence.
  if (info && !info.anyModel && !models.some((model) => model.id === wanted.model)) {
    const known = models.map((model) => `${wanted.provider}/${model.id}`).join(', ')
    throw new AppError(
      'invalid-input',
      `${info.label} has no model "${wanted.model}" that makes pictures from prompts. It has: ${known}.`,
    )
  }
  return { ...wanted, width: null, height: null, quality: null, options: {} }
}
