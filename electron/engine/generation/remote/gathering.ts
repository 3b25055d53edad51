import type { Job } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Clock } from '#engine/storage/storage.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import { errorCodeOf, messageOf } from '#shared/errors.ts'
import type { Scheduler } from '../running/scheduler.ts'
import { type GatherNeeds, gather } from './gather.ts'

export interface GatheringNeeds extends GatherNeeds {
  readonly clock: Clock
  readonly providers: OpenProviders
  readonly scheduler: Scheduler
  readonly announce: (changed: readonly Job[]) => void
  readonly emit: (event: LibraryEvent) => void
  readonly isStopping: () => boolean
  readonly startedLately: (provider: string) => number
  /** A remote batch that is being filled, and that gets no more. */
  readonly onOpen: (id: number) => void
  readonly onFull: (id: number) => void
  /** All that waited at a provider is in remote batches; the batches of which jobs moved. */
  readonly onEnd: (batchIds: ReadonlySet<number>) => void
}

/** After a fault of ours a provider is left alone for so long. */
const restMs = 300_000

/** Who is gathered just now: one provider once at a time, and once more where something came meanwhile. */
export function openGathering(needs: GatheringNeeds) {
  const { clock, providers, scheduler, table } = needs
  const going = new Set<string>()
  const missed = new Set<string>()

  async function gatherFor(provider: string, touched: Set<number>): Promise<void> {
    const lane = scheduler.lane(provider)
    try {
      await gather(needs, {
        provider,
        service: providers.open(provider).session.remoteBatches ?? null,
        batches: scheduler.active(),
        again: !table.isReading(provider),
        startedLately: needs.startedLately(provider),
        isStopped: () => needs.isStopping() || lane.pause !== null || scheduler.storageSentence() !== null,
        onSlice(moved, held) {
          needs.announce(moved)
          for (const { batchId } of moved) touched.add(batchId)
          if (held) needs.emit({ kind: 'queue-changed' })
        },
        onOpen: needs.onOpen,
        onFull: needs.onFull,
      })
    } catch (error) {
      if (errorCodeOf(error) === 'storage') return scheduler.pauseForStorage(messageOf(error))
      const message = `Proofsheet itself failed: ${messageOf(error)}`
      lane.pause ??= { code: 'provider-unavailable', message, retryAtMs: clock.now() + restMs }
    }
  }

  return {
    /** Gathers what is due at a provider, where nothing keeps it. */
    look(provider: string): void {
      if (scheduler.active().length === 0) return
      if (going.has(provider)) return void missed.add(provider)
      const lane = scheduler.lane(provider)
      lane.resume(clock.now(), false)
      if (lane.pause) return
      going.add(provider)
      const touched = new Set<number>()
      void gatherFor(provider, touched).finally(() => {
        going.delete(provider)
        needs.onEnd(touched)
        if (missed.delete(provider)) scheduler.wake()
      })
    },
    isBusy: (): boolean => going.size > 0,
  }
}
