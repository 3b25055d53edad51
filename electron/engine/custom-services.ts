import type { Jobs } from '#engine/jobs/jobs.ts'
import { customPresets, customProvider } from '#engine/providers/providers.ts'
import type { describedServices, OpenProviders } from '#engine/settings/settings.ts'
import { customProviderId, parseCustomService } from '#shared/contract/custom-services.ts'
import type { Connection, ProviderInfo } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'

export interface CustomServicesNeeds {
  readonly described: ReturnType<typeof describedServices>
  readonly providers: OpenProviders
  readonly jobs: Jobs
  readonly changed: <Result>(provider: string, result: Result) => Result
}

/** Services that a person describes: what the contract asks of them. */
export function openCustomServices({ described, providers, jobs, changed }: CustomServicesNeeds) {
  return {
    list: () => ({
      services: described.services(),
      presets: customPresets.map(({ preset, service }) => ({ preset, about: service.about, service })),
    }),

    /** Asks the service before anything is stored. Throws `invalid-input` for a description that cannot be used. */
    test: ({ service, key }: { service: unknown; key: string | null }): Promise<Connection> =>
      providers.tryOut(customProvider(parseCustomService(service)), key),

    /** `service` is checked here, so that the command line may give whatever it read. */
    save({ service, replace }: { service: unknown; replace: boolean }): ProviderInfo {
      const id = described.save(service, replace)
      providers.forget(id)
      return changed(id, providers.info(id))
    },

    /** Throws `conflict` while requests of it wait, are out, or are unknown: they could never end. */
    remove({ name }: { name: string }): { removed: boolean } {
      const id = customProviderId(name)
      const left = jobs.unfinishedAt(id)
      if (left > 0) {
        const sentence = `“${name}” has ${left} unfinished ${left === 1 ? 'request' : 'requests'}. Let them end, or cancel them, then remove it.`
        throw new AppError('conflict', sentence)
      }
      described.remove(name)
      providers.forget(id)
      return changed(id, { removed: true })
    },
  }
}
