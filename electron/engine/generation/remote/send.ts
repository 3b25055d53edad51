import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { ProviderCall, RemoteBatches } from '#engine/providers/provider.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Storage, writePiecesDurably } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, errorCodes } from '#shared/errors.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'

const jobsAtOnce = 100

export interface WriteNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly spend: Spend
  readonly table: RemoteTable
}

export interface Written {
  readonly byteLength: number
  readonly lines: number
  /** Jobs that have no line: what they ask for cannot be sent. */
  readonly refused: readonly { readonly job: Job; readonly error: unknown }[]
}

/**
 * Writes the file of a remote batch, a line a job: the same jobs give the same bytes, so that it may be done again. What
 * is over the service's size goes into a remote batch of its own, with the money that it holds.
 */
export async function writeRequests(
  needs: WriteNeeds,
  row: RemoteRow,
  service: RemoteBatches,
  path: string,
  call: ProviderCall,
): Promise<Written> {
  const { mostBytes } = service.limits(row.model)
  const refused: Written['refused'][number][] = []
  let lines = 0
  let written = 0

  async function* pieces(): AsyncGenerator<Uint8Array> {
    let afterId = 0
    for (;;) {
      const page = needs.jobs.inRemote(row.id, afterId, jobsAtOnce)
      for (const job of page) {
        afterId = job.id
        const line = await lineOf(service, job, mostBytes, call)
        if (!(line instanceof Uint8Array)) {
          refused.push({ job, error: line.error })
          continue
        }
        if (written + line.length > mostBytes) {
          await moveRest(needs, row, job.id)
          return
        }
        written += line.length
        lines++
        yield line
      }
      if (page.length < jobsAtOnce) return
    }
  }

  const byteLength = await writePiecesDurably(path, pieces())
  return { byteLength, lines, refused }
}

/** What a remote batch is found again by: no two are the same, also in other libraries. */
export const newLabel = (): string => `proofsheet-${randomUUID()}`

/** The line of a job, or why it has none: then nothing was sent for it. */
async function lineOf(
  service: RemoteBatches,
  job: Job,
  mostBytes: number,
  call: ProviderCall,
): Promise<Uint8Array | { readonly error: unknown }> {
  try {
    const line = await service.line({ id: job.promptHash, request: requestOf(job) }, call)
    if (line.length <= mostBytes) return line
    const most = Math.floor(mostBytes / 1_000_000)
    return { error: new AppError('unsupported', `This request alone is over the ${most} MB that a batch may have.`) }
  } catch (error) {
    const code = errorCodeOf(error)
    if (call.signal.aborted || (code && errorCodes[code].treatment !== 'fail' && code !== 'storage')) throw error
    return { error }
  }
}

/**
 * The job with this id and all after it go into a remote batch of their own, that is prepared next. In slices: after a kill
 * the file is written anew, and what is left over its size then goes the same way.
 */
async function moveRest({ storage, jobs, spend, table }: WriteNeeds, row: RemoteRow, fromId: number): Promise<void> {
  const move = (to: number | null) =>
    storage.draft(() => {
      const rest = jobs.inRemote(row.id, fromId - 1, jobsAtOnce)
      const next = to ?? table.add({ ...row, label: newLabel() })
      for (const { id } of rest) {
        jobs.moveRemote(id, next)
        spend.moveToRemote(id, next)
      }
      table.addRequests(next, rest.length)
      table.addRequests(row.id, -rest.length)
      return { next, isEnd: rest.length < jobsAtOnce }
    })
  for (let slice = move(null); !slice.isEnd; slice = move(slice.next)) await nextTurn()
}
