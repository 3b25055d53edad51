import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Cost, RemoteBatches, RemoteResult } from '#engine/providers/provider.ts'
import { AppError, errorCodeOf, errorCodes, messageOf } from '#shared/errors.ts'
import type { Answers } from '../running/exchange.ts'
import { linesOf } from './lines.ts'
import type { RemoteRow } from './remote-table.ts'

/** Above so many bytes of lines nothing more is read until some are stored: so one that has as many is stored before the next. */
const mostBytesInHand = 6 * 1024 * 1024
const mostInHand = 24
/** Outcomes without a picture are stored so many at once. */
const outcomesAtOnce = 50

export interface ReadNeeds {
  readonly jobs: Jobs
  readonly hasRoom: () => boolean
  /** Makes a picture durable, with everything that follows from it; resolves when it is, or was found unusable. */
  readonly save: (job: Job, answers: Answers) => Promise<void>
  readonly fetchAll: (job: Job, outputs: Done['outputs']) => Promise<Answers['answers']>
  /** Stores what became of jobs that got no picture. */
  readonly conclude: (outcomes: readonly { readonly job: Job; readonly error: unknown }[]) => Promise<void>
  /** What somebody said that it cost, for a file that was read from disk; null where it goes by the results. */
  readonly priceOf: (row: RemoteRow, job: Job) => Cost | null
  readonly signal: AbortSignal
}

type Done = Extract<RemoteResult['outcome'], { state: 'done' }>

/**
 * Reads a results file line by line: each result goes to the job that waits for it, as a live answer would. In any order;
 * a line that names no job, or one that has its outcome, does no harm, so that a file may be read again from its start.
 * Resolves when all of it is durable; rejects by the signal.
 */
export async function readResults(
  needs: ReadNeeds,
  row: RemoteRow,
  service: Pick<RemoteBatches, 'readLine'>,
  path: string,
): Promise<void> {
  const met = new Set<string>()
  const saving = new Set<Promise<void>>()
  let outcomes: { job: Job; error: unknown }[] = []
  let bytesInHand = 0

  const isFull = () =>
    saving.size > 0 && (saving.size >= mostInHand || bytesInHand >= mostBytesInHand || !needs.hasRoom())

  function begin(job: Job, done: Done, byteLength: number): void {
    bytesInHand += byteLength
    const saved = take(job, done)
      .catch((error: unknown) => {
        // It stays as it is where Proofsheet stops: the next start reads it again.
        if (!needs.signal.aborted) outcomes.push({ job, error })
      })
      .finally(() => {
        bytesInHand -= byteLength
        saving.delete(saved)
      })
    saving.add(saved)
  }

  async function take(job: Job, { outputs, settled }: Done): Promise<void> {
    const answers = await needs.fetchAll(job, outputs).catch((error: unknown) => {
      const code = errorCodeOf(error)
      if (needs.signal.aborted || code === null || errorCodes[code].treatment !== 'fail') throw error
      // Made, charged, and not to be had any more.
      const cost = settled ? { costMicros: settled.micros } : {}
      throw new AppError('bad-response', messageOf(error), { ...cost, billed: true, cause: error })
    })
    const price = needs.priceOf(row, job) ?? settled
    await needs.save(job, { answers, settled: price })
  }

  async function flush(): Promise<void> {
    const list = outcomes
    outcomes = []
    if (list.length > 0) await needs.conclude(list)
  }

  try {
    for await (const line of linesOf(path)) {
      needs.signal.throwIfAborted()
      const result = resultOf(service, line, row.model)
      if (!result || met.has(result.id)) continue
      const job = needs.jobs.inRemoteByHash(result.id, row.id)
      if (!job) continue
      met.add(result.id)
      if (result.outcome instanceof AppError) outcomes.push({ job, error: result.outcome })
      else begin(job, line.length < mostBytesInHand ? keptOf(result.outcome) : result.outcome, line.length)
      if (outcomes.length >= outcomesAtOnce) await flush()
      while (isFull()) await Promise.race(saving)
    }
  } finally {
    await Promise.all(saving)
  }
  needs.signal.throwIfAborted()
  await flush()
}

/** With pictures of their own memory, as that of the line is used again. A line that goes through alone needs none. */
const keptOf = (done: Done): Done => ({
  ...done,
  outputs: done.outputs.map((output) =>
    output.kind === 'bytes' ? { ...output, bytes: Buffer.from(output.bytes) } : output,
  ),
})

/** Null for a line that names no request. */
function resultOf(service: Pick<RemoteBatches, 'readLine'>, line: Uint8Array, model: string): RemoteResult | null {
  try {
    return service.readLine(line, model)
  } catch {
    return null
  }
}
