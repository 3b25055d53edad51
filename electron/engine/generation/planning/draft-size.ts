import type { Model, Size, SizeBounds } from '#shared/contract/providers.ts'
import { isOfferedSize } from '#shared/offered-size.ts'

const area = (size: Size): number => size.width * size.height
const ratio = (size: Size): number => size.width / size.height
const sizeText = (size: Size): string => `${size.width}x${size.height}`
/** Sizes of one ratio as far as whole pixels allow. */
const isSameRatio = (one: Size, other: Size): boolean => Math.abs(ratio(one) / ratio(other) - 1) < 0.02

const nearestTo = (list: readonly Size[], wanted: Size): Size | undefined =>
  [...list].sort((one, other) => distance(one, wanted) - distance(other, wanted))[0]
const distance = (one: Size, other: Size): number =>
  Math.abs(Math.log(ratio(one) / ratio(other))) * 4 + Math.abs(Math.log(area(one) / area(other)))

/** Why a model cannot make a size, with the nearest it can; null where it can. */
export function sizeProblem(model: Model, wanted: Size): string | null {
  if (isOfferedSize(model.sizes, wanted)) return null
  const offered = offeredNear(model, wanted)
  return `${sizeText(wanted)} is not offered by ${model.label}; nearest ${sizeText(offered)}`
}

function offeredNear(model: Model, wanted: Size): Size {
  if (model.sizes.kind === 'any') return nearestWithin(model.sizes, wanted)
  const near = model.sizes.within && nearestWithin(model.sizes.within, wanted)
  return nearestTo([...(near ? [near] : []), ...model.sizes.list], wanted) ?? wanted
}

/** The nearest size within bounds: the ratio first, as far as they allow it, then the pixels. */
function nearestWithin(bounds: SizeBounds, wanted: Size): Size {
  const { multipleOf, min, max, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY, maxRatio } = bounds
  const across = maxRatio === undefined ? ratio(wanted) : Math.min(maxRatio, Math.max(1 / maxRatio, ratio(wanted)))
  const pixels = Math.min(maxPixels, Math.max(minPixels, area(wanted)))
  const isKept = across === ratio(wanted) && pixels === area(wanted)
  const exact = isKept ? wanted : { width: Math.sqrt(pixels * across), height: Math.sqrt(pixels / across) }
  const fit = (side: number) => Math.min(max, Math.max(min, Math.round(side / multipleOf) * multipleOf))
  const near = { width: fit(exact.width), height: fit(exact.height) }
  const sizes = { kind: 'any' as const, ...bounds }
  if (isOfferedSize(sizes, near)) return near
  // Rounding left the bounds: a step of the grid to either side is within them again.
  const steps = [0, multipleOf, -multipleOf, 2 * multipleOf, -2 * multipleOf]
  const around = steps.flatMap((x) => steps.map((y) => ({ width: near.width + x, height: near.height + y })))
  return (
    nearestTo(
      around.filter((size) => isOfferedSize(sizes, size)),
      wanted,
    ) ?? near
  )
}

/**
 * The cheap size that a draft is made at, in the ratio of the size the row asks for: about the model's draft size, or
 * the smallest it offers in that ratio. A string says why there is none.
 */
export function draftSize(model: Model, wanted: Size | null): Size | string {
  if (!wanted) return model.draftSize
  if (model.sizes.kind === 'any') return sizeProblem(model, wanted) ?? scaledTo(model, wanted, longest(model.draftSize))
  const sameRatio = model.sizes.list.filter((size) => isSameRatio(size, wanted))
  const smallest = [...sameRatio].sort((one, other) => area(one) - area(other))
  const cheap = smallest.find((size) => longest(size) >= longest(model.draftSize)) ?? smallest.at(-1)
  if (cheap) return cheap
  const problem = sizeProblem(model, wanted)
  return problem ?? scaledTo(model, wanted, longest(model.draftSize))
}

/** As `draftSize`, for a row that asks for a ratio (width over height) and no size: the cheap size nearest to it. */
export function draftSizeInRatio(model: Model, ratio: number): Size | string {
  const wanted = { width: Math.round(1000 * ratio), height: 1000 }
  if (model.sizes.kind === 'any') return scaledTo(model, wanted, longest(model.draftSize))
  const offered = model.sizes.list.some((size) => isSameRatio(size, wanted))
  return offered
    ? draftSize(model, wanted)
    : `a ratio of ${Number(ratio.toFixed(2))} is not offered by ${model.label}; nearest ${sizeText(offeredNear(model, wanted))}`
}

/** The size of a final made anew: what the row asks for, else the smallest that the model offers in that ratio and that is as large as its final size. */
export function finalSize(model: Model, draft: Size, wanted: Size | null): Size {
  if (wanted && sizeProblem(model, wanted) === null) return wanted
  if (model.sizes.kind === 'any') return scaledTo(model, wanted ?? draft, longest(model.finalSize))
  const sameRatio = model.sizes.list.filter((size) => isSameRatio(size, wanted ?? draft))
  const enough = longest(wanted ?? model.finalSize)
  const bySize = [...sameRatio].sort((one, other) => area(one) - area(other))
  const listed = bySize.find((size) => longest(size) >= enough) ?? bySize.at(-1)
  if (listed) return listed
  return model.sizes.within ? scaledTo(model, wanted ?? draft, enough) : model.finalSize
}

const longest = (size: Size): number => Math.max(size.width, size.height)

function scaledTo(model: Model, wanted: Size, longestSide: number): Size {
  const scale = longestSide / longest(wanted)
  return offeredNear(model, { width: wanted.width * scale, height: wanted.height * scale })
}
