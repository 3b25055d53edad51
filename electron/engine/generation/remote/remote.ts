import pLimit from 'p-limit'
import type { Batches } from '#engine/batches/batches.ts'
import type { Handle } from '#engine/providers/provider.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { BatchFiles, RemoteBatch, RemoteBatchesInput } from '#shared/contract/remote-batches.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { Scheduler } from '../running/scheduler.ts'
import { writeOut } from './export.ts'
import { openFinish } from './finish.ts'
import type { GatherNeeds } from './gather.ts'
import { openGathering } from './gathering.ts'
import { type Imported, type ImportWish, importResults } from './import.ts'
import { openRemoteTable, type RemoteRow } from './remote-table.ts'
import { countedOf, type RemoteCounted, shown } from './shown.ts'
import { openSteps } from './steps.ts'
import { openWork, type WorkNeeds } from './work.ts'

export interface RemoteNeeds
  extends Omit<WorkNeeds, 'table' | 'scheduler' | 'stopping' | 'abandoned' | 'wait' | 'lookEveryMs' | 'onChanged'>,
    Omit<GatherNeeds, 'table'> {
  readonly batches: Batches
  readonly scheduler: Scheduler
  readonly lookEveryMs: number | null
  readonly emit: (event: LibraryEvent) => void
}

/** Looks are so far apart at most, where the host says nothing else. */
const usualLookMs = 300_000
const hourMs = 3_600_000
const longestWaitMs = 300_000

export type Remote = ReturnType<typeof openRemote>

/** How far remote batches are waited for: all started; what is over at the provider read; all over and read. */
export type RemoteEnd = 'sent' | 'read' | 'over'

interface Wait {
  readonly tries: number
  readonly untilMs: number
}

/**
 * Takes queued jobs of the batch route to their provider's batch service and back. Everything that matters is in the
 * remote_batch table and the job table; what is in memory only says who is at it, and when the next try is.
 */
export function openRemote(needs: RemoteNeeds) {
  const { clock, jobs, providers, scheduler, storage } = needs
  const table = openRemoteTable(storage, clock)
  /** By its id, the batch of each remote batch that steps are taken of here. */
  const inHand = new Map<number, number>()
  const filling = new Set<number>()
  const waits = new Map<number, Wait>()
  const nextMs = new Map<number, number>()
  const wakers = new Map<number, () => void>()
  /** Those that a person wants to be looked at, and whose next look nobody waits for yet. */
  const asked = new Set<number>()
  const stopFollowing = new AbortController()
  const abandon = new AbortController()
  const sending = pLimit(2)
  const fetching = pLimit(2)
  const reading = pLimit(1)
  const waiters = new Set<() => void>()
  let wakeUp: AbortController | null = null

  const working = {
    ...needs,
    table,
    stopping: stopFollowing.signal,
    abandoned: abandon.signal,
    lookEveryMs: needs.lookEveryMs ?? usualLookMs,
    wait: waitForLook,
    onChanged: (row: RemoteRow) => changed(row.batchId),
  }
  const work = openWork(working)
  const steps = openSteps(working, work)
  const finish = openFinish(working, work)

  const gathering = openGathering({
    ...needs,
    table,
    isStopping: () => stopFollowing.signal.aborted,
    startedLately: (provider) => startedLately(provider),
    onOpen: (id) => void filling.add(id),
    onFull(id) {
      filling.delete(id)
      kick()
    },
    onEnd(batchIds) {
      for (const batchId of batchIds) changed(batchId)
      for (const waiter of [...waiters]) waiter()
    },
  })

  if (!storage.readOnly) {
    work.started.takeIn()
    work.clearUp()
  }

  function changed(batchId: number): void {
    needs.emit({ kind: 'remote-batches-changed', batchId })
    scheduler.wake()
  }

  async function waitForLook(row: RemoteRow, handle: Handle, ms: number): Promise<void> {
    if (asked.delete(row.id)) return
    const early = new AbortController()
    wakers.set(row.id, () => early.abort())
    nextMs.set(row.id, clock.now() + ms)
    try {
      await scheduler.nudges.wait(row.provider, handle, ms, AbortSignal.any([stopFollowing.signal, early.signal]))
    } catch (error) {
      if (stopFollowing.signal.aborted || !early.signal.aborted) throw error
    } finally {
      wakers.delete(row.id)
      nextMs.delete(row.id)
    }
  }

  /** It waits for a person, or for nothing: what is not started by its batch and its lane, what is followed by the key alone. */
  function isHeldUp(row: RemoteRow): boolean {
    if (row.state === 'over' || row.state === 'lost' || !providers.ids().includes(row.provider)) return true
    const lane = scheduler.lane(row.provider)
    lane.resume(clock.now(), false)
    const { pause } = lane
    if (pause?.code && errorCodes[pause.code].treatment === 'pause') return true
    if ((row.state !== 'preparing' && row.state !== 'uploaded') || row.cancelAsked === 1) return false
    return pause !== null || !scheduler.active().some(({ id }) => id === row.batchId)
  }

  const mayGoOn = (row: RemoteRow, nowMs: number): boolean =>
    !stopFollowing.signal.aborted && !filling.has(row.id) && !isHeldUp(row) && timeOf(row) <= nowMs

  /** When the service lets another one be started, ms since 1970. */
  function startFreeMs(row: RemoteRow): number {
    const perHour = providers.open(row.provider).session.remoteBatches?.limits(row.model).startsPerHour ?? null
    if (perHour === null) return 0
    const started = table.startedSince(row.provider, clock.now() - hourMs)
    return started.length < perHour ? 0 : (started[started.length - perHour] ?? 0) + hourMs + 1000
  }

  /** Takes the steps of one remote batch until it has to wait. */
  async function goOn(id: number): Promise<void> {
    for (let row = table.get(id); row && mayGoOn(row, clock.now()); row = table.get(id)) {
      await step(row)
      waits.delete(id)
    }
  }

  async function step(row: RemoteRow): Promise<void> {
    const isUnstarted = row.state === 'preparing' || row.state === 'uploaded'
    if (isUnstarted && row.cancelAsked === 1) return steps.giveUp(row)
    switch (row.state) {
      case 'preparing':
        return sending(() => steps.prepare(row))
      case 'uploaded':
        return steps.start(row)
      case 'starting':
        return steps.lookUp(row)
      case 'working':
        return steps.follow(row)
      case 'reading':
        await fetching(() => finish.fetchResults(row))
        return reading(() => finish.read(row))
      default:
        return
    }
  }

  function begin(row: RemoteRow): void {
    inHand.set(row.id, row.batchId)
    void goOn(row.id)
      .catch((error: unknown) => putOff(row, error))
      .finally(() => {
        inHand.delete(row.id)
        for (const waiter of [...waiters]) waiter()
        scheduler.wake()
      })
  }

  /** A step failed: it is tried again later, by itself or when a person has acted; nothing that is stored changes. */
  function putOff(row: RemoteRow, error: unknown): void {
    if (stopFollowing.signal.aborted) return
    const code = errorCodeOf(error)
    const told = error instanceof AppError ? error.retryAfterMs : null
    const tries = (waits.get(row.id)?.tries ?? 0) + 1
    const delayMs = told ?? Math.round(Math.min(longestWaitMs, 1000 * 2 ** tries) * (0.8 + 0.4 * Math.random()))
    waits.set(row.id, { tries, untilMs: clock.now() + delayMs })
    if (code === 'storage') scheduler.pauseForStorage(messageOf(error))
    else if (code !== null && errorCodes[code].treatment === 'pause')
      scheduler.lane(row.provider).pause ??= { code, message: messageOf(error), retryAtMs: null }
    const message = code === null ? `Proofsheet itself failed: ${messageOf(error)}` : messageOf(error)
    scheduler.store(() => table.say(row.id, message))
    changed(row.batchId)
    needs.emit({ kind: 'queue-changed' })
  }

  const startedLately = (provider: string): number => table.startedSince(provider, clock.now() - hourMs).length

  /** Looks at what could go on; every turn of the queue does. `everywhere`: at providers that no longer offer batches, too. */
  function kick(waiting: readonly string[] = scheduler.waiting(), everywhere = false): void {
    if (stopFollowing.signal.aborted || storage.readOnly || scheduler.storageSentence() !== null) return
    // One time for both: what comes due between looking and going to sleep would be slept through.
    const nowMs = clock.now()
    const tries = waiting
      .filter((id) => everywhere || providers.open(id).session.remoteBatches !== undefined)
      .map((provider) => ({ provider, atMs: jobs.nextRemoteTryMs(provider) ?? Number.POSITIVE_INFINITY }))
    for (const { provider, atMs } of tries) if (atMs <= nowMs) gathering.look(provider)
    const open = table.open()
    for (const row of open) if (!inHand.has(row.id) && mayGoOn(row, nowMs)) begin(row)
    wakeAtNext([...tries, ...open.filter(({ id }) => !inHand.has(id)).map((row) => ({ atMs: timeOf(row) }))], nowMs)
  }

  /** The next time at which something that waits for the clock may go on. */
  function wakeAtNext(tries: readonly { atMs: number }[], nowMs: number): void {
    wakeUp?.abort()
    wakeUp = null
    const times = [
      ...tries.map(({ atMs }) => atMs),
      ...scheduler.lanes().map(({ pause }) => pause?.retryAtMs ?? 0),
    ].filter((ms) => ms > nowMs && Number.isFinite(ms))
    if (times.length === 0) return
    wakeUp = new AbortController()
    // An aborted wait was replaced by a newer one.
    clock.sleep(Math.min(60_000, Math.min(...times) - clock.now()), wakeUp.signal).then(scheduler.wake, () => undefined)
  }

  /** Not before this time, ms since 1970. */
  function timeOf(row: RemoteRow): number {
    const untilMs = waits.get(row.id)?.untilMs ?? 0
    if (row.state !== 'uploaded' || row.cancelAsked === 1 || !providers.ids().includes(row.provider)) return untilMs
    return Math.max(untilMs, startFreeMs(row))
  }

  function show(row: RemoteRow): RemoteBatch {
    const waitMs = timeOf(row)
    return shown(needs, row, nextMs.get(row.id) ?? (waitMs > clock.now() ? waitMs : null))
  }

  function found(id: number): RemoteRow {
    const row = table.get(id)
    if (row) return row
    throw new AppError('not-found', `There is no remote batch ${id} in this library.`)
  }

  function cancelOne(row: RemoteRow): boolean {
    if (!storage.transaction(() => table.askCancel(row.id))) return false
    waits.delete(row.id)
    wakers.get(row.id)?.()
    changed(row.batchId)
    kick()
    return true
  }

  /** Whether something of it goes on by itself now, on the way to where it counts as done with. */
  function isBusy(row: RemoteRow, until: RemoteEnd): boolean {
    if (row.state === 'working' && until !== 'over') return false
    if (row.state === 'reading' && until === 'sent') return false
    return inHand.has(row.id) || filling.has(row.id) || !isHeldUp(row)
  }

  return {
    kick,
    startedLately,

    list: ({ batchId, open }: RemoteBatchesInput): RemoteBatch[] =>
      table
        .list(batchId)
        .filter(({ state }) => !open || state !== 'over')
        .map(show),
    cancel({ remoteBatchId }: { remoteBatchId: number }): RemoteBatch {
      const row = found(remoteBatchId)
      if (!cancelOne(row) && row.cancelAsked === 0)
        throw new AppError(
          'conflict',
          'There is nothing left to cancel: it is over at the provider, or nobody knows of it.',
        )
      return show(found(remoteBatchId))
    },
    /** Gives how many were asked to stop. */
    cancelBatch: (batchId: number): number =>
      table.list(batchId).filter((row) => row.cancelAsked === 0 && cancelOne(row)).length,
    /** A lost one is looked for once more. Resolves when they were looked at, as far as they can be now. */
    async lookNow({ remoteBatchId }: { remoteBatchId: number | null }): Promise<{ looked: number }> {
      const rows = remoteBatchId === null ? table.open() : [found(remoteBatchId)]
      let looked = 0
      for (const row of rows) {
        if (row.state === 'over') continue
        looked++
        waits.delete(row.id)
        const wake = wakers.get(row.id)
        if (wake) wake()
        else asked.add(row.id)
        if (row.state === 'lost' && !inHand.has(row.id)) await steps.lookUp(row, [0])
      }
      kick()
      return { looked }
    },
    writeOut: (requests: AsyncIterable<GenerationRequest>, folder: string): Promise<BatchFiles> =>
      writeOut(needs, requests, folder),
    /** Resolves when all of it is durable, as far as it goes by itself. */
    async importResults(wish: ImportWish): Promise<Imported> {
      const imported = await importResults(
        {
          ...needs,
          table,
          fileOf: work.fileOf,
          hold: (id) => void filling.add(id),
          letGo(id) {
            filling.delete(id)
            kick()
          },
        },
        wish,
      )
      changed(wish.batchId)
      return imported
    },

    /** Counts for a batch's status; null where nothing of it goes this way. */
    statusOf: (batchId: number): RemoteCounted | null => countedOf(jobs, table, batchId),

    /** Whether anything of a batch goes on in remote batches by itself. */
    isBusyWith: (batchId: number, until: RemoteEnd): boolean =>
      table.open().some((row) => row.batchId === batchId && isBusy(row, until)) ||
      (until !== 'sent' && [...inHand].some(([id, of]) => of === batchId && table.get(id)?.state === 'over')),
    /** Whether results of a batch are being read, or can be. */
    isReading: (batchId: number): boolean =>
      table.open().some((row) => row.batchId === batchId && row.state === 'reading' && !isHeldUp(row)),
    /** Resolves when everything at providers was looked at since this was asked, or cannot be now. */
    looked(batchId: number): Promise<void> {
      const sinceMs = clock.now()
      return scheduler.until(() =>
        table.open().every((row) => {
          if (row.batchId !== batchId || row.state !== 'working') return true
          return (row.lookedMs ?? 0) >= sinceMs || isHeldUp(row) || (waits.get(row.id)?.untilMs ?? 0) > sinceMs
        }),
      )
    },
    running: (): number => table.open().filter(({ id, state }) => inHand.has(id) && state === 'starting').length,

    /** Ends looks, uploads and downloads at once; a start that is out is waited for, at most `waitMs`. */
    async stop(waitMs: number): Promise<void> {
      wakeUp?.abort()
      stopFollowing.abort(new AppError('canceled', 'Stopped.'))
      const waited = new AbortController()
      // What was given up says so in a moment; a disk that stays full is not waited for.
      const tooLong = clock.sleep(waitMs, waited.signal).then(
        () => {
          abandonNow()
          return clock.sleep(1000)
        },
        () => undefined,
      )
      await Promise.race([tooLong, untilIdle()])
      waited.abort()
    },
    abandonNow,
  }

  function abandonNow(): void {
    abandon.abort(new AppError('canceled', 'Stopped.'))
  }

  function untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (inHand.size > 0 || gathering.isBusy()) return
        waiters.delete(check)
        resolve()
      }
      waiters.add(check)
      check()
    })
  }
}
