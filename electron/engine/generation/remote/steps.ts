import type { Handle, RemoteBatches } from '#engine/providers/provider.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import { becomeUnknown, concludeLine } from './conclude-line.ts'
import type { RemoteRow } from './remote-table.ts'
import { newLabel, writeRequests } from './send.ts'
import { handleIn, type Work, type WorkNeeds } from './work.ts'

/** A start whose reply was lost is looked for so often: a list may show it late. */
const lookUpAfterMs = [0, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000]
/** A service that does not know a batch is asked so often, before that is believed. */
const mostMisses = 4
const firstLookMs = 15_000
const jobsAtOnce = 50

/**
 * The steps of a remote batch up to its end at the service, each from what the one before stored: any of them may be cut
 * off and is done again from there, but `start`, which is looked up instead. They throw AppError where they have to be
 * tried again later.
 */
export function openSteps(needs: WorkNeeds, work: Work) {
  const { storage, clock, jobs, table } = needs

  /** From here on it may cost money. Whatever is not certainly refused is looked up by its label, and never sent again. */
  async function startOnce(row: RemoteRow, service: RemoteBatches): Promise<Handle | null> {
    try {
      const uploaded = handleIn(row.uploadedJson)
      await work.started.write(row)
      return await service.start({ label: row.label, group: row.group, uploaded }, work.paid)
    } catch (error) {
      const code = errorCodeOf(error)
      if (code === null || code === 'outcome-unknown' || code === 'bad-response') return null
      if (code === 'not-found') {
        await work.stored(row, () => table.toPreparing(row.id))
        throw error
      }
      await work.stored(row, () => table.toNotStarted(row.id))
      if (errorCodes[code].treatment !== 'fail' || code === 'canceled') throw error
      await refuseAll(row, error)
      return null
    }
  }

  async function isStarted(row: RemoteRow, handle: Handle): Promise<void> {
    await work.stored(row, () => table.toWorking(row.id, JSON.stringify(handle)))
    const back = jobs.unknownInRemote(row.id)
    for (let at = 0; at < back.length; at += jobsAtOnce)
      await work.storeJobs(() =>
        back.slice(at, at + jobsAtOnce).filter((job) => {
          const isBack = jobs.toRunning(job.id, JSON.stringify({ remoteBatch: String(row.id) }))
          jobs.freeTwins(job.promptHash)
          return isBack
        }),
      )
  }

  async function lose(row: RemoteRow, message: string): Promise<void> {
    await work.eachLeft(row, (job) => becomeUnknown(needs, job, message))
    await work.stored(row, () => table.toLost(row.id, message))
  }

  /** Nothing of it was made: the service refused it as a whole. */
  async function refuseAll(row: RemoteRow, error: unknown): Promise<void> {
    await work.stored(row, () => table.say(row.id, messageOf(error)))
    await work.eachLeft(row, (job) => concludeLine(needs, job, unsent(error)))
    await work.end(row, 'unsent')
  }

  async function cancel(row: RemoteRow, service: RemoteBatches, handle: Handle): Promise<void> {
    try {
      await service.cancel(handle, work.free)
    } catch (error) {
      const code = errorCodeOf(error)
      if (code === null || errorCodes[code].treatment !== 'fail' || needs.stopping.aborted) throw error
      await work.stored(row, () => table.say(row.id, `It could not be canceled: ${messageOf(error)}`))
    }
  }

  /** What the newest look says; a batch that the service does not know gives null. */
  async function lookOnce(row: RemoteRow, service: RemoteBatches, handle: Handle): Promise<'working' | 'ended' | null> {
    const progress = await service.look(handle, work.free).catch((error: unknown) => {
      if (isUnknownThere(error)) return null
      throw error
    })
    if (!progress) return null
    const isFull = progress.state === 'ended' && progress.isQueueFull === true && progress.results === null
    await work.stored(row, () => {
      table.seen(row.id, progress.counts, progress.state === 'working' ? progress.expiresMs : null)
      if (progress.state === 'working') table.say(row.id, null)
      else if (isFull) table.toStartAgain(row.id, newLabel())
      else table.toReading(row.id, progress.how, progress.message, progress.results && JSON.stringify(progress.results))
    })
    if (isFull) await work.started.forget(row.label)
    if (isFull) throw new AppError('rate-limited', progress.message ?? 'The provider’s queue of batches is full.')
    return progress.state
  }

  return {
    /** Writes the file and sends it: nothing of that costs anything, and all of it may be done again. */
    async prepare(row: RemoteRow): Promise<void> {
      const { service } = work.serviceOf(row)
      const path = work.fileOf(row, 'jsonl')
      const { byteLength, lines, refused } = await writeRequests(needs, row, service, path, work.free)
      if (refused.length > 0) await work.conclude(refused.map(({ job, error }) => ({ job, error: unsent(error) })))
      if (lines === 0) return work.end(row, 'unsent')
      const uploaded = await service.upload({ path, byteLength, name: `${row.label}.jsonl` }, work.free)
      await work.stored(row, () => table.toUploaded(row.id, JSON.stringify(uploaded)))
    },

    /** Starts the work, under a label that was stored before. */
    async start(row: RemoteRow): Promise<void> {
      const { service } = work.serviceOf(row)
      storage.transaction(() => table.toStarting(row.id))
      needs.onChanged(row)
      const handle = await startOnce(table.get(row.id) ?? row, service)
      if (handle) await isStarted(row, handle)
    },

    /** A start whose reply never came: found by its label, it is followed; else nobody knows what became of it. */
    async lookUp(row: RemoteRow, waits = lookUpAfterMs): Promise<void> {
      const { service } = work.serviceOf(row)
      for (const waitMs of waits) {
        await clock.sleep(waitMs, needs.stopping)
        const handle = await service.find(row.label, (row.startedMs ?? row.createdMs) - 60_000, work.free)
        if (handle) return isStarted(row, handle)
      }
      if (row.state === 'lost') return
      const sentence = 'The reply to the start was lost, and the provider lists no such batch'
      await lose(row, `${sentence}: it may have been made and charged.`)
    },

    /** Looks until it is over at the service; the results are read by the next step. */
    async follow(row: RemoteRow): Promise<void> {
      const { service } = work.serviceOf(row)
      const handle = handleIn(row.handleJson)
      let waitMs = Math.min(firstLookMs, needs.lookEveryMs)
      let misses = 0
      let isCancelSent = false
      // A start was a moment ago; after a stop of any kind it is looked at first.
      if (clock.now() - (row.startedMs ?? 0) < waitMs) await needs.wait(row, handle, waitMs)
      for (;;) {
        if (!isCancelSent && table.get(row.id)?.cancelAsked === 1) {
          await cancel(row, service, handle)
          isCancelSent = true
        }
        const state = await lookOnce(row, service, handle)
        if (state === 'ended') return
        misses = state === null ? misses + 1 : 0
        if (misses >= mostMisses)
          return lose(row, 'The provider does not know this batch any more: it may have been charged.')
        await needs.wait(row, handle, waitMs)
        waitMs = Math.min(needs.lookEveryMs, waitMs * 1.5)
      }
    },

    /** Nothing was started yet, and nobody wants it any more. */
    async giveUp(row: RemoteRow): Promise<void> {
      const error = new AppError('canceled', 'Canceled before it was started.', { billed: false })
      await work.eachLeft(row, (job) => concludeLine(needs, job, error))
      await work.end(row, 'unsent')
    },
  }
}

/** The service knows no such batch, also where asking for what is under way says that as an answer that is of no use. */
const isUnknownThere = (error: unknown): boolean =>
  errorCodeOf(error) === 'not-found' || (error instanceof AppError && errorCodeOf(error.cause) === 'not-found')

/** The same failure, with the certainty that nothing of it was charged; a picture that cannot be read is that job's matter. */
function unsent(error: unknown): unknown {
  const code = errorCodeOf(error)
  if (code === null) return error
  return new AppError(code === 'storage' ? 'not-found' : code, messageOf(error), { billed: false, cause: error })
}
