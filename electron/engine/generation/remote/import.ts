import { randomUUID } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { RemoteBatches } from '#engine/providers/provider.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { refusePartialPath, type Storage, writePiecesDurably } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import { linesOf } from './lines.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'

export interface ImportNeeds {
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly spend: Spend
  readonly providers: OpenProviders
  readonly table: RemoteTable
  readonly fileOf: (row: RemoteRow, kind: 'results') => string
  /** Nothing is done with a remote batch until it is whole. */
  readonly hold: (id: number) => void
  readonly letGo: (id: number) => void
}

export interface ImportWish {
  readonly batchId: number
  readonly path: string
  /** Whose format it is; null where the batch has one provider with batches. */
  readonly provider: string | null
  /** What each picture cost, in micros. */
  readonly priceMicros: number
}

export interface Imported {
  readonly remoteBatchIds: readonly number[]
  /** Lines of requests that have their picture, or are out; and lines of nothing in this batch. */
  readonly known: number
  readonly foreign: number
}

const jobsAtOnce = 50

/**
 * Reads a results file from disk back into a batch: a remote batch of its own, whose results are here already, and which
 * is read as any other is. Its jobs are claimed first, so that nobody sends them meanwhile. Throws AppError.
 */
export async function importResults(needs: ImportNeeds, wish: ImportWish): Promise<Imported> {
  const { storage, jobs, spend, table } = needs
  refusePartialPath(wish.path)
  if (!statSync(wish.path, { throwIfNoEntry: false })?.isFile())
    throw new AppError('not-found', `There is no file ${wish.path}.`)
  const batch = needs.batches.get(wish.batchId)
  const { provider, service, model } = formatOf(needs, batch, wish.provider)
  const found = new Map<string, Job[]>()
  const met = new Set<string>()
  let known = 0
  let foreign = 0
  for await (const line of linesOf(wish.path)) {
    const id = idOf(service, line, model)
    if (id === null || met.has(id)) {
      foreign++
      continue
    }
    met.add(id)
    const same = jobs.withHash(id)
    const own = same.filter((job) => job.batchId === batch.id && job.provider === provider)
    const waiting = same.some(isOut) ? undefined : own.find((job) => waits.has(job.state))
    if (own.length === 0) foreign++
    else if (!waiting) known++
    else found.set(waiting.model, [...(found.get(waiting.model) ?? []), waiting])
  }
  const remoteBatchIds: number[] = []
  for (const [of, list] of found) {
    const id = storage.transaction(() =>
      table.addImported({ batchId: batch.id, provider, model: of, label: `read-${randomUUID()}`, ...price(wish) }),
    )
    needs.hold(id)
    try {
      const row = table.get(id)
      if (row) await writePiecesDurably(needs.fileOf(row, 'results'), piecesOf(wish.path))
      for (let at = 0; at < list.length; at += jobsAtOnce) {
        storage.transaction(() => {
          for (const job of list.slice(at, at + jobsAtOnce)) {
            if (jobs.withHash(job.promptHash).some(isOut) || !jobs.toImported(job.id, id)) continue
            // One whose outcome was unknown has its charge already.
            if (!spend.hasOpen(job.id))
              spend.reserve({ ...job, jobId: job.id, reservedMicros: wish.priceMicros, remoteBatchId: id })
            table.addRequests(id, 1)
          }
        })
        await nextTurn()
      }
    } catch (error) {
      spend.recount()
      throw error
    } finally {
      needs.letGo(id)
    }
    remoteBatchIds.push(id)
  }
  return { remoteBatchIds, known, foreign }
}

const waits: ReadonlySet<Job['state']> = new Set(['queued', 'failed', 'canceled', 'unknown'])
const isOut = ({ state }: Job): boolean => state === 'submitting' || state === 'running' || state === 'saving'
const price = ({ priceMicros }: ImportWish) => ({ priceMicros })

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(path)) if (piece instanceof Uint8Array) yield piece
}

/** Whose results these are: the provider that is named, else the only one of the batch that has batches. */
function formatOf(
  { providers }: ImportNeeds,
  batch: {
    readonly name: string
    readonly settings: { readonly profiles: readonly { provider: string; model: string }[] }
  },
  wanted: string | null,
): { provider: string; service: RemoteBatches; model: string } {
  const offers = batch.settings.profiles.flatMap(({ provider, model }) => {
    const service = providers.ids().includes(provider) ? providers.open(provider).session.remoteBatches : undefined
    return service && (wanted === null || provider === wanted) ? [{ provider, service, model }] : []
  })
  const [first] = offers
  const names = new Set(offers.map(({ provider }) => provider))
  if (first && names.size === 1) return first
  if (names.size > 1)
    throw new AppError('invalid-input', `Whose results are these? Name one of these: ${[...names].join(', ')}.`)
  throw new AppError('invalid-input', `${batch.name} has no requests of a provider whose batch results could be read.`)
}

function idOf(service: RemoteBatches, line: Uint8Array, model: string): string | null {
  try {
    return service.readLine(line, model).id
  } catch {
    return null
  }
}
