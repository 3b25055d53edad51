import { z } from 'zod'
import { type CatalogueEntry, readCatalogue, withChanges } from '#engine/providers/catalogue.ts'
import { hostedModels } from '#engine/providers/hosted-models.ts'
import type { ModelOverride, UnitPrice } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }

/** USD per million tokens, which is micros a token. */
const inputRates = { text: z.number().positive(), picture: z.number().positive() }

const wire = z.strictObject({
  shape: z.enum(['gpt-image', 'dall-e']),
  /** With `out` the usage in an answer gives its true cost. */
  rates: z.strictObject({ ...inputRates, out: z.number().positive() }).optional(),
  inputRates: z.strictObject(inputRates).optional(),
  /** How fine each quality draws: the tokens of a picture follow from it and the size (price.ts). */
  grid: z.record(z.string(), z.number().positive()).optional(),
  /** USD a picture by quality, where they do not follow from tokens. */
  table: z.record(z.string(), z.strictObject({ square: z.string(), other: z.string() })).optional(),
  /** What each picture that goes in costs. */
  inputTokens: z.strictObject({ expected: z.int(), highest: z.int() }).optional(),
})
export type OpenAiEntry = CatalogueEntry<z.infer<typeof wire>>

/** A test holds the prices of its lines against price.ts. */
export const models = hostedModels(readCatalogue(catalogue, wire), ({ wire: { rates } }): UnitPrice | null =>
  rates
    ? { per: 'token', textIn: rates.text, pictureIn: rates.picture, textOut: rates.out, pictureOut: rates.out }
    : null,
)

/** A line with what else is known of its model, and with a person's own prices for tokens: all that comes out is pictures. */
export function changed(entry: OpenAiEntry | null, changes: ModelOverride | null): OpenAiEntry | null {
  const over = withChanges(entry, changes)
  if (!over || changes?.price?.per !== 'token') return over
  const { textIn, pictureIn, pictureOut } = changes.price
  return { ...over, wire: { ...over.wire, rates: { text: textIn, picture: pictureIn, out: pictureOut } } }
}
