import { z } from 'zod'
import { type CatalogueEntry, readCatalogue, sizeNames } from '#engine/providers/catalogue.ts'
import type { Price } from '#engine/providers/catalogue-price.ts'
import { hostedModels } from '#engine/providers/hosted-models.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { microsFrom } from '#shared/money.ts'
import catalogue from './catalogue.json' with { type: 'json' }

const usd = z.string().transform((text) => microsFrom(text) ?? Number.NaN)

const wire = z.strictObject({
  /** USD a picture by `quality@resolution`; without a quality for models that have none. */
  prices: z.record(z.string(), usd).optional(),
  /** USD for each picture that goes in. */
  inputPicture: usd.optional(),
  /** What the service makes where no quality is asked. */
  defaultQuality: z.string().optional(),
  maxPictures: z.int(),
  /** Ratios that it offers for new pictures, but not for edits. */
  notInEdits: z.array(z.string()),
})
export type XaiEntry = CatalogueEntry<z.infer<typeof wire>>

export const models = hostedModels(readCatalogue(catalogue, wire))

/** What a request costs, in micros of USD: a fixed price; null where the catalogue names none. */
export function priceOf(entry: XaiEntry, request: GenerationRequest): Price | null {
  const { prices, inputPicture = 0, defaultQuality = '' } = entry.wire
  // Without a size the service makes 1k.
  const resolution = sizeNames(entry, request).resolution ?? '1k'
  const each = prices?.[`${request.quality ?? defaultQuality}@${resolution}`]
  if (each === undefined) return null
  const inputs = request.references.length + (request.source ? 1 : 0)
  const micros = each + inputs * inputPicture
  return { expectedMicros: micros, highestMicros: micros }
}
