import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Storage } from '#engine/storage/storage.ts'

/** Jobs a slice: some milliseconds of work, in a transaction of its own. */
const slice = 500

export interface RaiseNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly providers: OpenProviders
  readonly isClosing: () => boolean
}

/**
 * After prices changed: what waits to be sent is reserved with at least what it can cost now, and what was held because
 * nobody knew its price goes on. A lower price lowers nothing: the reservation that a person agreed to stays. `model`: only
 * its jobs. The first slice is done when this returns, the others one by one; what is claimed meanwhile is priced anew
 * there. Resolves when all are through.
 */
export async function raiseEstimates(
  { storage, jobs, providers, isClosing }: RaiseNeeds,
  provider: string,
  model: string | null = null,
): Promise<void> {
  const end = jobs.nextId()
  for (let from = 0; from < end && !isClosing(); from += slice) {
    if (from > 0) await nextTurn()
    if (isClosing()) return
    storage.transaction(() => {
      const unsent = jobs.unsentAt(provider, from, from + slice).filter((job) => model === null || job.model === model)
      for (const [id, list] of Map.groupBy(unsent, (job) => job.model)) {
        const price = providers.pricer(provider, id)
        for (const job of list) {
          const now = price(requestOf(job))
          const share =
            job.route === 'batch' ? (providers.open(provider).session.remoteBatches?.priceShare(id) ?? 1) : 1
          if (now) jobs.raiseEstimate(job.id, Math.ceil(now.highestMicros * share))
        }
      }
    })
  }
}
