import { z } from 'zod'
import { priceOf } from '#engine/providers/provider.ts'
import { type Model, type ModelOverride, model, type Size, type UnitPrice } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** Micros of USD: what to expect, and the most it can be. */
export interface Price {
  readonly expectedMicros: number
  readonly highestMicros: number
}

/**
 * What a service said of a model when it was last asked. Prices and limits alone: sizes, seeds and qualities go into the
 * prompt hash, and asking for prices must not make every wish a new one.
 */
export const liveModel = z.object({
  id: z.string(),
  price: model.shape.price.optional(),
  maxPromptLength: z.int().positive().nullable().optional(),
  retired: model.shape.retired,
  /** The catalogue's models that the account's list does not name stand here with `false`. */
  isListed: z.boolean(),
})
export type LiveModel = z.infer<typeof liveModel>

export interface Said {
  /** A model of the provider's catalogue, or as it describes one that is not in it. */
  readonly builtIn: Model
  readonly live: LiveModel | null
  readonly override: ModelOverride | null
}

/** The model as it is known here: the catalogue, over it what the service said, over that what a person says. */
export function mergeModel({ builtIn, live, override }: Said): Model {
  const limits = changesOf(live, override)
  const retired = live?.retired ?? builtIn.retired
  const said: Model = {
    ...builtIn,
    ...(live?.price === undefined ? {} : { price: live.price }),
    ...(retired === undefined ? {} : { retired }),
    ...(live && !live.isListed ? { isUnlisted: true } : {}),
    ...(limits?.maxPromptLength === undefined ? {} : { maxPromptLength: limits.maxPromptLength }),
  }
  if (!override) return said
  const { price, maxReferences, sizes, label, operations } = override
  const over: Model = { ...said, label: label ?? said.label, operations: operations ?? said.operations, override }
  if (maxReferences !== undefined) over.maxReferences = maxReferences === 0 ? undefined : maxReferences
  if (sizes) Object.assign(over, { sizes }, sizesWithin(over, sizes))
  if (price) over.price = ownPrice(price, over)
  return over
}

/** What a provider has to know of a model beside its catalogue; null for nothing. */
export function changesOf(live: LiveModel | null, override: ModelOverride | null): ModelOverride | null {
  if (live?.maxPromptLength === undefined) return override
  return { maxPromptLength: live.maxPromptLength, ...override }
}

/** The sizes for drafts and finals, where a person took away the catalogue's: those nearest to them. */
function sizesWithin({ draftSize, finalSize }: Model, sizes: Model['sizes']): Pick<Model, 'draftSize' | 'finalSize'> {
  const nearest = (wanted: Size): Size => {
    if (sizes.kind === 'any') {
      const { multipleOf, min, max } = sizes
      const side = (of: number) => Math.min(max, Math.max(min, Math.round(of / multipleOf) * multipleOf))
      return { width: side(wanted.width), height: side(wanted.height) }
    }
    const distance = ({ width, height }: Size) => Math.abs(Math.log((width * height) / (wanted.width * wanted.height)))
    const [first = wanted, ...others] = sizes.list
    const isSame = (size: Size) => size.width === wanted.width && size.height === wanted.height
    return (
      sizes.list.find(isSame) ?? others.reduce((best, size) => (distance(size) < distance(best) ? size : best), first)
    )
  }
  return { draftSize: nearest(draftSize), finalSize: nearest(finalSize) }
}

const entered = { currency: 'USD', asOf: null, source: 'entered by you' } as const

/** Of tokens the price of a picture follows only with a request. */
function ownPrice(unit: UnitPrice, { finalSize, price }: Model): Model['price'] {
  const perImageMicros =
    unit.per === 'token' ? price.perImageMicros : (unitCost(unit, finalSize)?.highestMicros ?? null)
  return { ...entered, perImageMicros, unit }
}

type Sized = Pick<GenerationRequest, 'width' | 'height' | 'source' | 'references'>
const asFinal: Sized = { width: null, height: null, source: null, references: [] }

function unitCost(unit: Exclude<UnitPrice, { per: 'token' }>, finalSize: Size, request: Sized = asFinal): Price | null {
  const said = { usd: unit.micros, per: unit.per, asOf: '', source: '' }
  return priceOf({ price: said, finalSize }, request)
}

/** The price of one request; null where nobody knows it. */
export type Pricer = (request: GenerationRequest) => Price | null

/**
 * What requests of a model cost: by a person's own price where she gave one, else by what is known. A price that the
 * service named is what to expect; the most it can be is the higher of that and the catalogue's, so that no reservation
 * ever falls below what may be charged. `byCatalogue` is told the person's prices for tokens.
 */
export function pricerOf({ builtIn, live, override }: Said, byCatalogue: Pricer): Pricer {
  const own = override?.price
  if (own?.per === 'token') return byCatalogue
  const { finalSize } = mergeModel({ builtIn, live, override })
  if (own) return (request) => unitCost(own, finalSize, request)
  const said = live?.price
  if (said === undefined) return byCatalogue
  const unit =
    said.unit ?? (said.perImageMicros === null ? null : { per: 'image' as const, micros: said.perImageMicros })
  if (unit === null || unit.per === 'token') return () => null
  const listed = builtIn.price.unit
  return (request) => {
    const catalogue = byCatalogue(request)
    if (catalogue && listed && listed.per !== 'token' && listed.per === unit.per && listed.micros > 0)
      return dearer(catalogue, unit.micros / listed.micros)
    const now = unitCost(unit, finalSize, request)
    return now && { ...now, highestMicros: Math.max(now.highestMicros, catalogue?.highestMicros ?? 0) }
  }
}

/** The same price with its one figure changed, so that what comes on top of it (pictures that go in) changes along. */
const dearer = ({ expectedMicros, highestMicros }: Price, times: number): Price => ({
  expectedMicros: Math.ceil(expectedMicros * times - 1e-6),
  highestMicros: Math.max(highestMicros, Math.ceil(highestMicros * times - 1e-6)),
})

/** Throws AppError `invalid-input` for what a provider cannot be asked for, whoever says so. `who` is its label. */
export function refuseOverride(who: string, builtIn: Model, override: ModelOverride): void {
  const refuse = (field: string, sentence: string): never => {
    throw new AppError('invalid-input', `${who}, ${builtIn.id}, "${field}": ${sentence}`)
  }
  const { operations, sizes, price } = override
  const added = operations?.filter((one) => !builtIn.operations.includes(one)) ?? []
  if (added.length > 0)
    refuse(
      'operations',
      `nobody knows how to ask it to ${added.join(' or ')}. It can: ${builtIn.operations.join(', ')}.`,
    )
  if (price?.per === 'token' && builtIn.price.unit?.per !== 'token')
    refuse('price', 'it is not priced by the token. Give a price for a picture or a megapixel.')
  if (sizes?.kind === 'any') {
    if (sizes.min > sizes.max) refuse('sizes', `the smallest side (${sizes.min}) is above the largest (${sizes.max}).`)
    if (Math.ceil(sizes.min / sizes.multipleOf) * sizes.multipleOf > sizes.max)
      refuse('sizes', `no multiple of ${sizes.multipleOf} lies between ${sizes.min} and ${sizes.max}.`)
  }
  if (builtIn.sizes.kind === 'list' && builtIn.sizes.named && sizes) {
    const known = builtIn.sizes.list
    const text = ({ width, height }: Size) => `${width}x${height}`
    if (sizes.kind === 'any')
      refuse('sizes', `it takes only sizes that it has a name for: ${known.map(text).join(', ')}.`)
    else {
      const other = sizes.list.find((size) => !known.some((one) => text(one) === text(size)))
      if (other) refuse('sizes', `it has no name for ${text(other)}. It offers: ${known.map(text).join(', ')}.`)
    }
  }
}
