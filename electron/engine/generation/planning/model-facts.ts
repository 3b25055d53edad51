import type { OpenProviders, Price } from '#engine/settings/settings.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** What planning asks about models: read from the registry, with a person's own prices and settings. */
export interface ModelFacts {
  readonly providerIds: readonly string[]
  readonly findModel: (provider: string, model: string) => Model | null
  /** What answers at a provider whose model names do not say so; null for hosted models. */
  readonly answeredBy: (provider: string) => string | null
  /** Null where nobody knows the price. */
  readonly priceOf: (request: GenerationRequest) => Price | null
  /** The provider's own suggestion of a model for finals; null for the draft's own. */
  readonly usualFinal: (provider: string) => { model: string; quality: string | null } | null
}

export function modelFacts(providers: OpenProviders): ModelFacts {
  const isKnown = (provider: string): boolean => providers.ids().includes(provider)
  return {
    providerIds: providers.ids(),
    findModel: (provider, model) => (isKnown(provider) ? providers.model(provider, model) : null),
    answeredBy: (provider) => (isKnown(provider) ? providers.open(provider).answeredBy : null),
    priceOf: (request) => (isKnown(request.provider) ? providers.price(request) : null),
    usualFinal: (provider) => (isKnown(provider) ? (providers.open(provider).provider.usual?.final ?? null) : null),
  }
}
