import type { PictureLimits, RemoteBatchLimits, RequestCheck } from '#engine/providers/provider.ts'
import type { OpenProviders, Price } from '#engine/settings/settings.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** What planning asks about models: read from the registry, with a person's own prices and settings. */
export interface ModelFacts {
  readonly providerIds: readonly string[]
  readonly findModel: (provider: string, model: string) => Model | null
  /** The one provider that lists a model of this name; null where none or several do. */
  readonly onlyProviderOf: (model: string) => string | null
  /** What answers at a provider whose model names do not say so; null for hosted models. */
  readonly answeredBy: (provider: string, model: string) => string | null
  /** Null where nobody knows the price. */
  readonly priceOf: (request: GenerationRequest) => Price | null
  /** The same for many requests of one model, as prices are now. */
  readonly pricer: (provider: string, model: string) => (request: GenerationRequest) => Price | null
  /** Why a request of one model cannot be made, by its provider's own rules; null where it can. */
  readonly check: (provider: string, model: string) => RequestCheck
  /** What pictures may have that go in; null where no limit is known. */
  readonly pictureLimits: (provider: string, model: string) => PictureLimits | null
  /** What its batch service makes of a model's requests; null where it has none. */
  readonly batch: (provider: string, model: string) => BatchFacts | null
  /** The provider's own suggestion of a model for finals; null for the draft's own. */
  readonly usualFinal: (provider: string) => { model: string; quality: string | null } | null
}

/** A provider's batch service, asked about one model. */
export interface BatchFacts {
  readonly limits: RemoteBatchLimits
  /** What a request costs in a batch, over what it costs live. */
  readonly share: number
  /** Why a request cannot go in a batch; null where it can. */
  readonly check: RequestCheck
}

/** The most that a request can cost by its route. */
export const highestBy = (price: Price | null, share: number): number | null =>
  price && Math.ceil(price.highestMicros * share - 1e-6)

export function modelFacts(providers: OpenProviders): ModelFacts {
  const isKnown = (provider: string): boolean => providers.ids().includes(provider)
  const pricer: ModelFacts['pricer'] = (provider, model) =>
    isKnown(provider) ? providers.pricer(provider, model) : () => null
  return {
    // Described services come and go.
    get providerIds() {
      return providers.ids()
    },
    findModel: (provider, model) => (isKnown(provider) ? providers.model(provider, model) : null),
    onlyProviderOf(model) {
      const listing = providers.list().filter((info) => info.models.some((each) => each.id === model))
      return listing.length === 1 ? (listing[0]?.id ?? null) : null
    },
    answeredBy: (provider, model) => (isKnown(provider) ? providers.answeredBy(provider, model) : null),
    priceOf: (request) => pricer(request.provider, request.model)(request),
    pricer,
    check: (provider, model) => (isKnown(provider) ? providers.checker(provider, model) : () => null),
    pictureLimits: (provider, model) => (isKnown(provider) ? providers.pictureLimits(provider, model) : null),
    batch(provider, model) {
      const remote = isKnown(provider) ? providers.open(provider).session.remoteBatches : undefined
      if (!remote) return null
      return { limits: remote.limits(model), share: remote.priceShare(model), check: remote.check }
    },
    usualFinal: (provider) => (isKnown(provider) ? (providers.open(provider).provider.usual?.final ?? null) : null),
  }
}

/**
 * The same facts, each asked once, for one pass over a sheet: 100,000 rows ask for the same few models and prices over
 * and over.
 */
export function remembering(facts: ModelFacts): ModelFacts {
  const findModel = once(facts.findModel)
  const pricer = once(facts.pricer)
  const answeredBy = once(facts.answeredBy)
  const onlyProviderOf = once((_provider, model) => facts.onlyProviderOf(model))
  return {
    ...facts,
    findModel,
    pricer,
    answeredBy,
    onlyProviderOf: (model) => onlyProviderOf('', model),
    check: once(facts.check),
    batch: once(facts.batch),
    priceOf: (request) => pricer(request.provider, request.model)(request),
  }
}

function once<Found>(find: (provider: string, model: string) => Found): (provider: string, model: string) => Found {
  const known = new Map<string, { found: Found }>()
  // Mostly the same one is asked for again.
  let last: { provider: string; model: string; found: Found } | null = null
  return (provider, model) => {
    if (last?.provider === provider && last.model === model) return last.found
    const name = `${provider}/${model}`
    const { found } = known.get(name) ?? { found: find(provider, model) }
    known.set(name, { found })
    last = { provider, model, found }
    return found
  }
}
