import { type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'

/**
 * After prices changed: what waits to be sent is reserved with at least what it can cost now, and what was held because
 * nobody knew its price goes on. A lower price lowers nothing: the reservation that a person agreed to stays. `model`: only
 * its jobs. Inside the caller's transaction.
 */
export function raiseEstimates(
  { jobs, providers }: { readonly jobs: Jobs; readonly providers: OpenProviders },
  provider: string,
  model: string | null = null,
): void {
  const unsent = jobs.unsentAt(provider).filter((job) => model === null || job.model === model)
  for (const [id, list] of Map.groupBy(unsent, (job) => job.model)) {
    const price = providers.pricer(provider, id)
    for (const job of list) {
      const now = price(requestOf(job))
      if (now) jobs.raiseEstimate(job.id, now.highestMicros)
    }
  }
}
