import { basename, dirname } from 'node:path'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { FetchedReferences } from '#shared/contract/references.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { ColumnMapping, Sheet } from '#shared/contract/sheets.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
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

/** What only a host on the sheet's own machine can do: read the pictures that lie beside it. */
export interface SheetFolders {
  readonly references: {
    addFromFolder(sheetId: number, mapping: ColumnMapping, folder: string): Promise<FetchedReferences>
  }
}

/** The pictures that a sheet names: files from its folder (null for none), and addresses. What cannot be had is told by name. */
export async function gatherReferences(
  engine: Pick<EngineRooms, 'references'> & SheetFolders,
  { id, mapping }: Pick<Sheet, 'id' | 'mapping'>,
  folder: string | null,
): Promise<FetchedReferences> {
  const files =
    folder === null ? { fetched: 0, failed: [] } : await engine.references.addFromFolder(id, mapping, folder)
  const addresses = await engine.references.fetch({ sheetId: id, mapping })
  return { fetched: files.fetched + addresses.fetched, failed: [...files.failed, ...addresses.failed] }
}

/**
 * Stores a sheet from this machine and, with `run`, starts making its drafts. Gives the place of the window that shows
 * it: `#/load/3`, or `#/batch/7` when it runs. Throws `invalid-input` where the file cannot be read.
 */
export async function openSheet(
  engine: Pick<EngineRooms, 'sheets' | 'references' | 'generation' | 'settings' | 'providers'> & SheetFolders,
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
  // What is missing is shown on the load page, and told by the plan.
  await gatherReferences(engine, sheet, dirname(path))
  if (!run) return `#/load/${sheet.id}`
  const settings = usualDraftSettings(sheet, await engine.settings.get(), await engine.providers.list())
  const asked = { sheetId: sheet.id, settings, alwaysNew: false, pricePerImageMicros: null }
  const { planId, highestMicros } = await engine.generation.planDrafts(asked)
  const { batchId } = await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  return `#/batch/${batchId}`
}
