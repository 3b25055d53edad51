import type { Batch, Batches } from '#engine/batches/batches.ts'
import type { Failure, Jobs } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { BatchSpend, Spend } from '#engine/spend/spend.ts'
import type { Clock } from '#engine/storage/storage.ts'
import type { BatchCounts, JobCounts } from '#engine/tiles/tiles.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Lane as LaneStatus, Queue } from '#shared/contract/generation.ts'
import { type ModelFacts, remembering } from './planning/model-facts.ts'
import { sumOrNull } from './planning/planned-work.ts'
import type { Remote } from './remote/remote.ts'
import type { RemoteCounted } from './remote/shown.ts'
import type { Lane } from './running/lane.ts'
import type { Scheduler } from './running/scheduler.ts'

export interface StatusNeeds {
  readonly clock: Clock
  readonly batches: Batches
  readonly jobs: Jobs
  readonly spend: Spend
  readonly providers: OpenProviders
  readonly facts: ModelFacts
  readonly scheduler: Scheduler
  readonly remote: Pick<Remote, 'statusOf'>
  /** Beside a host that writes, nothing tells of its changes. */
  readonly isReadOnly: boolean
  readonly counts: BatchCounts
}

interface Kept {
  readonly atMs: number
  readonly version: number
  readonly jobs: JobCounts
  readonly money: BatchSpend
  readonly remote: RemoteCounted | null
}

/** While a batch runs, its counts are read again so often at most. */
const freshForMs = 300

/** Where batches, lanes and money stand. Counts are kept until something of their batch changed. */
export function openStatus(needs: StatusNeeds) {
  const { batches, jobs, spend, providers, scheduler } = needs

  const kept = new Map<number, Kept>()
  const versions = new Map<number, number>()

  function countsOf(batchId: number): Kept {
    const known = kept.get(batchId)
    const version = versions.get(batchId) ?? 0
    const isUnchanged = known !== undefined && known.version === version && !jobs.isUnfinished(batchId)
    const isFresh = known !== undefined && needs.clock.now() - known.atMs < freshForMs && jobs.isOut(batchId)
    if (known && (isUnchanged || isFresh)) return known
    const counted = {
      atMs: needs.clock.now(),
      version,
      jobs: needs.counts.jobs(batchId),
      money: spend.ofBatch(batchId),
      remote: needs.remote.statusOf(batchId),
    }
    if (!needs.isReadOnly) kept.set(batchId, counted)
    return counted
  }

  /**
   * By the slowest lane, at today's limits and measured times; null while a lane it needs has measured nothing, and while
   * anything is in remote batches: how long those take, nobody knows.
   */
  function timeLeftMs({ jobs: counts, remote }: Kept): number | null {
    let longest = 0
    if (remote && remote.waiting + remote.out > 0) return null
    for (const [provider, left] of Object.entries(counts.leftByProvider)) {
      if (!providers.ids().includes(provider)) continue
      const durationMs = scheduler.lane(provider).durationMs(left, needs.clock.now())
      if (durationMs === null) return null
      longest = Math.max(longest, durationMs)
    }
    return longest
  }

  function statusOf(batch: Batch): BatchStatus {
    const kept = countsOf(batch.id)
    const { jobs: counts, money, remote } = kept
    const startsMs = jobs.nextStartMs(batch.id, needs.clock.now())
    const spent = money.settledMicros + money.unknownMicros
    const share = counts.tiles > 0 ? counts.drafts.done / counts.tiles : 0
    const allFinalSoFar = batch.allFinalMicros === null ? 0 : Math.round(batch.allFinalMicros * share)
    return {
      batch: batch.name,
      batchId: batch.id,
      createdMs: batch.createdMs,
      sheetId: batch.sheetId,
      sheetName: batches.sheetName(batch.sheetId),
      settings: batch.settings,
      paused: batch.paused,
      rows: batch.rows,
      prompts: counts.prompts,
      tiles: counts.tiles,
      drafts: counts.drafts,
      finals: counts.finals,
      decisions: needs.counts.decisions(batch.id),
      requests: money.requests,
      estimateMicros: counts.estimateMicros,
      reservedMicros: money.reservedMicros,
      settledMicros: money.settledMicros,
      unknownMicros: money.unknownMicros,
      savedMicros: {
        draftsFirst: Math.max(0, allFinalSoFar - spent - counts.savedByCacheMicros - counts.savedByTwinsMicros),
        duplicates: counts.savedByTwinsMicros,
        cache: counts.savedByCacheMicros,
      },
      capMicros: batch.capMicros,
      earlierTiles: needs.counts.earlier(batch.id),
      dismissed: needs.counts.dismissed(batch.id),
      currency: 'USD',
      timeLeftMs: timeLeftMs(kept),
      ...(remote === null ? {} : { remote }),
      ...(startsMs === null ? {} : { startsMs }),
      deliveredMs: counts.deliveredMs,
    }
  }

  function laneStatus(provider: string, waiting: number): LaneStatus {
    const lane = scheduler.lane(provider)
    const nowMs = needs.clock.now()
    const freeFromMs = lane.freeFromMs(nowMs)
    return {
      provider,
      label: providers.label(provider),
      running: lane.running.size,
      waiting,
      concurrency: lane.concurrency,
      perMinute: lane.perMinute,
      waitUntilMs: freeFromMs > nowMs && Number.isFinite(freeFromMs) ? freeFromMs : null,
      paused: pauseOf(lane, scheduler.storageSentence()),
    }
  }

  /** What a group that went in remote batches costs live, at most. */
  function liveMicrosOf(group: readonly Failure[]): { liveMicros?: number | null } {
    if (!group.every(({ route, state }) => route === 'batch' && state === 'failed')) return {}
    const facts = remembering(needs.facts)
    const prices = group.map(({ estimateMicros, provider, model }) => {
      const share = facts.batch(provider, model)?.share ?? 1
      return estimateMicros === null ? null : Math.ceil(estimateMicros / share)
    })
    return { liveMicros: prices.reduce<number | null>((sum, price) => sumOrNull(sum, price), 0) }
  }

  function pauseOf(lane: Lane, storageSentence: string | null): LaneStatus['paused'] {
    if (storageSentence !== null) return { code: 'storage', message: storageSentence }
    if (lane.pause) return { code: lane.pause.code, message: lane.pause.message }
    const offline = 'There is no connection to the network; work goes on by itself when it is back.'
    return lane.isOffline ? { code: 'provider-unavailable', message: offline } : null
  }

  return {
    /** Something of a batch changed: what was counted of it counts no more. */
    changed: (batchId: number): void => void versions.set(batchId, (versions.get(batchId) ?? 0) + 1),
    status: (batchId: number): BatchStatus => statusOf(batches.get(batchId)),
    statuses: (): BatchStatus[] => batches.list().map(statusOf),

    queue(): Queue {
      const waiting = new Map<string, number>()
      const list = batches.list().flatMap((batch) => {
        if (!jobs.isUnfinished(batch.id)) return []
        const kept = countsOf(batch.id)
        const counts = kept.jobs
        const startsMs = jobs.nextStartMs(batch.id, needs.clock.now())
        for (const [provider, left] of Object.entries(counts.leftByProvider))
          waiting.set(provider, (waiting.get(provider) ?? 0) + left - (kept.remote?.byProvider[provider] ?? 0))
        return [
          {
            batchId: batch.id,
            name: batch.name,
            paused: batch.paused,
            left: counts.drafts.left + counts.finals.left,
            running: counts.out,
            held: counts.held,
            timeLeftMs: timeLeftMs(kept),
            ...(startsMs === null ? {} : { startsMs }),
          },
        ]
      })
      const shown = providers
        .ids()
        .filter((provider) => waiting.has(provider) || scheduler.lanes().some((lane) => lane.provider === provider))
      return {
        batches: list,
        lanes: shown.map((provider) =>
          laneStatus(provider, Math.max(0, (waiting.get(provider) ?? 0) - scheduler.lane(provider).running.size)),
        ),
      }
    },

    failures({ batchId }: { batchId: number }) {
      batches.get(batchId)
      const groups = Map.groupBy(jobs.failures(batchId), (failure) => `${failure.code} ${failure.message}`)
      return {
        groups: [...groups.values()]
          .flatMap((group) => {
            const [first] = group
            if (!first) return []
            const atRisk = group.filter((failure) => failure.state === 'unknown')
            return [
              {
                code: first.code,
                message: first.message,
                count: group.length,
                tileIds: group.map((failure) => failure.tileId),
                jobIds: group.map((failure) => failure.id),
                atRiskMicros: atRisk.reduce((sum, failure) => sum + (failure.estimateMicros ?? 0), 0),
                ...liveMicrosOf(group),
              },
            ]
          })
          .sort((one, other) => other.count - one.count),
      }
    },
  }
}
