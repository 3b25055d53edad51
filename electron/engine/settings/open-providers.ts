import { z } from 'zod'
import type { Network } from '#engine/network/network.ts'
import type { GenuineHook, HookDelivery, Limits, Provider, ProviderSession } from '#engine/providers/provider.ts'
import type { Clock } from '#engine/storage/storage.ts'
import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { DescribedServices } from './custom-services.ts'
import type { Secrets } from './secrets.ts'
import type { SettingsStore } from './settings-store.ts'

/** A provider with a person's settings, ready for requests. */
export interface OpenProvider {
  readonly provider: Provider
  readonly session: ProviderSession
  readonly limits: Limits
  /** Where its requests go, `null` for one that works in this process. */
  readonly origin: string | null
}

/** Micros of USD: what to expect, and the most it can be. */
export interface Price {
  readonly expectedMicros: number
  readonly highestMicros: number
}

export interface OpenProvidersOptions {
  readonly providers: readonly Provider[]
  /** The services that a person described: they come and go while the library is open. */
  readonly described: Pick<DescribedServices, 'offered' | 'everKnown'>
  readonly settings: SettingsStore
  readonly secrets: Secrets
  readonly network: Network
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where webhooks reach this host from outside, `https://host/…` without a slash at its end; null where nothing does. */
  readonly publicUrl: string | null
  /** A person's own price for a model, micros a picture; null where she gave none. */
  readonly priceOf: (provider: string, model: string) => number | null
}

const jsonSchema = z.record(z.string(), z.json())

export type OpenProviders = ReturnType<typeof openProviders>

/** Every provider in the registry, with its settings, key and prices as they are now. */
export function openProviders(options: OpenProvidersOptions) {
  const { settings, secrets, network, clock, env } = options
  const opened = new Map<string, OpenProvider>()
  const offered = (): Provider[] => [...options.providers, ...options.described.offered()]

  function find(id: string): Provider {
    const known = [...options.providers, ...options.described.everKnown()]
    const provider = known.find((candidate) => candidate.id === id)
    if (provider) return provider
    const names = offered().map((candidate) => candidate.id)
    throw new AppError('not-found', `There is no provider "${id}". There are: ${names.join(', ')}.`)
  }

  /** Stored settings win over environment variables, which win over defaults. */
  function settingsOf(provider: Provider): Record<string, unknown> {
    const fromEnvironment = Object.fromEntries(
      Object.entries(provider.settingVariables ?? {}).flatMap(([setting, variable]) => {
        const value = env[variable]?.trim()
        return value ? [[setting, value] as const] : []
      }),
    )
    return provider.settings.parse({ ...fromEnvironment, ...settings.ofProvider(provider.id) })
  }

  const keyOf = (provider: Provider) =>
    secrets.find(provider.id, provider.keyVariables, provider.origin(settingsOf(provider)))

  function withPrice(provider: Provider, model: Model): Model {
    const own = options.priceOf(provider.id, model.id)
    return own === null
      ? model
      : { ...model, price: { perImageMicros: own, currency: 'USD', asOf: null, source: 'entered by you' } }
  }

  function model(providerId: string, modelId: string): Model | null {
    const provider = find(providerId)
    const values = settingsOf(provider)
    const listed = provider.models(values).find((candidate) => candidate.id === modelId)
    const found = listed ?? (provider.anyModel ? provider.model(modelId, values) : null)
    return found ? withPrice(provider, found) : null
  }

  function info(id: string): ProviderInfo {
    const provider = find(id)
    const values = settingsOf(provider)
    const key = keyOf(provider)
    const needsNoKey = provider.keyVariables.length === 0 || (provider.keyOptional && key === null)
    return {
      id: provider.id,
      label: provider.label,
      about: provider.about,
      models: provider.models(values).map((listed) => withPrice(provider, listed)),
      anyModel: provider.anyModel,
      settingsSchema: jsonSchema.parse(z.toJSONSchema(provider.settings, { io: 'input' })),
      settings: jsonSchema.parse(JSON.parse(JSON.stringify(values))),
      key: key?.from ?? (needsNoKey ? 'none-needed' : 'missing'),
      keyNote: key?.note ?? null,
      ready: provider.isConfigured(values) && (key !== null || needsNoKey),
      concurrency: provider.limits(values).concurrency,
    }
  }

  return {
    ids: (): string[] => offered().map((provider) => provider.id),
    label: (id: string): string => find(id).label,
    info,
    list: (): ProviderInfo[] => offered().map((provider) => info(provider.id)),
    model,
    /** A changed description counts from the next request on. */
    forget: (id: string): void => void opened.delete(id),

    /** What goes into the prompt hash where a model's name does not fix what answers; null for hosted models. */
    answeredBy(providerId: string, modelId: string): string | null {
      const provider = find(providerId)
      if (!provider.isOwnServer) return null
      const values = settingsOf(provider)
      return [provider.origin(values), provider.behind?.(modelId, values)].filter(Boolean).join(' ') || null
    },

    /**
     * What requests of one model cost: a person's own price, else the provider's for each very request, else its
     * model's price a picture; null where none is known. What does not depend on the request is read once, here.
     */
    pricer(providerId: string, modelId: string): (request: GenerationRequest) => Price | null {
      const fixed = (micros: number): Price => ({ expectedMicros: micros, highestMicros: micros })
      const own = options.priceOf(providerId, modelId)
      if (own !== null) return () => fixed(own)
      const provider = find(providerId)
      if (provider.price) {
        const values = settingsOf(provider)
        return (request) => provider.price?.(request, values) ?? null
      }
      const listed = model(providerId, modelId)?.price.perImageMicros ?? null
      return () => (listed === null ? null : fixed(listed))
    },

    /** Throws AppError `not-found` for a provider that is not in the registry. */
    open(id: string): OpenProvider {
      const kept = opened.get(id)
      if (kept) return kept
      const provider = find(id)
      const values = settingsOf(provider)
      const origin = provider.origin(values)
      const session = provider.open(values, {
        fetch: network.forProvider({
          origins: [
            ...(origin === null ? [] : [origin]),
            ...(provider.moreOrigins?.(values) ?? []),
            ...(options.publicUrl ? (provider.hookOrigins?.(values) ?? []) : []),
          ],
        }),
        now: clock.now,
        key: () => keyOf(provider)?.read() ?? null,
        hookUrl: options.publicUrl && `${options.publicUrl}/hooks/${id}`,
        hookSecret: env[provider.hookSecretVariable ?? '']?.trim() || null,
      })
      const result = { provider, session, limits: provider.limits(values), origin }
      opened.set(id, result)
      return result
    },

    /** Verifies a webhook; null for one that is not genuine, undefined where this provider takes none. Rejects where that cannot be known now. */
    async readHook(id: string, delivery: HookDelivery): Promise<GenuineHook | null | undefined> {
      if (!offered().some((provider) => provider.id === id)) return undefined
      return this.open(id).session.hook?.(delivery)
    },

    /** Throws AppError `invalid-input` with the field that is wrong. */
    configure(id: string, changes: Record<string, z.infer<ReturnType<typeof z.json>>>): ProviderInfo {
      const provider = find(id)
      const merged = { ...settings.ofProvider(id), ...changes }
      const parsed = provider.settings.safeParse(merged)
      if (!parsed.success) {
        const issue = parsed.error.issues[0]
        throw new AppError(
          'invalid-input',
          `${provider.label}, "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not valid'}.`,
        )
      }
      settings.setOfProvider(id, merged)
      opened.delete(id)
      return info(id)
    },

    /** Stores or, with null, forgets a key. Throws AppError `storage`. */
    async setKey(id: string, key: string | null): Promise<ProviderInfo> {
      const provider = find(id)
      if (key === null) await secrets.forget(id)
      else await secrets.set(id, key, provider.origin(settingsOf(provider)))
      opened.delete(id)
      return info(id)
    },

    async check(id: string): Promise<{ ok: boolean; message: string; models: string[] }> {
      const { session, provider } = this.open(id)
      if (!session.check)
        return {
          ok: true,
          message: `${provider.label} works in this program; there is nothing to connect to.`,
          models: [],
        }
      const noPictures = () => Promise.reject(new AppError('not-found', 'A connection test takes no pictures.'))
      try {
        const account = await session.check({ signal: AbortSignal.timeout(30_000), input: noPictures })
        return { ok: true, message: account.message, models: [...account.models] }
      } catch (error) {
        return { ok: false, message: messageOf(error), models: [] }
      }
    },
  }
}
