import { existsSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Images } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { Handle, ProviderCall, RemoteBatches } from '#engine/providers/provider.ts'
import type { OpenProvider, OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import type { Scheduler } from '../running/scheduler.ts'
import { concludeLine } from './conclude-line.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'
import { openStarted } from './started.ts'

export interface WorkNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly network: Network
  readonly providers: OpenProviders
  readonly jobs: Jobs
  readonly images: Images
  readonly spend: Spend
  readonly table: RemoteTable
  readonly scheduler: Pick<Scheduler, 'save' | 'hasRoom' | 'storeInTime'>
  /** Ends what costs nothing to end; the rest goes on until `abandoned`. */
  readonly stopping: AbortSignal
  readonly abandoned: AbortSignal
  /** Resolves after `ms`, or when a webhook or a person says that this one is to be looked at. Rejects when stopped. */
  readonly wait: (row: RemoteRow, handle: Handle, ms: number) => Promise<void>
  /** Looks get rarer up to this, in ms. */
  readonly lookEveryMs: number
  readonly announce: (changed: readonly Job[]) => void
  readonly onChanged: (row: RemoteRow) => void
}

const handleSchema = z.record(z.string(), z.string())
export const handleIn = (json: string | null): Handle => handleSchema.parse(JSON.parse(json ?? '{}'))

const jobsAtOnce = 50

export type Work = ReturnType<typeof openWork>

/** What the steps of a remote batch have in common: its files, its service, and storing what became of its jobs. */
export function openWork(needs: WorkNeeds) {
  const { storage, jobs, spend, table, scheduler } = needs
  const folder = join(storage.folder, 'remote')
  const fileOf = (row: RemoteRow, kind: 'jsonl' | 'results'): string => join(folder, `${row.id}.${kind}`)
  const call = (signal: AbortSignal): ProviderCall => ({ signal, input: needs.images.bytes })
  const free = call(needs.stopping)
  const started = openStarted(needs)

  /** Stores it as one transaction, however long the disk refuses; told when it is durable. */
  async function stored(row: RemoteRow, work: () => void): Promise<void> {
    await scheduler.storeInTime(work, needs.abandoned)
    needs.onChanged(row)
  }

  /** Stores what became of jobs, and tells when that is durable. */
  async function storeJobs(work: () => Job[]): Promise<void> {
    let changed: Job[] = []
    await scheduler.storeInTime(() => {
      try {
        changed = work()
      } catch (error) {
        spend.recount()
        throw error
      }
    }, needs.abandoned)
    needs.announce(changed)
  }

  /** The same for every job of a remote batch that has no outcome yet, in slices. */
  async function eachLeft(row: RemoteRow, work: (job: Job) => Job[]): Promise<void> {
    for (;;) {
      const page = jobs.inRemote(row.id, 0, jobsAtOnce)
      await storeJobs(() => page.flatMap(work))
      if (page.length < jobsAtOnce) return
      await nextTurn()
    }
  }

  return {
    fileOf,
    started,
    free,
    /** Goes on when Proofsheet stops, until it is given up. */
    paid: call(needs.abandoned),
    stored,
    storeJobs,
    eachLeft,

    serviceOf(row: RemoteRow): { at: OpenProvider; service: RemoteBatches } {
      const at = needs.providers.open(row.provider)
      const service = at.session.remoteBatches
      if (service) return { at, service }
      const sentence = `${at.provider.label} offers no batches with these settings, and one is still to be followed.`
      throw new AppError('auth', sentence)
    },

    /** Jobs that got no picture, each with why. */
    conclude: (outcomes: readonly { readonly job: Job; readonly error: unknown }[]): Promise<void> =>
      storeJobs(() => outcomes.flatMap(({ job, error }) => concludeLine(needs, job, error))),

    /** All of it is durable: its files go here and, where the service keeps them, there. */
    async end(row: RemoteRow, how: NonNullable<RemoteRow['how']>): Promise<void> {
      await stored(row, () => table.toOver(row.id, how))
      for (const kind of ['jsonl', 'results'] as const) await rm(fileOf(row, kind), { force: true })
      await started.forget(row.label)
      const jsons = [row.uploadedJson, row.handleJson, row.resultsJson]
      const handles = jsons.flatMap((json) => (json ? [handleIn(json)] : []))
      const service = needs.providers.open(row.provider).session.remoteBatches
      // They cost nothing there, and services throw them away by themselves.
      if (handles.length > 0) await service?.forget?.(handles, free).catch(() => undefined)
    },

    /** Files that a kill, or another database, left behind: results belong to what is being read, files to be sent to what is not over. */
    clearUp(): void {
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const [, id, kind] = /^(\d+)\.(jsonl|results)$/.exec(name) ?? []
        if (id === undefined) continue
        const state = table.get(Number(id))?.state ?? 'over'
        if (kind === 'results' ? state !== 'reading' : state === 'over') rmSync(join(folder, name), { force: true })
      }
    },
  }
}
