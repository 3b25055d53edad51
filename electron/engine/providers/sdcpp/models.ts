import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { freeOfCharge, isTypedId, listOf, withOwnSizes } from '#engine/providers/own-server.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }
import type { Settings } from './settings.ts'

const wire = z.strictObject({ editOnly: z.array(z.string()) })
export type SdcppEntry = CatalogueEntry<z.infer<typeof wire>>

const [anyModel] = readCatalogue(catalogue, wire)

/** The server's own name for whatever it has loaded (its `/v1/models`, read 2026-11). */
export const whateverIsLoaded = 'sd-cpp-local'

export const entryOf = (id: string, of: Settings): SdcppEntry | null =>
  anyModel && isTypedId(id) ? { ...withOwnSizes(anyModel, of), id, label: id } : null

export function modelOf(id: string, of: Settings): Model | null {
  const entry = entryOf(id, of)
  return entry && { ...modelFrom(entry, 0), price: freeOfCharge }
}

export const modelsOf = (ids: readonly string[], of: Settings): Model[] =>
  [...new Set(ids)].map((id) => modelOf(id, of)).filter((model) => model !== null)

export const listed = (of: Settings): Model[] => modelsOf(listOf(of.models), of)
