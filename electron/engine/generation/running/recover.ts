import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'

export interface RecoverNeeds {
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly spend: Spend
  readonly providers: OpenProviders
}

/**
 * After a stop or a kill: half-planned batches go (nothing of theirs was sent); a request that may be out is sent again
 * where that is free or harmless, else it is `unknown`. Gives the jobs to go on with: those with a handle to poll, with
 * addresses to fetch, or to look up at their provider.
 */
export function recover({ storage, batches, jobs, images, spend, providers }: RecoverNeeds): Job[] {
  dropUnplanned({ storage, batches, jobs, images })
  return storage.transaction(() => {
    for (const job of jobs.inState('submitting')) {
      const isKnown = providers.ids().includes(job.provider)
      const mayResend =
        job.estimateMicros === 0 || (isKnown && providers.open(job.provider).provider.lostReply === 'resend')
      if (mayResend) {
        spend.finish(job.id, { state: 'unsent' }, 'stopped')
        jobs.toQueued(job.id, { retries: job.retries, waits: job.waits, notBeforeMs: 0 })
      } else {
        spend.finish(job.id, { state: 'unknown' }, 'stopped')
        jobs.toUnknown(
          job,
          'Proofsheet stopped while this request was out, so nobody knows whether it was made and charged.',
        )
      }
    }
    const canFind = (job: Job) =>
      providers.ids().includes(job.provider) && providers.open(job.provider).session.find !== undefined
    return [...jobs.inState('running'), ...jobs.inState('saving'), ...jobs.inState('unknown').filter(canFind)]
  })
}

/** Batches whose planning was cut short. */
export function dropUnplanned({
  storage,
  batches,
  jobs,
  images,
}: Pick<RecoverNeeds, 'storage' | 'batches' | 'jobs' | 'images'>): void {
  storage.transaction(() => {
    for (const batchId of batches.unplanned()) {
      images.dropBatch(batchId)
      jobs.dropBatch(batchId)
      batches.drop(batchId)
    }
  })
}
