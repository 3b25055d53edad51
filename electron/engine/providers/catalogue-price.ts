import type { GenerationRequest } from '#shared/generation-request.ts'
import type { CatalogueModel } from './catalogue.ts'

export interface Price {
  readonly expectedMicros: number
  readonly highestMicros: number
}

/** Services do not say whether a megapixel is 2^20 or 10^6 pixels: the one is expected, the other is the most it can be. */
const expectedMegapixel = 2 ** 20
const smallestMegapixel = 1_000_000

const megapixels = (pixels: number, each: number): number => Math.max(1, Math.ceil(pixels / each))

/** What a request costs by the catalogue, in micros of USD; null where it names no price. */
export function priceOf(
  entry: Pick<CatalogueModel, 'price' | 'finalSize'>,
  request: Pick<GenerationRequest, 'width' | 'height' | 'source' | 'references'>,
): Price | null {
  const { price } = entry
  if (!price) return null
  const width = request.width ?? entry.finalSize.width
  const height = request.height ?? entry.finalSize.height
  const inputs = request.source ? [request.source, ...request.references] : request.references
  const cost = (each: number): number => {
    const out = megapixels(width * height, each)
    const into = inputs.reduce((sum, input) => sum + megapixels(input.width * input.height, each), 0)
    const made = price.per === 'megapixel' ? price.usd * out : price.usd + (price.moreMegapixel ?? 0) * (out - 1)
    return Math.ceil(made + (price.inputMegapixel ?? 0) * into)
  }
  return { expectedMicros: cost(expectedMegapixel), highestMicros: cost(smallestMegapixel) }
}

/** The most one picture of its final size costs, for a model's line in a list. */
export function finalMicrosOf(entry: CatalogueModel): number | null {
  const { price, finalSize } = entry
  if (!price) return null
  const out = megapixels(finalSize.width * finalSize.height, smallestMegapixel)
  return price.per === 'megapixel' ? price.usd * out : price.usd + (price.moreMegapixel ?? 0) * (out - 1)
}
