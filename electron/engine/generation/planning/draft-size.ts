import type { Model, Size } from '#shared/contract/providers.ts'

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
  const offered = offeredNear(model, wanted)
  if (offered.width === wanted.width && offered.height === wanted.height) return null
  return `${sizeText(wanted)} is not offered by ${model.label}; nearest ${sizeText(offered)}`
}

function offeredNear(model: Model, wanted: Size): Size {
  if (model.sizes.kind === 'list') return nearestTo(model.sizes.list, wanted) ?? wanted
  const { multipleOf, min, max } = model.sizes
  const fit = (side: number) => Math.min(max, Math.max(min, Math.round(side / multipleOf) * multipleOf))
  return { width: fit(wanted.width), height: fit(wanted.height) }
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
  return cheap ?? sizeProblem(model, wanted) ?? model.draftSize
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
  return bySize.find((size) => longest(size) >= enough) ?? bySize.at(-1) ?? model.finalSize
}

const longest = (size: Size): number => Math.max(size.width, size.height)

function scaledTo(model: Model, wanted: Size, longestSide: number): Size {
  const scale = longestSide / longest(wanted)
  return offeredNear(model, { width: wanted.width * scale, height: wanted.height * scale })
}
