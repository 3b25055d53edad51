import { existsSync } from 'node:fs'
import type { Job } from '#engine/jobs/jobs.ts'
import type { Cost } from '#engine/providers/provider.ts'
import { writePiecesDurably } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import { fetchAll } from '../running/exchange.ts'
import { retryDelayMs } from '../running/retry-delay.ts'
import { again, becomeUnknown, concludeLine } from './conclude-line.ts'
import { readResults } from './read-results.ts'
import type { RemoteRow } from './remote-table.ts'
import { handleIn, type Work, type WorkNeeds } from './work.ts'

/** Results that a service says it does not have are asked for so often, before that is believed. */
const mostRefusals = 4

/** The last two steps of a remote batch that is over at its service: its results come here, and are read. */
export function openFinish(needs: WorkNeeds, work: Work) {
  const { jobs, spend, table, scheduler, clock } = needs

  /** One whose outcome was unknown before is settled as it would have been: its charge is not the file's. */
  const importedPrice = (row: RemoteRow, job: Job): Cost | null =>
    row.priceMicros !== null && spend.isOpenFor(job.id, row.id)
      ? { micros: row.priceMicros, currency: job.currency }
      : null

  /** A job without a line in the results. */
  function settleLeft(row: RemoteRow, job: Job): Job[] {
    if (row.how === 'canceled' || (row.cancelAsked === 1 && row.how !== 'completed')) {
      const sentence = 'The remote batch was canceled before it was made.'
      return concludeLine(needs, job, new AppError('canceled', sentence, { billed: false }))
    }
    if (row.how === 'expired') {
      const sentence = 'The provider did not make it within the time that it gives itself.'
      return again(needs, job, 'provider-unavailable', sentence)
    }
    if (row.how === 'failed') {
      const sentence = 'The provider gave up the whole batch, without saying why.'
      return again(needs, job, 'model-failed', row.message ?? sentence)
    }
    // Over, and silent about this one: it may have been made and charged. Asking for it again could pay for it twice, so a
    // person decides.
    const sentence = 'The batch is over and its results say nothing of this request: it may have been charged.'
    return becomeUnknown(needs, job, sentence)
  }

  function sayRefusals(row: RemoteRow): void {
    const { refused } = jobs.remoteOutcomes(row.id)
    if (refused * 2 <= row.requests || refused < 3) return
    const share = `${refused} of ${row.requests}`
    table.say(row.id, `Most of it was refused for what it shows: ${share}. Look at the prompts before more of them go.`)
  }

  return {
    /** Brings the results here, however long the service fails; they are read from the disk. */
    async fetchResults(row: RemoteRow): Promise<void> {
      const path = work.fileOf(row, 'results')
      if (row.imported === 1 || row.resultsJson === null || existsSync(path)) return
      const { service } = work.serviceOf(row)
      for (let refusals = 1; ; refusals++) {
        try {
          await writePiecesDurably(path, service.results(handleIn(row.resultsJson), work.free))
          return
        } catch (error) {
          const code = errorCodeOf(error)
          if (needs.stopping.aborted || code === null || errorCodes[code].treatment !== 'fail') throw error
          if (refusals < mostRefusals) await clock.sleep(retryDelayMs(refusals), needs.stopping)
          else return work.stored(row, () => table.say(row.id, `Its results are gone: ${messageOf(error)}`))
        }
      }
    },

    /** Reads the results, says what becomes of jobs that have none, and clears up. */
    async read(row: RemoteRow): Promise<void> {
      const path = work.fileOf(row, 'results')
      if (existsSync(path)) {
        const { at, service } = work.serviceOf(row)
        const reading = {
          jobs,
          hasRoom: scheduler.hasRoom,
          save: scheduler.save,
          fetchAll: (job: Job, outputs: Parameters<typeof fetchAll>[3]) =>
            fetchAll(needs, job, at, outputs, needs.stopping),
          conclude: work.conclude,
          priceOf: importedPrice,
          signal: needs.stopping,
        }
        await readResults(reading, row, service, path)
      }
      await work.eachLeft(row, (job) => settleLeft(row, job))
      sayRefusals(row)
      await work.end(row, row.how ?? 'completed')
    },
  }
}
