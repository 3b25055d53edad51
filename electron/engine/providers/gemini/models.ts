import { z } from 'zod'
import { type CatalogueEntry, readCatalogue, withChanges } from '#engine/providers/catalogue.ts'
import { hostedModels } from '#engine/providers/hosted-models.ts'
import type { ModelOverride, UnitPrice } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }

const tokens = z.strictObject({ expected: z.int(), highest: z.int() })

const wire = z.strictObject({
  /** `content`: generateContent of the Nano Banana family. `predict`: Imagen. */
  shape: z.enum(['content', 'predict']),
  /** USD per million tokens, which is micros a token: what goes in, words and thoughts that come out, pictures. */
  rates: z.strictObject({ in: z.number(), out: z.number(), picture: z.number() }).optional(),
  /** The tokens of a picture by resolution. */
  pictureTokens: z.record(z.string(), z.int()).optional(),
  /** The tokens of each picture that goes in. */
  inputTokens: z.int().optional(),
  /** By quality, which is how much it thinks; `always` for a model that is not asked. */
  thinkingTokens: z.record(z.string(), tokens).optional(),
})
export type GeminiEntry = CatalogueEntry<z.infer<typeof wire>>

export const models = hostedModels(readCatalogue(catalogue, wire), ({ wire: { rates } }): UnitPrice | null =>
  rates ? { per: 'token', textIn: rates.in, pictureIn: rates.in, textOut: rates.out, pictureOut: rates.picture } : null,
)

/** A line with what else is known of its model, and with a person's own prices for tokens: in, words and pictures cost alike. */
export function changed(entry: GeminiEntry | null, changes: ModelOverride | null): GeminiEntry | null {
  const over = withChanges(entry, changes)
  if (!over || changes?.price?.per !== 'token') return over
  const { textIn, pictureIn, textOut, pictureOut } = changes.price
  const rates = { in: Math.max(textIn, pictureIn), out: textOut, picture: pictureOut }
  return { ...over, wire: { ...over.wire, rates } }
}

/** The id becomes part of an address, so nothing in it may lead elsewhere. */
export const isModelId = (id: string): boolean => /^[\w.-]+$/.test(id) && !id.includes('..')
