import type { Model, Size, SizeBounds } from '#shared/contract/providers.ts'

/** Whether a model makes pictures of exactly this size. */
export function isOfferedSize(sizes: Model['sizes'], size: Size): boolean {
  if (sizes.kind === 'any') return isWithin(sizes, size)
  if (sizes.list.some((one) => one.width === size.width && one.height === size.height)) return true
  return sizes.within !== undefined && isWithin(sizes.within, size)
}

function isWithin(bounds: SizeBounds, { width, height }: Size): boolean {
  const { multipleOf, min, max, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY, maxRatio } = bounds
  const fits = (side: number): boolean => side % multipleOf === 0 && side >= min && side <= max
  const pixels = width * height
  const isNarrow = maxRatio !== undefined && Math.max(width, height) > Math.min(width, height) * maxRatio
  return fits(width) && fits(height) && pixels >= minPixels && pixels <= maxPixels && !isNarrow
}
