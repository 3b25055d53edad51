import type { Price } from '#engine/providers/catalogue-price.ts'
import type { Cost } from '#engine/providers/provider.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { microsFrom } from '#shared/money.ts'
import type { OpenAiEntry } from './models.ts'

/** `n.5` to the even neighbour, as the formula below wants it. */
function halfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/**
 * The tokens of one picture of the GPT Image 2 family: a grid over the long side, finer with quality, weighed by the number
 * of pixels (third-party reading of OpenAI's calculator, 2026-09-28; it gives the published table of prices).
 */
function pictureTokens(grid: number, width: number, height: number): number {
  const [long, short] = width > height ? [width, height] : [height, width]
  return Math.ceil((grid * halfEven((grid * short) / long) * (2_000_000 + width * height)) / 4_000_000)
}

/** Micros for one picture of this size and quality; null where the catalogue does not say. */
function pictureMicros({ wire }: OpenAiEntry, quality: string, width: number, height: number): number | null {
  const grid = wire.grid?.[quality]
  if (grid !== undefined && wire.rates) return Math.ceil(pictureTokens(grid, width, height) * wire.rates.out)
  const row = wire.table?.[quality]
  return row ? microsFrom(width === height ? row.square : row.other) : null
}

/**
 * What a request costs, in micros of USD; null where the catalogue names no price. Without a size the service chooses one
 * of the three that all models have, of which the square costs most; without a quality it may choose the best.
 */
export function priceOf(entry: OpenAiEntry, request: GenerationRequest): Price | null {
  const width = request.width ?? 1024
  const height = request.height ?? 1024
  const atQuality = (quality: string | undefined): number | null =>
    quality === undefined ? null : pictureMicros(entry, quality, width, height)
  const expected = atQuality(request.quality ?? entry.finalQuality)
  const highest = atQuality(request.quality ?? entry.qualities.at(-1))
  const rates = entry.wire.rates ?? entry.wire.inputRates
  if (expected === null || highest === null || !rates) return null
  const inputs = request.references.length + (request.source ? 1 : 0)
  const tokens = entry.wire.inputTokens ?? { expected: 0, highest: 0 }
  const bytes = Buffer.byteLength(request.prompt)
  return {
    // A token is about four letters, and never less than one byte.
    expectedMicros: Math.ceil(expected + (bytes / 4) * rates.text + inputs * tokens.expected * rates.picture),
    highestMicros: Math.ceil(highest + bytes * rates.text + inputs * tokens.highest * rates.picture),
  }
}

export interface Usage {
  readonly text: number
  readonly pictures: number
  readonly out: number
}

/** The true cost of an answer from the tokens it names; null where the rates are not known. */
export function costOf({ wire }: OpenAiEntry, usage: Usage | null): Cost | null {
  if (!usage || !wire.rates) return null
  const { text, picture, out } = wire.rates
  const micros = Math.ceil(usage.text * text + usage.pictures * picture + usage.out * out)
  return { micros, currency: 'USD' }
}
