import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Job } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Caps, Spend } from '#engine/spend/spend.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { type FallBackNeeds, fallBack } from '../planning/fall-back.ts'
import { openArrivals } from './arrivals.ts'
import { type ActiveBatch, type Claimed, claim } from './claim.ts'
import { conclude } from './conclude.ts'
import { type Answers, exchange } from './exchange.ts'
import { openGather } from './gather.ts'
import { Lane } from './lane.ts'
import { openNudges } from './nudges.ts'
import { watchForSleep } from './sleep-watch.ts'
import { openStorageGuard } from './storage-guard.ts'

export interface SchedulerNeeds extends FallBackNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly network: Network
  readonly providers: OpenProviders
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
  readonly caps: (provider: string) => Omit<Caps, 'batchMicros'>
  readonly isProviderPaused: (provider: string) => boolean
  /** Whether requests of a batch may start in this host (a batch that a person paused never does). */
  readonly mayRun: (batchId: number) => boolean
  /** These jobs changed; called after the change is durable. */
  readonly onChanged: (jobs: readonly Job[]) => void
  /** A lane, or what is held, changed. */
  readonly onQueue: () => void
  /** Something may be able to start now, at these providers: asked after the lanes were. */
  readonly onTurn: (waiting: readonly string[]) => void
}

export type Scheduler = ReturnType<typeof openScheduler>

/**
 * Runs the job table: each provider has a lane, and whenever a slot, a token and money are there, the lane claims its next
 * job. Nothing is kept in memory but what is in flight.
 */
export function openScheduler(needs: SchedulerNeeds) {
  const { clock, jobs, providers, batches, spend } = needs
  const lanes = new Map<string, Lane>()
  const nudges = openNudges(clock)
  const wakeUps = new Map<string, AbortController>()
  /** Ends what costs nothing to end; the rest is waited for, until `abandon`. */
  const stopFollowing = new AbortController()
  const abandon = new AbortController()
  const gathered = openGather(clock, stopFollowing.signal)
  const waiters = new Set<() => void>()
  /** Jobs whose exchange or saving goes on here. */
  const inHand = new Map<number, Job>()
  let active: ActiveBatch[] = []
  let turn: AbortController | null = null
  let isStopping = false
  let isWakePlanned = false

  const guard = openStorageGuard(needs.storage, clock, () => {
    needs.onQueue()
    wake()
  })
  const arrivals = openArrivals({
    ...needs,
    onSaved(saved) {
      changed(saved)
    },
    onUnusable(job, error) {
      finishWithout(job, error)
    },
    onStorage: guard.pause,
  })

  const sleepWatch = needs.storage.readOnly
    ? null
    : watchForSleep(clock, (nowMs) => {
        for (const lane of lanes.values()) lane.wake(nowMs)
        needs.onQueue()
        refresh()
      })

  function laneOf(provider: string): Lane {
    const known = lanes.get(provider)
    if (known) return known
    const day = clock.now() - 86_400_000
    const lane = new Lane(provider, providers.open(provider).limits, spend.startedSince(provider, day))
    if (needs.isProviderPaused(provider)) lane.pause = { code: null, message: 'Paused by you.', retryAtMs: null }
    lanes.set(provider, lane)
    return lane
  }

  function changed(list: readonly Job[]): void {
    if (list.length > 0) needs.onChanged(list)
    wake()
  }

  function finishWithout(job: Job, error: unknown): void {
    guard.store(() => {
      try {
        changed(conclude(needs, laneOf(job.provider), job, error, isStopping))
      } catch (failure) {
        spend.recount()
        throw failure
      }
    })
    needs.onQueue()
  }

  /** Coalesces: many replies in one turn are one round of claims. */
  function wake(): void {
    if (isWakePlanned) return
    isWakePlanned = true
    setImmediate(() => {
      isWakePlanned = false
      const waiting = waitingProviders()
      for (const provider of waiting) pump(provider)
      if (!isStopping) needs.onTurn(waiting)
      for (const waiter of [...waiters]) waiter()
    })
  }

  function waitingProviders(): string[] {
    if (isStopping || needs.storage.readOnly) return []
    const known = providers.ids()
    return jobs.providersWaiting().filter((provider) => known.includes(provider))
  }

  function pump(provider: string): void {
    if (isStopping || guard.sentence() !== null || active.length === 0 || !arrivals.hasRoom()) return
    if (jobs.nextTryMs(provider) === null) return
    sleepWatch?.look()
    const lane = laneOf(provider)
    lane.resume(clock.now(), false)
    if (lane.pause) {
      if (lane.pause.code === 'provider-unavailable') moveOn(provider)
      return wakeAt(provider, lane.pause.retryAtMs)
    }
    while (lane.free > 0 && arrivals.hasRoom()) {
      const nowMs = clock.now()
      const freeFromMs = lane.freeFromMs(nowMs)
      if (freeFromMs > nowMs) return wakeAt(provider, freeFromMs)
      const count = Math.min(lane.startsNow(nowMs), 40)
      const claimed = claimUpTo(provider, count)
      if (claimed.heldBatchIds.length > 0) needs.onQueue()
      for (const job of claimed.jobs) start(lane, job)
      if (claimed.done.length > 0) {
        changed(claimed.done)
        if (claimed.jobs.length < count) return
      }
      if (claimed.jobs.length < count) return wakeAt(provider, jobs.nextTryMs(provider, nowMs))
    }
  }

  /** The provider is down: jobs of batches that name another model do not wait for it. */
  function moveOn(provider: string): void {
    const chained = active.filter((batch) => (batch.settings.fallbacks ?? []).length > 0)
    guard.store(() => {
      const moved = needs.storage.transaction(() =>
        chained.flatMap((batch) => jobs.waitingAt(batch.id, provider).filter((job) => fallBack(needs, job))),
      )
      if (moved.length > 0) changed(moved)
    })
  }

  /** A running job whose lane was paused while it was followed: its handle is stored, and it is never submitted again. */
  function followLeft(): void {
    if (isStopping || needs.storage.readOnly) return
    for (const job of [...jobs.outAlone('running'), ...jobs.outAlone('saving')])
      if (!inHand.has(job.id) && needs.mayRun(job.batchId) && laneOf(job.provider).pause === null)
        start(laneOf(job.provider), job)
  }

  /** Looks again at which batches may run, and which of their lines are due; and once more when that changes with the time. */
  function refresh(): void {
    const nowMs = clock.now()
    const open = batches.list().filter((batch) => !batch.paused && !batch.changing && needs.mayRun(batch.id))
    active = open.map((batch) => ({ ...batch, lines: jobs.dueLines(batch.id, nowMs) })).reverse()
    turn?.abort()
    turn = null
    const turns = open.flatMap((batch) => jobs.nextTurnMs(batch.id, nowMs) ?? [])
    if (turns.length > 0 && !isStopping) {
      turn = new AbortController()
      // An aborted wait was replaced by a newer one. A long one is begun again, as clocks are set and machines sleep.
      clock.sleep(Math.min(60_000, Math.min(...turns) - nowMs), turn.signal).then(refresh, () => undefined)
    }
    followLeft()
    wake()
  }

  function claimUpTo(provider: string, count: number): Claimed {
    try {
      return claim(needs, provider, active, count)
    } catch (error) {
      spend.recount()
      if (errorCodeOf(error) !== 'storage') throw error
      guard.pause(messageOf(error))
      return { jobs: [], done: [], heldBatchIds: [] }
    }
  }

  function wakeAt(provider: string, atMs: number | null): void {
    wakeUps.get(provider)?.abort()
    wakeUps.delete(provider)
    if (atMs === null || atMs === Number.POSITIVE_INFINITY) return
    const delayMs = Math.min(60_000, atMs - clock.now())
    // It became due while this turn was busy.
    if (delayMs <= 0) return wake()
    const wakeUp = new AbortController()
    wakeUps.set(provider, wakeUp)
    // An aborted wait was replaced by a newer one.
    clock.sleep(delayMs, wakeUp.signal).then(wake, () => undefined)
  }

  function start(lane: Lane, job: Job): void {
    inHand.set(job.id, job)
    const letGo = () => {
      if (inHand.get(job.id) === job) inHand.delete(job.id)
    }
    const claimedMs = clock.now()
    const onHeaders = (_status: number, headers: Readonly<Record<string, string>>) => lane.learn(headers, clock.now())
    lane.start(job, claimedMs, async () => {
      let saved: Promise<void> | null = null
      try {
        const at = gathered(providers.open(job.provider))
        const stops = { following: stopFollowing.signal, paid: abandon.signal }
        const answers = await exchange(
          { ...needs, nudges, store: guard.storeInTime, input: needs.images.bytes, onHeaders },
          job,
          at,
          stops,
        )
        lane.answered(clock.now() - claimedMs, clock.now())
        saved = arrivals.add(job, answers)
      } catch (error) {
        letGo()
        finishWithout(job, error)
      } finally {
        lane.ended(job)
        needs.onQueue()
        wake()
      }
      // A free slot is free again at the reply's last byte, and saving goes on beside it. A paid one is kept until the
      // picture is durable, so that a kill leaves at most one unknown request a slot.
      if (job.estimateMicros === 0) {
        void saved?.then(letGo)
        return
      }
      await saved
      letGo()
      wake()
    })
  }

  return {
    lane: laneOf,
    lanes: (): Lane[] => [...lanes.values()],
    storageSentence: guard.sentence,
    isStopping: (): boolean => isStopping,

    /** Looks again at which batches may run, and starts what can start. */
    refresh,
    /** Providers here that anything of the queue waits for. */
    waiting: waitingProviders,
    /** The batches that may run, each with the lines whose time it is. */
    active: (): readonly ActiveBatch[] => active,
    wake,
    nudges,
    /** Saves a reply that came another way than by a lane's request; resolves when it is durable, or found unusable. */
    save: (job: Job, answers: Answers): Promise<void> => arrivals.add(job, answers),
    hasRoom: arrivals.hasRoom,
    /** As `StorageGuard`: does it now, or when the library can be written again. */
    store: guard.store,
    storeInTime: guard.storeInTime,
    pauseForStorage: guard.pause,

    /** Goes on with a job that was out when the last host ended. */
    resume(job: Job): void {
      start(laneOf(job.provider), job)
    },

    /** A changed key or setting: the lane goes on without its pause, under its new limits at once. */
    reopen(provider: string): void {
      const lane = lanes.get(provider)
      lane?.resume(clock.now(), true)
      if (lane?.running.size === 0) lanes.delete(provider)
      else lane?.adopt(providers.open(provider).limits)
      followLeft()
      wake()
    },

    /** A provider says that something happened to one of its jobs: it is asked at once. */
    nudge: nudges.nudge,

    running: (): number =>
      [...lanes.values()].reduce((total, lane) => total + lane.running.size, 0) + arrivals.waiting(),
    savingFor: () => arrivals.waiting(),

    /** Resolves when `isIdle` says so, asked after every change. */
    until(isIdle: () => boolean): Promise<void> {
      return new Promise((resolve) => {
        const check = () => {
          if (!isIdle()) return
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
      })
    },

    /**
     * Starts nothing new, ends what costs nothing to end, and waits for paid requests that are out: at most `waitMs`, then
     * their replies are given up and they become `unknown`.
     */
    async stop(waitMs: number): Promise<void> {
      isStopping = true
      sleepWatch?.stop()
      turn?.abort()
      for (const wakeUp of wakeUps.values()) wakeUp.abort()
      stopFollowing.abort(new AppError('canceled', 'Stopped.'))
      const waited = new AbortController()
      // A disk that stays full would keep replies waiting for ever: then they are `unknown` at the next start.
      const tooLong = clock.sleep(waitMs, waited.signal).then(this.abandonNow, () => undefined)
      await this.until(() => [...lanes.values()].every((lane) => lane.running.size === 0))
      await Promise.race([arrivals.empty(), tooLong])
      waited.abort()
    },
    /** A second stop: what is out is not waited for any longer. */
    abandonNow: () => abandon.abort(new AppError('canceled', 'Stopped.')),
  }
}
