import { z } from 'zod'
import type { Network } from '#engine/network/network.ts'
import type { GenuineHook, HookDelivery, Limits, Provider, ProviderSession } from '#engine/providers/provider.ts'
import type { Clock } from '#engine/storage/storage.ts'
import type { Connection, ModelOverride, ProviderInfo, Refreshed } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { DescribedServices } from './custom-services.ts'
import { changesBetween, liveFrom } from './live-catalogue.ts'
import { refuseOverride } from './merge-model.ts'
import { openModels } from './models.ts'
import type { Secrets } from './secrets.ts'
import type { SettingsStore } from './settings-store.ts'
import { noPictures, testConnection } from './test-connection.ts'

/** A provider with a person's settings, ready for requests. */
export interface OpenProvider {
  readonly provider: Provider
  readonly session: ProviderSession
  readonly limits: Limits
  /** Where its requests go, `null` for one that works in this process. */
  readonly origin: string | null
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
  /** A price of a picture that a person entered in an earlier version, in micros; null where she gave none. */
  readonly priceOf: (provider: string, model: string) => number | null
}

/**
 * What a stored key is bound to: the origin it was entered for, and where a description names further ones that are sent it,
 * those as well: another description gets no key that was entered for this one.
 */
function keyPlace(provider: Provider, values: unknown): string | null {
  const origin = provider.origin(values)
  const more = isDescribed(provider) ? (provider.moreOrigins?.(values) ?? []) : []
  return origin === null ? null : [origin, ...[...more].sort()].join(' ')
}

/** Nobody's account is charged: a service that somebody described counts only where all it makes is free. */
function isLocal(provider: Provider, values: unknown): boolean {
  // By its defaults: a hosted service with an address that cannot be read stays one.
  if (!provider.isOwnServer) return provider.origin(provider.settings.parse({})) === null
  if (!isDescribed(provider)) return true
  return provider.models(values).every(({ price }) => price.perImageMicros === 0)
}

const isDescribed = ({ id }: Provider): boolean => id.startsWith('custom:')

const jsonSchema = z.record(z.string(), z.json())

export type OpenProviders = ReturnType<typeof openProviders>

/** Every provider in the registry, with its settings, key and prices as they are now. */
export function openProviders(options: OpenProvidersOptions) {
  const { settings, secrets, network, clock, env } = options
  const opened = new Map<string, OpenProvider>()
  const reaching = (origins: readonly string[]) => ({
    fetch: network.forProvider({ origins }),
    stream: network.streamForProvider({ origins }),
  })
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
    secrets.find(provider.id, provider.keyVariables, keyPlace(provider, settingsOf(provider)))

  const models = openModels({ find, settingsOf, settings, priceOf: options.priceOf })

  function info(id: string): ProviderInfo {
    const provider = find(id)
    const values = settingsOf(provider)
    const key = keyOf(provider)
    const needsNoKey = provider.keyVariables.length === 0 || (provider.keyOptional && key === null)
    return {
      id: provider.id,
      label: provider.label,
      about: provider.about,
      models: models.all(provider),
      anyModel: provider.anyModel,
      settingsSchema: jsonSchema.parse(z.toJSONSchema(provider.settings, { io: 'input' })),
      settings: jsonSchema.parse(JSON.parse(JSON.stringify(values))),
      key: key?.from ?? (needsNoKey ? 'none-needed' : 'missing'),
      keyNote: key?.note ?? null,
      keyVariable: key?.variable ?? provider.keyVariables[0] ?? null,
      ready: provider.isConfigured(values) && (key !== null || needsNoKey),
      concurrency: provider.limits(values).concurrency,
      usual: provider.usual ?? null,
      isLocal: isLocal(provider, values),
      canRefresh: open(id).session.catalogue !== undefined,
      refreshedMs: settings.liveOf(id)?.readMs ?? null,
    }
  }

  function open(id: string): OpenProvider {
    const kept = opened.get(id)
    if (kept) return kept
    const provider = find(id)
    const values = settingsOf(provider)
    const origin = provider.origin(values)
    const origins = [
      ...(origin === null ? [] : [origin]),
      ...(provider.moreOrigins?.(values) ?? []),
      ...(options.publicUrl ? (provider.hookOrigins?.(values) ?? []) : []),
    ]
    const session = provider.open(values, {
      ...reaching(origins),
      now: clock.now,
      key: () => keyOf(provider)?.read() ?? null,
      hookUrl: options.publicUrl && `${options.publicUrl}/hooks/${id}`,
      hookSecret: env[provider.hookSecretVariable ?? '']?.trim() || null,
      changes: (model) => models.changes(id, model),
    })
    const result = { provider, session, limits: provider.limits(values), origin }
    opened.set(id, result)
    return result
  }

  return {
    ids: (): string[] => offered().map((provider) => provider.id),
    label: (id: string): string => find(id).label,
    info,
    list: (): ProviderInfo[] => offered().map((provider) => info(provider.id)),
    model: models.find,
    pricer: models.pricer,
    checker: models.checker,
    pictureLimits: models.pictureLimits,
    /** A changed description counts from the next request on. */
    forget: (id: string): void => void opened.delete(id),

    /** What goes into the prompt hash where a model's name does not fix what answers; null for hosted models. */
    answeredBy(providerId: string, modelId: string): string | null {
      const provider = find(providerId)
      if (!provider.isOwnServer) return null
      const values = settingsOf(provider)
      return [provider.origin(values), provider.behind?.(modelId, values)].filter(Boolean).join(' ') || null
    },

    /** Throws AppError `not-found` for a provider that is not in the registry. */
    open,

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
      const { baseUrl } = changes
      if (typeof baseUrl === 'string' && baseUrl.trim() !== '' && !provider.isConfigured(parsed.data))
        throw new AppError(
          'invalid-input',
          `${provider.label}, "baseUrl": “${baseUrl}” is no address. It begins with http:// or https://, without a name or password in it.`,
        )
      settings.setOfProvider(id, merged)
      opened.delete(id)
      return info(id)
    },

    /** Stores or, with null, forgets a key. Throws AppError `storage`. */
    async setKey(id: string, key: string | null): Promise<ProviderInfo> {
      const provider = find(id)
      if (key === null) await secrets.forget(id)
      else await secrets.set(id, key, keyPlace(provider, settingsOf(provider)))
      opened.delete(id)
      return info(id)
    },

    /** Throws AppError `invalid-input` for a model or a change that cannot be. */
    setModel(id: string, modelId: string, override: ModelOverride | null): ProviderInfo {
      const provider = find(id)
      const { [modelId]: _old, ...others } = settings.overridesOf(id)
      const known = models.builtIn(provider, modelId)
      if (override && !known)
        throw new AppError('invalid-input', `${provider.label} has no model “${modelId}”. Check how its id is written.`)
      if (override && known) refuseOverride(provider.label, known, override)
      settings.setOverrides(id, override ? { ...others, [modelId]: override } : others)
      return info(id)
    },

    /** Reads what the service names and keeps it. Throws AppError; then nothing has changed. */
    async refresh(id: string): Promise<Refreshed> {
      const { session, provider } = open(id)
      if (!session.catalogue)
        throw new AppError('unsupported', `${provider.label} has no list of models or prices that could be read.`)
      const found = await session.catalogue({ signal: AbortSignal.timeout(60_000), input: noPictures })
      const before = models.all(provider)
      const listed = provider.models(settingsOf(provider))
      const live = liveFrom(listed, (model) => models.builtIn(provider, model), found)
      settings.setLive(id, { readMs: clock.now(), models: live })
      const after = info(id)
      return { ...changesBetween(before, after.models, after.isLocal), provider: after }
    },

    check: (id: string): Promise<Connection> => testConnection(open(id)),

    /** The same for one that is not stored; without a key, the one that is stored for its id and its very origin. */
    tryOut(provider: Provider, key: string | null): Promise<Connection> {
      const values = provider.settings.parse({})
      const origin = provider.origin(values)
      const origins = [...(origin === null ? [] : [origin]), ...(provider.moreOrigins?.(values) ?? [])]
      const stored = () => secrets.find(provider.id, provider.keyVariables, keyPlace(provider, values))?.read() ?? null
      const io = { ...reaching(origins), now: clock.now, key: () => key ?? stored() }
      return testConnection({ provider, session: provider.open(values, io), limits: provider.limits(values) })
    },
  }
}
