import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { References } from '#engine/references/references.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { ReadSheet } from '#engine/sheets/sheets.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { BatchCounts, SheetTiles, Tiles } from '#engine/tiles/tiles.ts'
import type { Wildcards } from '#engine/wildcards/wildcards.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { BatchFilesInput, ReadResults, RemoteBatch } from '#shared/contract/remote-batches.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { openControls } from './controls.ts'
import { finishChanges } from './planning/apply-change.ts'
import { modelFacts } from './planning/model-facts.ts'
import { openPlanning } from './planning/planning.ts'
import { openRemote, type RemoteEnd } from './remote/remote.ts'
import { openPausedProviders } from './running/paused-providers.ts'
import { recover } from './running/recover.ts'
import { openScheduler } from './running/scheduler.ts'
import { openStatus } from './status.ts'

export { adoptRecords } from './running/adopt-records.ts'

export interface GenerationNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly network: Network
  readonly providers: OpenProviders
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
  readonly tiles: Tiles
  readonly references: References
  readonly sheetTiles: SheetTiles
  readonly counts: BatchCounts
  readonly wildcards: Wildcards
  readonly settings: () => Settings
  /** Whether unfinished batches go on by themselves; else only those that are run or gone on with here. */
  readonly goesOn: boolean
  /** How far apart looks at a remote batch are at most, in ms; null for the usual 5 minutes. */
  readonly lookEveryMs: number | null
  readonly readStoredSheet: (sheetId: number) => Promise<{ sheet: ReadSheet; sha256: string }>
  readonly emit: (event: LibraryEvent) => void
}

/** Plans, the queue and what becomes of it. In a library that is only read, nothing is recovered and nothing runs. */
export function openGeneration(needs: GenerationNeeds) {
  const { storage, jobs, batches, emit } = needs
  const facts = modelFacts(needs.providers)
  const paused = openPausedProviders(storage, needs.clock)
  const wanted = new Set<number>()
  const caps = (provider: string) => {
    const { dailyCapMicros, monthlyCapMicros, providerDailyCapMicros, capsShut } = needs.settings()
    return {
      dayMicros: capsShut ? 0 : dailyCapMicros,
      monthMicros: monthlyCapMicros,
      providerDayMicros: providerDailyCapMicros[provider] ?? null,
    }
  }
  const scheduler = openScheduler({
    ...needs,
    facts,
    caps,
    isProviderPaused: paused.has,
    mayRun: (batchId) => needs.goesOn || wanted.has(batchId),
    onChanged: announce,
    onQueue: () => emit({ kind: 'queue-changed' }),
    onTurn: (waiting) => remote.kick(waiting),
  })
  const remote = openRemote({ ...needs, facts, scheduler, caps, announce })

  function announce(changed: readonly Job[]): void {
    for (const [batchId, list] of Map.groupBy(changed, (job) => job.batchId))
      emit({ kind: 'tiles-changed', batchId, tileIds: list.map((job) => job.tileId) })
  }

  const planning = openPlanning({
    ...needs,
    facts,
    scheduler,
    countedOfBatchMicros: needs.spend.countedOfBatchMicros,
    onChanging: scheduler.refresh,
    startedLately: remote.startedLately,
    onPlanned(batchId, isNew) {
      wanted.add(batchId)
      if (isNew) emit({ kind: 'batches-changed' })
      emit({ kind: 'tiles-planned', batchId })
      emit({ kind: 'queue-changed' })
    },
  })
  const controls = openControls({ ...needs, facts, scheduler, remote, paused, announce })
  const status = openStatus({ ...needs, facts, scheduler, remote, isReadOnly: storage.readOnly })

  if (!storage.readOnly) {
    finishChanges(needs)
    for (const job of recover(needs)) scheduler.resume(job)
    scheduler.refresh()
    remote.kick(scheduler.waiting(), true)
  }

  const untilIdle = (batchId: number, until: RemoteEnd): Promise<void> =>
    scheduler.until(() => {
      if (scheduler.isStopping()) return true
      if (jobs.isOutAlone(batchId) || remote.isBusyWith(batchId, until)) return false
      if (batches.get(batchId).paused) return true
      const waiting = needs.providers.ids().filter((provider) => jobs.hasWaiting(batchId, provider))
      return waiting.every((provider) => scheduler.lane(provider).pause !== null)
    })

  return {
    planDrafts: planning.planDrafts,
    planFinals: planning.planFinals,
    planRerolls: planning.planRerolls,
    planRows: planning.planRows,
    run: planning.run,
    compareSheet: planning.compareSheet,
    differences: planning.differences,
    update: planning.update,
    ...controls,
    status: status.status,
    statuses: status.statuses,
    queue: status.queue,
    failures: status.failures,
    batchChanged: status.changed,

    /** What is queued of this batch may start, also in a host where nothing goes on by itself. */
    goOnWith(batchId: number): void {
      wanted.add(batchId)
      scheduler.refresh()
    },

    /** Tiles that a person looks at now: what is queued among them goes first. */
    onScreen({ tileIds }: { tileIds: readonly number[] }): { moved: number } {
      return { moved: storage.transaction(() => jobs.onScreen(tileIds)) }
    },

    /** A changed key, address or limit of a provider counts from now on. */
    providerChanged(provider: string): void {
      scheduler.reopen(provider)
      scheduler.refresh()
      remote.kick(scheduler.waiting(), true)
      emit({ kind: 'queue-changed' })
    },

    /**
     * Resolves when nothing of the batch is out and nothing of it can start now: what is left waits for a person, or for a
     * provider that is down. Also when this host stops.
     */
    whenIdle: (batchId: number): Promise<void> => untilIdle(batchId, 'over'),
    /** The same, but for remote batches that were started: a provider works at them alone, and their results can wait. */
    whenSent: (batchId: number): Promise<void> => untilIdle(batchId, 'sent'),
    /** Resolves when what is over at providers is read, and what is not was looked at since this was asked. */
    async whenLooked(batchId: number): Promise<void> {
      await remote.looked(batchId)
      await scheduler.until(() => scheduler.isStopping() || !remote.isReading(batchId))
    },
    remoteBatches: {
      list: remote.list,
      cancel: remote.cancel,
      lookNow: remote.lookNow,
      /** Writes a plan's requests as files for batch services, in a folder, to be used elsewhere. */
      writeOut: async ({ planId, folder }: BatchFilesInput) =>
        remote.writeOut(await planning.requestsOf(planId), folder),
      /** Reads a results file into a batch, and waits until its pictures are here. */
      async readIn(wish: Parameters<typeof remote.importResults>[0]): Promise<ReadResults> {
        const { remoteBatchIds, known, foreign } = await remote.importResults(wish)
        await scheduler.until(() => scheduler.isStopping() || !remote.isBusyWith(wish.batchId, 'read'))
        const read = remote
          .list({ batchId: wish.batchId, open: false })
          .filter(({ remoteBatchId }) => remoteBatchIds.includes(remoteBatchId))
        const sum = (of: (one: RemoteBatch) => number) => read.reduce((total, one) => total + of(one), 0)
        return { made: sum(({ made }) => made), failed: sum(({ failed, refused }) => failed + refused), known, foreign }
      },
    },

    /** A provider's webhook told of this job of its own: it is polled at once. */
    nudge: scheduler.nudge,

    /** Why nothing starts at all; null where something may. */
    storageSentence: scheduler.storageSentence,
    running: () => scheduler.running() + remote.running(),
    /** Whether a request of the queue is out, or its picture is being saved. */
    isSending: () => scheduler.running() > 0,
    async stop(waitMs: number): Promise<void> {
      await Promise.all([scheduler.stop(waitMs), remote.stop(waitMs)])
    },
    abandonNow(): void {
      scheduler.abandonNow()
      remote.abandonNow()
    },
  }
}
