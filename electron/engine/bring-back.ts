import { adoptRecords } from '#engine/generation/generation.ts'
import type { References } from '#engine/references/references.ts'
import type { SettingsStore } from '#engine/settings/settings.ts'
import type { LibraryInfo } from '#shared/contract/library.ts'

type AdoptNeeds = Parameters<typeof adoptRecords>[0] & { readonly references: Pick<References, 'bringBack'> }

/**
 * Before anything goes on: what the records beside the pictures know and the database does not, after a stop that nobody
 * ordered or a database that was made again. In the second case nothing paid starts until a person says so. Where this
 * fails, the library is closed.
 */
export async function bringBack(needs: AdoptNeeds, settings: SettingsStore): Promise<LibraryInfo['madeAgain']> {
  const { storage } = needs
  const { rebuild } = storage
  if (storage.readOnly || (!rebuild && !storage.wasCutShort)) return null
  try {
    if (rebuild) settings.set({ capsShut: true })
    const pictures = await adoptRecords(needs, { every: rebuild !== null })
    if (!rebuild) return null
    await needs.references.bringBack()
    storage.finishRebuild()
    return { reason: rebuild.reason, backupMs: rebuild.backupMs, pictures }
  } catch (error) {
    storage.close()
    throw error
  }
}
