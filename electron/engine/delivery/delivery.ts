import { isAbsolute, relative, sep } from 'node:path'
import type { Batch, Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type Deliverable, openDeliveryTiles } from '#engine/tiles/tiles.ts'
import type { DeliveryPlan, DeliverySettings } from '#shared/contract/delivery.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { type DeliveryCounts, openDeliveryRows } from './delivery-rows.ts'
import { codeOf, diskSentence, refusalOf } from './disk.ts'
import { type Earlier, readEarlier } from './earlier.ts'
import { type FilePlan, planFiles } from './plan-files.ts'
import { previewOf } from './preview.ts'
import { runDelivery } from './run-delivery.ts'
import { stoppedSentence } from './write-files.ts'

export interface DeliveryNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly images: Pick<Images, 'pictureFile'>
  readonly batches: Pick<Batches, 'get'>
  readonly deliverables: (batchId: number) => Deliverable[]
  readonly emit: (event: LibraryEvent) => void
}

/** How often a running delivery's counters are stored and told. */
const progressEveryMs = 250

/** The library's own folders, where no delivery may write. */
const libraryFolders = ['pictures', 'renditions', 'sheets']

interface Run {
  readonly target: string
  isStopping: boolean
}

/**
 * Writes approved sets to folders. A target belongs to one batch and holds exactly what its newest delivery lists:
 * run again, it writes what is missing, replaces and removes what earlier deliveries wrote, and touches nothing else.
 */
export function openDelivery(needs: DeliveryNeeds) {
  const { storage, clock, batches, emit } = needs
  const rows = openDeliveryRows(storage, clock)
  const tiles = openDeliveryTiles(storage)
  const runs = new Set<Run>()
  const ends = new Map<number, Promise<void>>()
  if (!storage.readOnly) rows.failRunning(stoppedSentence)

  const filesOf = (settings: DeliverySettings, batch: Batch): FilePlan =>
    planFiles(settings, {
      batch,
      order: tiles.order(batch.id),
      images: needs.deliverables(batch.id),
      withoutPicture: tiles.withoutPicture(batch.id),
    })

  /** Why a folder cannot be delivered to, whatever is in it; null where it can. */
  function folderProblem({ folder }: DeliverySettings, target: string): string | null {
    if (!isAbsolute(folder)) return `The folder "${folder}" is not a whole path. Choose a folder to deliver to.`
    const [inLibrary] = relative(storage.folder, target).split(sep)
    const isLibrary = inLibrary === '' || libraryFolders.some((name) => name === inLibrary)
    return isLibrary ? `${target} is where the library keeps its own pictures. Choose another folder.` : null
  }

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
      rows.finish(deliveryId, counts, { state: 'failed', manifest: null, error: sentence })
    } finally {
      runs.delete(run)
      ends.delete(deliveryId)
    }
    changed()
  }

  /** Everything that can refuse a delivery before anything is written. */
  async function admit(settings: DeliverySettings, plan: FilePlan, batch: Batch): Promise<Earlier> {
    const problem = folderProblem(settings, plan.target)
    const sentence = problem ?? (plan.mistakes.length > 0 ? `The name template: ${plan.mistakes.join(' ')}` : null)
    if (sentence !== null) throw new AppError('invalid-input', sentence)
    const earlier = await readEarlier(plan.target, batch)
    if (plan.files.length === 0 && !earlier.isThere)
      throw new AppError('invalid-input', nothingSentence(settings, batch))
    return earlier
  }

  return {
    /** Names, sizes and problems of a delivery; nothing is written. Throws AppError `not-found`. */
    async plan(settings: DeliverySettings): Promise<DeliveryPlan> {
      const batch = batches.get(settings.batchId)
      const plan = filesOf(settings, batch)
      const problems = plan.files.length === 0 ? [nothingSentence(settings, batch)] : []
      const unusable = folderProblem(settings, plan.target) ?? (await refusalOf(plan.target))
      if (unusable !== null) return previewOf(plan, null, [...problems, unusable])
      try {
        const { owned } = await readEarlier(plan.target, batch)
        return await previewOf(plan, owned, problems)
      } catch (error) {
        if (errorCodeOf(error) === null && codeOf(error) === '') throw error
        const sentence = errorCodeOf(error) === null ? diskSentence(error, plan.target) : messageOf(error)
        return previewOf(plan, null, [...problems, sentence])
      }
    },

    /**
     * Starts a delivery and answers at once; `get` and `delivery-changed` say how far it is. Throws AppError
     * `invalid-input` for a bad folder, a mistake in the name template or nothing to deliver, and `conflict` where the
     * target is being written or holds something else.
     */
    async start(settings: DeliverySettings): Promise<{ deliveryId: number }> {
      const batch = batches.get(settings.batchId)
      const plan = filesOf(settings, batch)
      if (Array.from(runs).some((run) => run.target === plan.target))
        throw new AppError('conflict', `A delivery to ${plan.target} is running. Wait until it has ended.`)
      const run: Run = { target: plan.target, isStopping: false }
      runs.add(run)
      try {
        const earlier = await admit(settings, plan, batch)
        if (run.isStopping) throw new AppError('canceled', stoppedSentence)
        const deliveryId = rows.add(settings, plan.target, plan.files.length)
        const end = work(deliveryId, run, {
          plan,
          batch,
          sheet: tiles.sheet(batch.id),
          settings,
          earlier,
          pictureFile: needs.images.pictureFile,
          now: clock.now,
          isStopping: () => run.isStopping,
        })
        // Where the library cannot store the end, whoever waits is told; the row is set right at the next start.
        end.catch(() => undefined)
        ends.set(deliveryId, end)
        return { deliveryId }
      } catch (error) {
        runs.delete(run)
        throw error
      }
    },

    get: ({ deliveryId }: { deliveryId: number }) => rows.get(deliveryId),
    /** The newest first. */
    list: ({ batchId }: { batchId: number }) => rows.ofBatch(batchId),

    /** Resolves when a delivery has ended, done or failed; at once where it has already. */
    whenDone: (deliveryId: number): Promise<void> => ends.get(deliveryId) ?? Promise.resolve(),

    /** Ends running deliveries after the files they are at. They become `failed`; run again, they go on. */
    async stop(): Promise<void> {
      for (const run of runs) run.isStopping = true
      await Promise.allSettled(ends.values())
    },
  }
}

function nothingSentence({ layout, stage }: DeliverySettings, batch: Batch): string {
  if (stage === 'final') return `"${batch.name}" has no approved final yet. Finalize first, or deliver drafts.`
  return layout === 'approved'
    ? `Nothing in "${batch.name}" is approved yet. Approve pictures first.`
    : `"${batch.name}" has no picture yet.`
}
