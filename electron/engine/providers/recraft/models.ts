import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import { findEntry, listedEntries } from '#engine/providers/hosted-models.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }
import type { Settings } from './settings.ts'

const wire = z.strictObject({
  path: z.string(),
  /** A tool works on one picture and has no model, prompt or size. */
  isTool: z.boolean().default(false),
  /** How far an edit goes from its source, where nobody says: the service demands a figure. */
  strength: z.number().optional(),
})
export type RecraftEntry = CatalogueEntry<z.infer<typeof wire>>

export const entries: readonly RecraftEntry[] = readCatalogue(catalogue, wire)

export const entryOf = (id: string, of: Settings): RecraftEntry | null => findEntry(entries, id, of.askRetired)

const modelFor = (entry: RecraftEntry): Model => modelFrom(entry, finalMicrosOf(entry))

export const modelsOf = (of: Settings): Model[] => listedEntries(entries, of.askRetired).map(modelFor)

export function modelOf(id: string, of: Settings): Model | null {
  const entry = entryOf(id, of)
  return entry && modelFor(entry)
}
