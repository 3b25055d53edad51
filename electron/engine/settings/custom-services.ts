import type { Provider } from '#engine/providers/provider.ts'
import { customProviderId, parseCustomService, readCustomService } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { AppError } from '#shared/errors.ts'
import type { SettingsStore } from './settings-store.ts'

export interface CustomServicesNeeds {
  readonly settings: SettingsStore
  readonly providerOf: (service: CustomService) => Provider
}

interface Described {
  readonly service: CustomService
  readonly provider: Provider
  readonly isRemoved: boolean
}

export type DescribedServices = ReturnType<typeof describedServices>

/**
 * The services that a person described, each a provider of its own. A removed one is no longer offered, but what was made
 * with it can still be named.
 */
export function describedServices({ settings, providerOf }: CustomServicesNeeds) {
  // Read at once and after each change, so that whoever asks, also while the library closes, asks no database.
  let known = read()
  const all = (): readonly Described[] => known

  function read(): Described[] {
    return settings.described().flatMap(({ json, isRemoved }) => {
      const parsed = readCustomService(json)
      // One that a newer Proofsheet wrote is left alone until that one is back.
      if ('problems' in parsed) return []
      return [{ service: parsed.service, provider: providerOf(parsed.service), isRemoved }]
    })
  }

  function store(name: string, entry: { json: CustomService; isRemoved: boolean }): void {
    const isOther = (json: unknown): boolean =>
      typeof json !== 'object' || json === null || !('name' in json) || json.name !== name
    settings.setDescribed([...settings.described().filter(({ json }) => isOther(json)), entry])
    known = read()
  }

  return {
    offered: (): Provider[] => all().flatMap(({ provider, isRemoved }) => (isRemoved ? [] : [provider])),
    everKnown: (): Provider[] => all().map(({ provider }) => provider),
    services: (): { provider: string; service: CustomService }[] =>
      all().flatMap(({ service, provider, isRemoved }) => (isRemoved ? [] : [{ provider: provider.id, service }])),

    /** Gives the provider's id. Throws `invalid-input` with the fields that are wrong, `conflict` for a name in use. */
    save(json: unknown, replace: boolean): string {
      const service = parseCustomService(json)
      const before = all().find((one) => one.service.name === service.name)
      if (before && !before.isRemoved && !replace) {
        const sentence = `There is a service “${service.name}” already. Give this one another name, or replace that one.`
        throw new AppError('conflict', sentence)
      }
      store(service.name, { json: service, isRemoved: false })
      // The description is what counts: settings changed since an older one begin anew.
      settings.setOfProvider(customProviderId(service.name), {})
      return customProviderId(service.name)
    },

    /** Throws `not-found`. */
    remove(name: string): string {
      const found = all().find((one) => one.service.name === name && !one.isRemoved)
      if (!found) throw new AppError('not-found', `There is no service “${name}” to remove.`)
      store(name, { json: found.service, isRemoved: true })
      return found.provider.id
    },
  }
}
