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
 * After a stop or a kill: half-planned batches go (nothing of theirs was sent); a request that may be out is looked up
 * where its provider can, sent again where that is free or harmless, else it is `unknown`. Gives the jobs to go on with:
 * those with a handle to poll, with addresses to fetch, or (`unknown`) to look up. What is in a remote batch is not among them.
 */
export function recover({ storage, batches, jobs, images, spend, providers }: RecoverNeeds): Job[] {
  dropUnplanned({ storage, batches, jobs, images })
  const openOf = (job: Job) => (providers.ids().includes(job.provider) ? providers.open(job.provider) : null)
  const canFind = (job: Job) => openOf(job)?.session.find !== undefined
  return storage.transaction(() => {
    const freeToFind: Job[] = []
    for (const job of jobs.outAlone('submitting')) {
      const isFree = job.estimateMicros === 0
      if (isFree && canFind(job)) {
        // Nothing is at risk, so it is shown as what it is: on its way. Where nobody has it, it is sent again.
        freeToFind.push({ ...job, state: 'unknown' })
      } else if (isFree || openOf(job)?.provider.lostReply === 'resend') {
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
    const unknown = jobs.outAlone('unknown').filter(canFind)
    return [...jobs.outAlone('running'), ...jobs.outAlone('saving'), ...unknown, ...freeToFind]
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
