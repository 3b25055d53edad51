import { z } from 'zod'
import type { Batch, Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Network } from '#engine/network/network.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type Deliverable, openDeliveryTiles } from '#engine/tiles/tiles.ts'
import {
  type DeliveryPlan,
  type DeliverySettings,
  type DeliveryWish,
  deliveryDestination,
  deliverySettings,
} from '#shared/contract/delivery.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { openSentFiles } from './addresses/sent-files.ts'
import { type Buckets, type BucketTiming, usualTiming } from './bucket/buckets.ts'
import { type DeliveryCounts, openDeliveryRows } from './delivery-rows.ts'
import type { Destination } from './destination.ts'
import { type Earlier, readEarlier } from './manifest/earlier.ts'
import { openDestinations } from './open-destination.ts'
import { openMadeFiles } from './pictures/made-files.ts'
import { withoutAddress } from './plan/address-mistakes.ts'
import { type FilePlan, planFiles } from './plan/plan-files.ts'
import { previewOf } from './plan/preview.ts'
import { runDelivery } from './run-delivery.ts'
import { stoppedSentence } from './write-files.ts'

export { openBuckets } from './bucket/buckets.ts'
export { type RecordedManifest, readManifest } from './manifest/read-manifest.ts'

export interface DeliveryNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly images: Pick<Images, 'pictureFile' | 'learnCrc32'>
  readonly batches: Pick<Batches, 'get'>
  readonly deliverables: (batchId: number) => Deliverable[]
  readonly buckets: Buckets
  readonly network: Pick<Network, 'forStore'>
  readonly timing?: BucketTiming
  readonly emit: (event: LibraryEvent) => void
}

/** How often a running delivery's counters are stored and told. */
const progressEveryMs = 250

interface Run {
  readonly target: string
  readonly destination: Destination
  isStopping: boolean
}

/**
 * Writes approved sets to their destinations. A target belongs to one batch and holds exactly what its newest delivery lists:
 * run again, it writes what is missing, replaces and removes what earlier deliveries wrote, and touches nothing else.
 */
export function openDelivery(needs: DeliveryNeeds) {
  const { storage, clock, batches, emit } = needs
  const rows = openDeliveryRows(storage, clock)
  const tiles = openDeliveryTiles(storage)
  const made = openMadeFiles(storage)
  const openDestination = openDestinations(storage.folder, needs.buckets, {
    network: needs.network,
    sent: openSentFiles(storage, clock),
    timing: needs.timing ?? usualTiming,
  })
  const runs = new Set<Run>()
  const ends = new Map<number, Promise<void>>()
  const notes = new Map<number, readonly string[]>()
  if (!storage.readOnly) rows.failRunning(stoppedSentence)

  const filesOf = (settings: DeliverySettings, batch: Batch): FilePlan =>
    planFiles(settings, {
      batch,
      order: tiles.order(batch.id),
      images: needs.deliverables(batch.id),
      withoutPicture: tiles.withoutPicture(batch.id),
    })

  /** Runs a stored delivery to its end, whatever that is; rejects only where the library cannot store the end. */
  async function work(
    deliveryId: number,
    run: Run,
    of: Omit<Parameters<typeof runDelivery>[0], 'onFile'>,
  ): Promise<void> {
    const counts = { written: 0, skipped: 0, failed: 0 }
    const changed = (): void => emit({ kind: 'delivery-changed', deliveryId, batchId: of.batch.id })
    let toldMs = clock.now()
    changed()
    try {
      const onFile = ({ kind }: { kind: keyof DeliveryCounts }): void => {
        counts[kind]++
        if (clock.now() - toldMs < progressEveryMs) return
        toldMs = clock.now()
        rows.count(deliveryId, counts)
        changed()
      }
      rows.finish(deliveryId, counts, { state: 'done', ...(await runDelivery({ ...of, onFile })) })
    } catch (error) {
      const sentence =
        errorCodeOf(error) === null ? `A defect ended the delivery: ${messageOf(error)}` : messageOf(error)
      rows.finish(deliveryId, counts, { state: 'failed', manifest: null, error: sentence, pictures: [] })
    } finally {
      notes.set(deliveryId, of.destination.notes?.() ?? [])
      runs.delete(run)
      ends.delete(deliveryId)
      await of.destination.close()
    }
    changed()
  }

  /** Everything that can refuse a delivery before anything is written. */
  async function admit(
    settings: DeliverySettings,
    destination: Destination,
    plan: FilePlan,
    batch: Batch,
  ): Promise<Earlier> {
    if (plan.mistakes.length > 0) throw new AppError('invalid-input', plan.mistakes.join(' '))
    const earlier = await readEarlier(destination, batch, made)
    if (plan.files.length === 0 && !earlier.isThere)
      throw new AppError('invalid-input', nothingSentence(settings, batch))
    return earlier
  }

  /** What stands at the destination, for the preview; where it cannot be used, the sentence that says so. */
  async function lookAt(destination: Destination, batch: Batch): Promise<Earlier | string> {
    try {
      return (await destination.refusal()) ?? (await readEarlier(destination, batch, made))
    } catch (error) {
      if (errorCodeOf(error) === null) throw error
      return messageOf(error)
    }
  }

  return {
    /** Names, sizes and problems of a delivery; nothing is written. Throws AppError `not-found`. */
    async plan(wish: DeliveryWish): Promise<DeliveryPlan> {
      const settings = deliverySettings.parse(wish)
      const batch = batches.get(settings.batchId)
      const plan = filesOf(settings, batch)
      const problems = [
        ...(plan.files.length === 0 ? [nothingSentence(settings, batch)] : []),
        ...[withoutAddress(plan.files)].filter((sentence) => sentence !== null),
      ]
      const opened = openDestination(settings.destination, batch, plan)
      if ('problem' in opened)
        return previewOf({ plan, made, sentTo: null }, opened.target, null, [...problems, opened.problem])
      const { destination } = opened
      const sentTo = destination.sentTo ?? null
      try {
        const found = await lookAt(destination, batch)
        return typeof found === 'string'
          ? await previewOf({ plan, made, sentTo }, destination.target, null, [...problems, found])
          : await previewOf({ plan, made, sentTo }, destination.target, { destination, owned: found.owned }, problems)
      } finally {
        await destination.close()
      }
    },

    /**
     * Starts a delivery and answers at once; `get` and `delivery-changed` say how far it is. Throws AppError
     * `invalid-input` for a bad destination, a mistake in the name template or nothing to deliver, and `conflict` where
     * the target is being written or holds something else.
     */
    async start(wish: DeliveryWish): Promise<{ deliveryId: number }> {
      const settings = deliverySettings.parse(wish)
      const batch = batches.get(settings.batchId)
      const plan = filesOf(settings, batch)
      const opened = openDestination(settings.destination, batch, plan)
      if ('problem' in opened) throw new AppError('invalid-input', opened.problem)
      const { destination } = opened
      const { target } = destination
      const run: Run = { target, destination, isStopping: false }
      if (Array.from(runs).some((other) => other.target === target)) {
        await destination.close()
        throw new AppError('conflict', `A delivery to ${target} is running. Wait until it has ended.`)
      }
      runs.add(run)
      try {
        const earlier = await admit(settings, destination, plan, batch)
        if (run.isStopping) throw new AppError('canceled', stoppedSentence)
        const deliveryId = rows.add(settings, target, plan.files.length)
        const end = work(deliveryId, run, {
          destination,
          plan,
          batch,
          sheet: tiles.sheet(batch.id),
          settings,
          earlier,
          pictureFile: needs.images.pictureFile,
          learnCrc32: needs.images.learnCrc32,
          made,
          now: clock.now,
          isStopping: () => run.isStopping,
        })
        // Where the library cannot store the end, whoever waits is told; the row is set right at the next start.
        end.catch(() => undefined)
        ends.set(deliveryId, end)
        return { deliveryId }
      } catch (error) {
        runs.delete(run)
        await destination.close()
        throw error
      }
    },

    get: ({ deliveryId }: { deliveryId: number }) => ({
      ...rows.get(deliveryId),
      notes: [...(notes.get(deliveryId) ?? [])],
    }),
    /**
     * What this batch was last delivered with; else what any other was, but for what is made for its sheet alone: a column,
     * and addresses. Null in a library without deliveries.
     */
    last({ batchId }: { batchId: number }): DeliverySettings | null {
      const settings = rows.lastSettings(batchId)
      if (!settings || settings.batchId === batchId) return settings
      const { destination, layout } = settings
      const to: DeliverySettings['destination'] =
        destination.kind === 'addresses' ? { kind: 'folder', folder: destination.folder } : destination
      const isByColumn = layout === 'by-column'
      return { ...settings, batchId, destination: to, column: null, layout: isByColumn ? 'approved' : layout }
    },
    /** The pictures' files of a finished delivery, with where each is; none once the same target was delivered to again. */
    files: ({ deliveryId }: { deliveryId: number }) => ({ files: rows.picturesOf(rows.get(deliveryId).deliveryId) }),
    /** The newest first. */
    list: ({ batchId }: { batchId: number }) => rows.ofBatch(batchId),

    /** Every file of a delivery to a bucket, with links for some days. Throws AppError `unsupported` for a folder. */
    async links({ deliveryId, days }: { deliveryId: number; days: number }) {
      const { target } = rows.get(deliveryId)
      const asked = z.object({ destination: deliveryDestination }).safeParse(rows.settingsOf(deliveryId))
      if (asked.data?.destination.kind !== 'bucket')
        throw new AppError('unsupported', `${target} is no bucket, so there are no links to it.`)
      return needs.buckets.links(asked.data.destination, target, days)
    },

    /** Resolves when a delivery has ended, done or failed; at once where it has already. */
    whenDone: (deliveryId: number): Promise<void> => ends.get(deliveryId) ?? Promise.resolve(),

    /** Ends running deliveries after the files they are at. They become `failed`; run again, they go on. */
    async stop(): Promise<void> {
      for (const run of runs) {
        run.isStopping = true
        run.destination.stop?.()
      }
      await Promise.allSettled(ends.values())
    },
  }
}

function nothingSentence({ layout, stage }: DeliverySettings, batch: Batch): string {
  if (stage === 'final') return `"${batch.name}" has no approved final yet. Finalize first, or deliver drafts.`
  return layout !== 'by-decision'
    ? `Nothing in "${batch.name}" is approved yet. Approve pictures first.`
    : `"${batch.name}" has no picture yet.`
}
