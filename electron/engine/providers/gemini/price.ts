import { sizeNames } from '#engine/providers/catalogue.ts'
import type { Price } from '#engine/providers/catalogue-price.ts'
import type { Cost } from '#engine/providers/provider.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { GeminiEntry } from './models.ts'

const none = { expected: 0, highest: 0 }

/** The most that any of these may take. */
const mostOf = (tokens: NonNullable<GeminiEntry['wire']['thinkingTokens']>) => ({
  expected: tokens.always?.expected ?? tokens.medium?.expected ?? 0,
  highest: Math.max(0, ...Object.values(tokens).map(({ highest }) => highest)),
})

/** What a request costs, in micros of USD; null where the catalogue names no price. */
export function priceOf(entry: GeminiEntry, request: GenerationRequest): Price | null {
  const { rates, pictureTokens, inputTokens = 0, thinkingTokens } = entry.wire
  if (!rates || !pictureTokens) {
    return entry.price && { expectedMicros: entry.price.usd, highestMicros: entry.price.usd }
  }
  // Without a size the service makes 1K.
  const picture = pictureTokens[sizeNames(entry, request).resolution ?? '1K']
  if (picture === undefined) return null
  const thoughts = thinkingTokens ? (thinkingTokens[request.quality ?? 'always'] ?? mostOf(thinkingTokens)) : none
  const inputs = (request.references.length + (request.source ? 1 : 0)) * inputTokens
  const bytes = Buffer.byteLength(request.prompt)
  const made = picture * rates.picture
  return {
    // A token is about four letters, and never less than one byte.
    expectedMicros: Math.ceil(made + thoughts.expected * rates.out + (bytes / 4 + inputs) * rates.in),
    highestMicros: Math.ceil(made + thoughts.highest * rates.out + (bytes + inputs) * rates.in),
  }
}

export interface Usage {
  readonly into: number
  readonly pictures: number
  /** Words and thoughts. */
  readonly out: number
}

/** The true cost of an answer from the tokens it names; null where the rates are not known. */
export function costOf({ wire: { rates } }: GeminiEntry, usage: Usage | null): Cost | null {
  if (!usage || !rates) return null
  const micros = Math.ceil(usage.into * rates.in + usage.pictures * rates.picture + usage.out * rates.out)
  return { micros, currency: 'USD' }
}
