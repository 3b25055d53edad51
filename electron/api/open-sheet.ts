import { basename } from 'node:path'
import type { DraftSettings } from '#shared/contract/generation.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import type { EngineRooms } from './engine-rooms.ts'
import { sheetBytesOf } from './sheet-bytes.ts'

/**
 * What a sheet's drafts are made with when nobody says otherwise: the profile the library remembers, else the first
 * model that needs neither key nor money.
 */
export function usualDraftSettings(
  sheet: Sheet,
  settings: Settings,
  providers: readonly ProviderInfo[],
): DraftSettings {
  const free = providers.find((provider) => provider.key === 'none-needed' && provider.ready)
  const model = free?.models[0]
  const first = free &&
    model && { provider: free.id, model: model.id, width: null, height: null, quality: null, options: {} }
  const profile = settings.draftProfile ?? first
  if (!profile) throw new AppError('unsupported', 'No provider is ready. Choose one in Settings, then run the sheet.')
  return {
    mapping: sheet.mapping,
    template: sheet.mapping.prompt === undefined ? sheet.template : null,
    profiles: [profile],
    variants: settings.variants,
    baseSeed: 0,
  }
}

/**
 * Stores a sheet from this machine and, with `run`, starts making its drafts. Gives the place of the window that shows
 * it: `#/load/3`, or `#/batch/7` when it runs. Throws `invalid-input` where the file cannot be read.
 */
export async function openSheet(
  engine: Pick<EngineRooms, 'sheets' | 'generation' | 'settings' | 'providers'>,
  path: string,
  run: boolean,
): Promise<string> {
  const bytes = await sheetBytesOf(path).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('invalid-input', `The sheet ${path} cannot be read: ${messageOf(cause)}. Check its name.`, {
      cause,
    })
  })
  const sheet = await engine.sheets.add({ name: basename(path), bytesBase64: bytes.toString('base64') })
  if (!run) return `#/load/${sheet.id}`
  const settings = usualDraftSettings(sheet, await engine.settings.get(), await engine.providers.list())
  const asked = { sheetId: sheet.id, settings, alwaysNew: false, pricePerImageMicros: null }
  const { planId, highestMicros } = await engine.generation.planDrafts(asked)
  const { batchId } = await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  return `#/batch/${batchId}`
}
