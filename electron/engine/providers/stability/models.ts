import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import { listedEntries } from '#engine/providers/hosted-models.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }
import type { Settings } from './settings.ts'

const wire = z.strictObject({
  path: z.string(),
  model: z.string().optional(),
  /** It answers with an id to follow, not with a picture. */
  isAsync: z.boolean().default(false),
  /** How far an edit goes from its source, where nobody says: the service demands a figure. */
  strength: z.number().optional(),
  /** A prompt for upscalers that demand one, where nobody gives it. */
  words: z.string().optional(),
  /** Pixels that a picture going in may have. */
  input: z
    .strictObject({
      minSide: z.int(),
      maxSide: z.int().optional(),
      minPixels: z.int(),
      maxPixels: z.int(),
      maxRatio: z.number().optional(),
    })
    .optional(),
})
export type StabilityEntry = CatalogueEntry<z.infer<typeof wire>>

const entries: readonly StabilityEntry[] = readCatalogue(catalogue, wire)

export const entryOf = (id: string, of: Settings): StabilityEntry | null =>
  listedEntries(entries, of.askRetired).find((entry) => entry.id === id) ?? null

export const modelsOf = (of: Settings): Model[] =>
  listedEntries(entries, of.askRetired).map((entry) => modelFrom(entry, finalMicrosOf(entry)))
