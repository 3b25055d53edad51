import type { Batches } from '#engine/batches/batches.ts'
import { promptHash } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { References } from '#engine/references/references.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { Route } from '#shared/contract/wishes.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { AppError } from '#shared/errors.ts'
import { type GenerationRequest, type Profile, profileName } from '#shared/generation-request.ts'
import type { HoldReason } from '#shared/job-state.ts'
import { requestByProfile } from './planning/fall-back.ts'
import { fitAll } from './planning/fit-pictures.ts'
import { highestBy, type ModelFacts, remembering } from './planning/model-facts.ts'
import { picturesOf } from './planning/place-pictures.ts'
import type { Remote } from './remote/remote.ts'
import type { openPausedProviders } from './running/paused-providers.ts'
import type { Scheduler } from './running/scheduler.ts'

export interface ControlsNeeds {
  readonly clock: Clock
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly spend: Spend
  readonly providers: OpenProviders
  readonly scheduler: Scheduler
  readonly remote: Pick<Remote, 'cancelBatch'>
  readonly paused: ReturnType<typeof openPausedProviders>
  readonly facts: ModelFacts
  readonly images: Images
  readonly references: References
  readonly announce: (changed: readonly Job[]) => void
  readonly emit: (event: LibraryEvent) => void
}

type ControlInput = {
  action: 'pause' | 'resume' | 'cancel' | 'front' | 'start'
  of: { kind: 'all' } | { kind: 'batch'; batchId: number } | { kind: 'provider'; provider: string }
}

/** What a person does to the queue. */
export function openControls(needs: ControlsNeeds) {
  const { storage, batches, jobs, scheduler, emit } = needs

  /** `route`: by which they go, at its price, where it is another one; what cannot go in a batch goes as it did. */
  function again(list: readonly Job[], route?: Route): number {
    const facts = remembering(needs.facts)
    const goBy = (job: Job, wanted: Route): void => {
      const request = requestOf(job)
      const batch = wanted === 'batch' ? facts.batch(job.provider, job.model) : null
      if (wanted === 'batch' && batch?.check(request) !== null) return
      jobs.setRoute(job.id, wanted, highestBy(facts.priceOf(request), batch?.share ?? 1) ?? job.estimateMicros)
    }
    const moved = storage.transaction(() =>
      list.filter((job) => {
        const isMoved = job.state === 'queued' || jobs.toQueued(job.id, { retries: 0, waits: 0, notBeforeMs: 0 })
        if (isMoved && route !== undefined && route !== job.route) goBy(job, route)
        return isMoved
      }),
    )
    needs.announce(moved)
    queueChanged()
    return moved.length
  }

  function queueChanged(): void {
    scheduler.refresh()
    emit({ kind: 'queue-changed' })
  }

  function jobsOf(ids: readonly number[]): Job[] {
    return ids.flatMap((jobId) => jobs.get(jobId) ?? [])
  }

  function endedDraft(tileId: number): Job {
    const job = jobs.get(tileId)
    if (job?.state === 'failed' || job?.state === 'canceled') return job
    throw new AppError('conflict', 'Only a failed or canceled draft can be asked for again in another way.')
  }

  /** The same wish by another model or with other pictures, these as small as that model wants them. */
  async function requestOtherwise(wish: GenerationRequest, profile: Profile, imageIds: readonly number[] | null) {
    const { facts, references, images } = needs
    const named =
      imageIds?.map((imageId) => images.stored(imageId).sha256) ?? picturesOf(wish).map(({ sha256 }) => sha256)
    const pictures = await fitAll(references, facts, profile, named)
    // A size that is chosen is the one that is asked for: the old one may be why it failed.
    const keepsSize = profile.width === null || profile.height === null
    const old = { ...wish, source: null, references: pictures }
    const { request, problem } = requestByProfile(old, profile, facts, { keepsSize })
    if (problem === null) return request
    throw new AppError('unsupported', `${profileName(profile)} cannot make this picture: ${problem}.`)
  }

  function controlBatch(action: ControlInput['action'], batchId: number): number {
    if (action === 'front') return storage.transaction(() => jobs.setPriority(batchId, 5))
    if (action === 'start') return storage.transaction(() => jobs.startAll(batchId, 0))
    if (action !== 'cancel') return storage.transaction(() => (batches.setPaused(batchId, action === 'pause') ? 1 : 0))
    const tileIds = storage.transaction(() => {
      jobs.stopChains(batchId)
      return jobs.cancelQueued(batchId)
    })
    emit({ kind: 'tiles-changed', batchId, tileIds })
    // What is at the provider by then is kept, and what it did not make is canceled when it says so.
    return tileIds.length + needs.remote.cancelBatch(batchId)
  }

  function controlProvider(action: ControlInput['action'], provider: string): number {
    if (action === 'cancel' || action === 'front' || action === 'start')
      throw new AppError('invalid-input', 'Cancel, front and start are for batches.')
    const lane = scheduler.lane(provider)
    needs.paused.set(provider, action === 'pause')
    if (action === 'pause') lane.pause = { code: null, message: 'Paused by you.', retryAtMs: null }
    else lane.resume(needs.clock.now(), true)
    return 1
  }

  return {
    release({ batchId, reason }: { batchId: number; reason: HoldReason }): { released: number } {
      const released = storage.transaction(() => jobs.release(batchId, reason))
      emit({ kind: 'tiles-planned', batchId })
      queueChanged()
      return { released }
    },

    control({ action, of }: ControlInput): { changed: number } {
      const changed =
        of.kind === 'provider'
          ? controlProvider(action, of.provider)
          : (of.kind === 'batch' ? [of.batchId] : batches.list().map((batch) => batch.id)).reduce(
              (total, batchId) => total + controlBatch(action, batchId),
              0,
            )
      queueChanged()
      emit({ kind: 'batches-changed' })
      return { changed }
    },

    /** Failed jobs only: what became of an unknown one, a person must say. */
    retry({
      batchId,
      only,
      jobIds,
      route,
    }: {
      batchId: number
      only: ErrorCode | null
      jobIds: readonly number[] | null
      route?: Route | undefined
    }): { retried: number } {
      const followUps =
        route === 'live' && only === null && jobIds === null
          ? needs.providers.ids().flatMap((provider) => jobs.followUps(batchId, provider))
          : []
      const wanted = jobs
        .failures(batchId)
        .filter((failure) => failure.state === 'failed' && (only === null || failure.code === only))
        .filter((failure) => jobIds === null || jobIds.includes(failure.id))
        .map((failure) => failure.id)
      return { retried: again([...jobsOf(wanted), ...followUps], route) }
    },

    resolveUnknown({ jobIds, action }: { jobIds: readonly number[]; action: 'retry' | 'dismiss' }): {
      resolved: number
    } {
      const unknown = jobsOf(jobIds).filter((job) => job.state === 'unknown')
      const resolved = storage.transaction(() =>
        unknown.filter((job) => {
          const moved =
            action === 'retry'
              ? jobs.toQueued(job.id, { retries: 0, waits: 0, notBeforeMs: 0 })
              : jobs.toFailed(job.id, 'outcome-unknown', 'Given up; its cost stays counted.') &&
                jobs.dismiss(job.id) !== null
          jobs.freeTwins(job.promptHash)
          return moved
        }),
      )
      needs.announce(resolved)
      queueChanged()
      return { resolved: resolved.length }
    },

    dismiss({ tileIds }: { tileIds: readonly number[] }): { dismissed: number } {
      const dismissed = storage.transaction(() => tileIds.filter((tileId) => jobs.dismiss(tileId) !== null))
      needs.announce(jobsOf(dismissed))
      return { dismissed: dismissed.length }
    },

    /**
     * The tile keeps its place and asks for something else; what it asked for before is kept with how it ended, and the
     * tiles beside it keep their prompt. Throws AppError `conflict`, `unsupported`.
     */
    async editPrompt({
      tileId,
      prompt,
      profile,
      references = null,
    }: {
      tileId: number
      prompt: string | null
      profile: Profile | null
      references?: readonly number[] | null
    }): Promise<{ tileId: number }> {
      const job = endedDraft(tileId)
      const old = requestOf(job)
      const wish = { ...old, prompt: prompt ?? old.prompt }
      const request =
        profile || references
          ? await requestOtherwise(wish, profile ?? { ...old, width: null, height: null }, references)
          : wish
      storage.transaction(() => {
        // Pictures were made to fit meanwhile: another call may have asked for it again, and it may be out.
        endedDraft(tileId)
        jobs.replaceRequest(job, {
          request,
          promptId: prompt === null ? job.promptId : batches.editedPrompt(job.promptId, prompt),
          promptHash: promptHash(request),
          estimateMicros: needs.facts.priceOf(request)?.highestMicros ?? null,
        })
      })
      again(jobsOf([tileId]))
      return { tileId }
    },

    /** Takes the newest edit of a tile back: it is as it was, with its failure. Throws AppError `conflict` where it is too late. */
    undoEdit({ tileId }: { tileId: number }): { tileId: number } {
      storage.transaction(() => {
        if (!jobs.takeEditBack(tileId))
          throw new AppError(
            'conflict',
            'There is no edit to take back: the tile was never edited, its request is out, or its picture is there.',
          )
      })
      needs.announce(jobsOf([tileId]))
      queueChanged()
      return { tileId }
    },
  }
}
