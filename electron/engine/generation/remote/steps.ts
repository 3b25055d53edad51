import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Images } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { Handle, ProviderCall, RemoteBatches, RemoteProgress } from '#engine/providers/provider.ts'
import type { OpenProvider, OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Clock, type Storage, writePiecesDurably } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import { fetchAll } from '../running/exchange.ts'
import { retryDelayMs } from '../running/retry-delay.ts'
import type { Scheduler } from '../running/scheduler.ts'
import { again, becomeUnknown, concludeLine } from './conclude-line.ts'
import { readResults } from './read-results.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'
import { newLabel, writeRequests } from './send.ts'

export interface StepNeeds {
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
const handleIn = (json: string | null): Handle => handleSchema.parse(JSON.parse(json ?? '{}'))

/** A start whose reply was lost is looked for so often: a list may show it late. */
const lookUpAfterMs = [0, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000]
/** Results that a service says it does not have are asked for so often, before that is believed. */
const mostRefusals = 4
const jobsAtOnce = 50

export type RemoteSteps = ReturnType<typeof openRemoteSteps>

/**
 * The steps of a remote batch, each from what the one before stored: any of them may be cut off and is done again from
 * there, but `start`, which is looked up instead. They throw AppError where they have to be tried again later.
 */
export function openRemoteSteps(needs: StepNeeds) {
  const { storage, clock, jobs, spend, table, scheduler } = needs
  const file = (row: RemoteRow, kind: 'jsonl' | 'results'): string =>
    join(storage.folder, 'remote', `${row.id}.${kind}`)
  const call = (signal: AbortSignal): ProviderCall => ({ signal, input: needs.images.bytes })
  const free = call(needs.stopping)

  function serviceOf(row: RemoteRow): { at: OpenProvider; service: RemoteBatches } {
    const at = needs.providers.open(row.provider)
    const service = at.session.remoteBatches
    if (service) return { at, service }
    throw new AppError(
      'auth',
      `${at.provider.label} offers no batches with these settings, and one is still to be followed.`,
    )
  }

  const stored = async (row: RemoteRow, work: () => void): Promise<void> => {
    await scheduler.storeInTime(work, needs.abandoned)
    needs.onChanged(row)
  }

  /** Does something with every job of a remote batch that has no outcome yet, in slices. */
  async function eachLeft(row: RemoteRow, work: (job: Job) => Job[]): Promise<void> {
    for (;;) {
      let found = 0
      await scheduler.storeInTime(() => {
        const page = jobs.inRemote(row.id, 0, jobsAtOnce)
        found = page.length
        try {
          needs.announce(page.flatMap(work))
        } catch (error) {
          spend.recount()
          throw error
        }
      }, needs.abandoned)
      if (found < jobsAtOnce) return
      await nextTurn()
    }
  }

  async function conclude(outcomes: readonly { readonly job: Job; readonly error: unknown }[]): Promise<void> {
    await scheduler.storeInTime(() => {
      try {
        needs.announce(outcomes.flatMap(({ job, error }) => concludeLine(needs, job, error)))
      } catch (error) {
        spend.recount()
        throw error
      }
    }, needs.abandoned)
  }

  /** Writes the file and sends it: nothing of that costs anything, and all of it may be done again. */
  async function prepare(row: RemoteRow): Promise<void> {
    const { service } = serviceOf(row)
    const path = file(row, 'jsonl')
    const { byteLength, lines, refused } = await writeRequests(needs, row, service, path, free)
    if (refused.length > 0) await conclude(refused.map(({ job, error }) => ({ job, error: unsent(error) })))
    if (lines === 0) return end(row, 'unsent')
    const uploaded = await service.upload({ path, byteLength, name: `${row.label}.jsonl` }, free)
    await stored(row, () => table.toUploaded(row.id, JSON.stringify(uploaded)))
  }

  /** Starts the work, under a label that was stored before. What is lost on the way stays `starting`, and is looked up. */
  async function start(row: RemoteRow): Promise<void> {
    const { service } = serviceOf(row)
    storage.transaction(() => table.toStarting(row.id))
    needs.onChanged(row)
    try {
      const batch = { label: row.label, group: row.group, uploaded: handleIn(row.uploadedJson) }
      await isStarted(row, await service.start(batch, call(needs.abandoned)))
    } catch (error) {
      const code = errorCodeOf(error)
      if (code === null || code === 'outcome-unknown' || code === 'bad-response') return
      if (code === 'not-found') {
        await stored(row, () => table.toPreparing(row.id))
        throw error
      }
      const { treatment } = errorCodes[code]
      await stored(row, () => table.toNotStarted(row.id))
      if (treatment !== 'fail' || code === 'canceled') throw error
      await refuseAll(row, error)
    }
  }

  async function isStarted(row: RemoteRow, handle: Handle): Promise<void> {
    const handleJson = JSON.stringify(handle)
    await stored(row, () => table.toWorking(row.id, handleJson))
    const back = jobs.unknownInRemote(row.id)
    for (let at = 0; at < back.length; at += jobsAtOnce)
      await scheduler.storeInTime(() => {
        for (const job of back.slice(at, at + jobsAtOnce)) {
          jobs.toRunning(job.id, JSON.stringify({ remoteBatch: String(row.id) }))
          jobs.freeTwins(job.promptHash)
        }
        needs.announce(back.slice(at, at + jobsAtOnce))
      }, needs.abandoned)
  }

  /** A start whose reply never came: found by its label, it is followed; else nobody knows, and it is never sent again. */
  async function lookUp(row: RemoteRow, waits = lookUpAfterMs): Promise<void> {
    const { service } = serviceOf(row)
    for (const waitMs of waits) {
      await clock.sleep(waitMs, needs.stopping)
      const handle = await service.find(row.label, (row.startedMs ?? row.createdMs) - 60_000, free)
      if (handle) return isStarted(row, handle)
    }
    if (row.state !== 'lost')
      await lose(
        row,
        'The provider’s reply to the start was lost, and it lists no such batch: it may have been made and charged.',
      )
  }

  async function lose(row: RemoteRow, message: string): Promise<void> {
    await eachLeft(row, (job) => becomeUnknown(needs, job, message))
    await stored(row, () => table.toLost(row.id, message))
  }

  /** Nothing of it was made: the service refused it as a whole. */
  async function refuseAll(row: RemoteRow, error: unknown): Promise<void> {
    await scheduler.storeInTime(() => table.say(row.id, messageOf(error)), needs.abandoned)
    await eachLeft(row, (job) => concludeLine(needs, job, unsent(error)))
    await end(row, 'unsent')
  }

  /** Looks until it is over at the service; the results are read by the next step. */
  async function follow(row: RemoteRow): Promise<void> {
    const { service } = serviceOf(row)
    const handle = handleIn(row.handleJson)
    let waitMs = Math.min(15_000, needs.lookEveryMs)
    // A start was a moment ago; after a pause of any kind it is looked at first.
    if (clock.now() - (row.startedMs ?? 0) < waitMs) await needs.wait(row, handle, waitMs)
    let isCancelSent = false
    for (;;) {
      if (!isCancelSent && table.get(row.id)?.cancelAsked === 1) {
        await service.cancel(handle, free)
        isCancelSent = true
      }
      const progress = await lookOnce(row, service, handle)
      if (!progress) return
      if (progress.state === 'ended') return
      await needs.wait(row, handle, waitMs)
      waitMs = Math.min(needs.lookEveryMs, waitMs * 1.5)
    }
  }

  async function lookOnce(row: RemoteRow, service: RemoteBatches, handle: Handle): Promise<RemoteProgress | null> {
    try {
      const progress = await service.look(handle, free)
      await stored(row, () => {
        table.seen(row.id, progress.counts, progress.state === 'working' ? progress.expiresMs : null)
        if (progress.state === 'working') return table.say(row.id, null)
        const { how, message, results, isQueueFull } = progress
        if (isQueueFull && results === null) return void table.toStartAgain(row.id, newLabel())
        table.toReading(row.id, how, message, results && JSON.stringify(results))
      })
      if (progress.state === 'ended' && progress.isQueueFull)
        throw new AppError(
          'rate-limited',
          progress.message ?? 'The provider’s queue of batches is full; it is tried again.',
        )
      return progress
    } catch (error) {
      if (errorCodeOf(error) !== 'not-found') throw error
      await lose(row, `The provider does not know this batch any more: ${messageOf(error)}`)
      return null
    }
  }

  /** Brings the results here, however long the service fails; they are read from the disk. */
  async function fetchResults(row: RemoteRow): Promise<void> {
    const path = file(row, 'results')
    if (row.imported === 1 || row.resultsJson === null || existsSync(path)) return
    const { service } = serviceOf(row)
    for (let refusals = 1; ; refusals++) {
      try {
        await writePiecesDurably(path, service.results(handleIn(row.resultsJson), free))
        return
      } catch (error) {
        const code = errorCodeOf(error)
        if (needs.stopping.aborted || code === null || errorCodes[code].treatment !== 'fail') throw error
        if (refusals < mostRefusals) await clock.sleep(retryDelayMs(refusals), needs.stopping)
        else
          return scheduler.storeInTime(
            () => table.say(row.id, `Its results are gone: ${messageOf(error)}`),
            needs.abandoned,
          )
      }
    }
  }

  /** Reads the results, says what becomes of jobs that have none, and clears up. */
  async function read(row: RemoteRow): Promise<void> {
    const path = file(row, 'results')
    if (existsSync(path)) {
      const { at, service } = serviceOf(row)
      const reading = {
        jobs,
        hasRoom: scheduler.hasRoom,
        save: scheduler.save,
        fetchAll: (job: Job, outputs: Parameters<typeof fetchAll>[3]) =>
          fetchAll(needs, job, at, outputs, needs.stopping),
        conclude,
        signal: needs.stopping,
      }
      await readResults(reading, row, service, path)
    }
    await eachLeft(row, (job) => settleLeft(row, job))
    sayRefusals(row)
    await end(row, row.how ?? 'completed')
  }

  /** A job without a line in the results. */
  function settleLeft(row: RemoteRow, job: Job): Job[] {
    const stoppedBefore = (code: 'canceled') =>
      concludeLine(
        needs,
        job,
        new AppError(code, 'The remote batch was canceled before it was made.', { billed: false }),
      )
    if (row.how === 'canceled' || (row.cancelAsked === 1 && row.how !== 'completed')) return stoppedBefore('canceled')
    if (row.how === 'expired')
      return again(
        needs,
        job,
        'provider-unavailable',
        'The provider did not make it within the time that it gives itself.',
      )
    if (row.how === 'failed')
      return again(
        needs,
        job,
        'model-failed',
        row.message ?? 'The provider gave up the whole batch, without saying why.',
      )
    // Over, and silent about this one: it may have been made and charged. Asking for it again could pay for it twice, so a
    // person decides.
    return becomeUnknown(
      needs,
      job,
      'The batch is over and its results say nothing of this request: it may have been charged.',
    )
  }

  function sayRefusals(row: RemoteRow): void {
    const { refused } = jobs.remoteOutcomes(row.id)
    if (refused * 2 <= row.requests || refused < 3) return
    const said = `Most of it was refused for what it shows: ${refused} of ${row.requests}. Look at the prompts before more of them go.`
    table.say(row.id, said)
  }

  /** All of it is durable: its files go here and, where the service keeps them, there. */
  async function end(row: RemoteRow, how: NonNullable<RemoteRow['how']>): Promise<void> {
    await stored(row, () => table.toOver(row.id, how))
    for (const kind of ['jsonl', 'results'] as const) await rm(file(row, kind), { force: true })
    const handles = [row.uploadedJson, row.handleJson, row.resultsJson].flatMap((json) =>
      json ? [handleIn(json)] : [],
    )
    if (handles.length === 0) return
    // They cost nothing there, and services throw them away by themselves.
    await serviceOf(row)
      .service.forget?.(handles, free)
      .catch(() => undefined)
  }

  /** Files that a kill left behind, of remote batches that are over. */
  async function clearUp(): Promise<void> {
    const folder = join(storage.folder, 'remote')
    const names = await readdir(folder).catch(() => [])
    for (const name of names) {
      const [, id] = /^(\d+)\.(?:jsonl|results)$/.exec(name) ?? []
      if (id !== undefined && table.get(Number(id))?.state === 'over') await rm(join(folder, name), { force: true })
    }
  }

  /** Nothing was started yet, and nobody wants it any more. */
  async function giveUp(row: RemoteRow): Promise<void> {
    await eachLeft(row, (job) =>
      concludeLine(needs, job, new AppError('canceled', 'Canceled before it was started.', { billed: false })),
    )
    await end(row, 'unsent')
  }

  return {
    prepare,
    start,
    lookUp,
    follow,
    fetchResults,
    read,
    giveUp,
    clearUp,
  }
}

/** The same failure, with the certainty that nothing of it was charged. */
function unsent(error: unknown): unknown {
  const code = errorCodeOf(error)
  return code === null ? error : new AppError(code, messageOf(error), { billed: false, cause: error })
}
