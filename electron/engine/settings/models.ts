import type { PictureLimits, Provider, RequestCheck } from '#engine/providers/provider.ts'
import type { Model, ModelOverride } from '#shared/contract/providers.ts'
import { changesOf, mergeModel, type Pricer, pricerOf, type Said } from './merge-model.ts'
import type { SettingsStore } from './settings-store.ts'

export interface ModelsNeeds {
  /** Throws AppError `not-found`. */
  readonly find: (provider: string) => Provider
  readonly settingsOf: (provider: Provider) => Record<string, unknown>
  readonly settings: SettingsStore
  /** A price of a picture that a person entered in an earlier version, in micros; null where she gave none. */
  readonly priceOf: (provider: string, model: string) => number | null
}

/** What is known of each model by now: by its provider's catalogue, the service itself, and a person, each over those before. */
export function openModels({ find, settingsOf, settings, priceOf }: ModelsNeeds) {
  /** Asked for each request that goes out and each that comes back. */
  const pricers = new Map<string, { readonly version: number; readonly pricer: Pricer }>()

  function overrideOf(provider: string, model: string): ModelOverride | null {
    const said = settings.overridesOf(provider)[model] ?? null
    const micros = said?.price ? null : priceOf(provider, model)
    return micros === null ? said : { ...said, price: { per: 'image', micros } }
  }

  const liveOf = (provider: string, model: string) =>
    settings.liveOf(provider)?.models.find(({ id }) => id === model) ?? null

  function builtIn(provider: Provider, modelId: string): Model | null {
    const values = settingsOf(provider)
    const listed = provider.models(values).find((candidate) => candidate.id === modelId)
    return listed ?? (provider.anyModel ? provider.model(modelId, values) : null)
  }

  /** All that is said of a model; null where it cannot be used. */
  function said(provider: Provider, modelId: string): Said | null {
    const found = builtIn(provider, modelId)
    return found && { builtIn: found, live: liveOf(provider.id, modelId), override: overrideOf(provider.id, modelId) }
  }

  function merged(providerId: string, modelId: string): Model | null {
    const known = said(find(providerId), modelId)
    return known && mergeModel(known)
  }

  /** The catalogue's models, then those that the service named, then those that a person typed. */
  function all(provider: Provider): Model[] {
    const listed = provider.models(settingsOf(provider)).map(({ id }) => ({ id, addedBy: undefined }))
    const live = settings.liveOf(provider.id)?.models.filter(({ isListed }) => isListed) ?? []
    const named = live.map(({ id }) => ({ id, addedBy: 'service' as const }))
    const typed = Object.keys(settings.overridesOf(provider.id)).map((id) => ({ id, addedBy: 'person' as const }))
    const byId = Map.groupBy([...listed, ...named, ...typed], ({ id }) => id)
    return [...byId].flatMap(([id, [first]]) => {
      const found = merged(provider.id, id)
      return found ? [first?.addedBy ? { ...found, addedBy: first.addedBy } : found] : []
    })
  }

  function pricerFor(provider: Provider, modelId: string): Pricer {
    const known = said(provider, modelId)
    if (!known) return () => null
    const values = settingsOf(provider)
    const micros = known.builtIn.price.perImageMicros
    return pricerOf(known, (request) => {
      if (provider.price) return provider.price(request, values, known.override)
      return micros === null ? null : { expectedMicros: micros, highestMicros: micros }
    })
  }

  const changes = (providerId: string, modelId: string) =>
    changesOf(liveOf(providerId, modelId), overrideOf(providerId, modelId))

  return {
    /** By the provider's own catalogue alone; null where it cannot be used. */
    builtIn,
    /** By all that is known; null where it cannot be used. */
    find: merged,
    all,
    /** What the service or a person says otherwise than the catalogue. */
    changes,

    /**
     * What requests of one model cost, by all that is known of it (`pricerOf`); null where nobody knows. What does not
     * depend on the request is read once, here.
     */
    pricer(providerId: string, modelId: string): Pricer {
      const version = settings.version()
      const name = `${providerId}/${modelId}`
      const kept = pricers.get(name)
      if (kept?.version === version) return kept.pricer
      const pricer = pricerFor(find(providerId), modelId)
      pricers.set(name, { version, pricer })
      return pricer
    },

    /** Why requests of one model cannot be made, by its provider's own rules. What does not depend on the request is read once. */
    checker(providerId: string, modelId: string): RequestCheck {
      const provider = find(providerId)
      return provider.checker?.(modelId, settingsOf(provider), changes(providerId, modelId)) ?? (() => null)
    },

    /** What pictures may have that go in with requests of a model; null where no limit is known. */
    pictureLimits(providerId: string, modelId: string): PictureLimits | null {
      const provider = find(providerId)
      return provider.pictureLimits?.(modelId, settingsOf(provider)) ?? null
    },
  }
}
