import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Job, requestOf, type StartLine } from '#engine/jobs/jobs.ts'
import type { RemoteBatches } from '#engine/providers/provider.ts'
import type { Caps, Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'
import { highestBy } from '../planning/model-facts.ts'
import { type ActiveBatch, fromCache } from '../running/claim.ts'
import type { SettleNeeds } from '../running/settle-picture.ts'
import { chunksFor } from './chunks.ts'
import type { RemoteTable } from './remote-table.ts'
import { newLabel } from './send.ts'

export interface GatherNeeds extends SettleNeeds {
  readonly storage: Storage
  readonly spend: Spend
  readonly table: RemoteTable
  readonly caps: (provider: string) => Omit<Caps, 'batchMicros'>
}

export interface Gathering {
  readonly provider: string
  /** Null where the provider offers no batches any more: what waits for one goes live. */
  readonly service: RemoteBatches | null
  readonly batches: readonly ActiveBatch[]
  /** Whether jobs that were in a remote batch before may go in another now. */
  readonly again: boolean
  readonly startedLately: number
  readonly isStopped: () => boolean
  /** Jobs that changed; `remoteBatchIds` of those that got more of them. */
  readonly onSlice: (changed: readonly Job[], held: boolean) => void
  /** A remote batch that is being filled, and that gets no more. */
  readonly onOpen: (id: number) => void
  readonly onFull: (id: number) => void
}

/** A transaction stays short, so that the host never stalls. */
const jobsAtOnce = 50

interface Chunk {
  readonly id: number
  readonly size: number
  count: number
}

/**
 * Puts what waits at a provider into remote batches: of one batch, one model and one endpoint each. A slice is one
 * transaction: the jobs are claimed, and the most that each can cost is reserved. The transactions need not wait for the
 * disk: nothing is sent before a later one is durable.
 */
export async function gather(needs: GatherNeeds, of: Gathering): Promise<void> {
  const open = new Map<string, Chunk>()
  const sizes = sizesOf(needs, of)
  try {
    for (const batch of of.batches)
      for (const line of batch.lines)
        while (!of.isStopped()) {
          const slice = takeSlice(needs, of, { batch, line, open, sizes })
          if (slice.changed.length > 0 || slice.held) of.onSlice(slice.changed, slice.held)
          if (slice.isEnd) break
          await nextTurn()
        }
  } finally {
    for (const chunk of open.values()) of.onFull(chunk.id)
  }
}

/** How large the remote batches of each model become; none where the usual size does. */
function sizesOf({ jobs }: GatherNeeds, { provider, service, batches, startedLately }: Gathering): Map<string, number> {
  const counts = new Map<string, number>()
  const lines = batches.flatMap((batch) => batch.lines)
  const [first] = lines.flatMap((line) => jobs.waitingRemote(line, provider, true, 1))
  if (!service || !first) return counts
  // Which model each is for is read only where so many wait that it matters: of 50,000 that takes a tenth of a second.
  const limits = service.limits(first.model)
  const requests = lines.reduce((sum, line) => sum + jobs.countRemote(line, provider), 0)
  if (chunksFor([{ requests, limits }], startedLately).sizes[0] === limits.usualRequests) return counts
  for (const line of lines)
    for (const { model, count } of jobs.countRemoteByModel(line, provider))
      counts.set(model, (counts.get(model) ?? 0) + count)
  const waiting = [...counts].map(([model, requests]) => ({ requests, limits: service.limits(model) }))
  const { sizes } = chunksFor(waiting, startedLately)
  return new Map([...counts.keys()].map((model, at) => [model, sizes[at] ?? 1]))
}

interface Place {
  readonly batch: ActiveBatch
  readonly line: StartLine
  readonly open: Map<string, Chunk>
  readonly sizes: ReadonlyMap<string, number>
}

function takeSlice(needs: GatherNeeds, of: Gathering, place: Place): { changed: Job[]; held: boolean; isEnd: boolean } {
  const { storage, jobs, spend } = needs
  const filled: Chunk[] = []
  try {
    const slice = storage.draft(() => {
      const waiting = jobs.waitingRemote(place.line, of.provider, of.again, jobsAtOnce)
      const changed: Job[] = []
      const hashes = new Set<string>()
      let held = false
      let moved = false
      for (const job of waiting) {
        if (hashes.has(job.promptHash)) continue
        hashes.add(job.promptHash)
        const cached = fromCache(needs, job)
        const taken = cached.length > 0 ? 'cached' : takeJob(needs, of, place, job, filled)
        if (taken === 'later') return { changed, held, isEnd: true }
        moved = true
        if (taken === 'held') held = true
        else changed.push(...(cached.length > 0 ? cached : [job]))
      }
      return { changed, held, isEnd: !moved }
    })
    for (const { id } of filled) of.onFull(id)
    return slice
  } catch (error) {
    spend.recount()
    throw error
  }
}

function takeJob(
  needs: GatherNeeds,
  { provider, service, onOpen }: Gathering,
  { batch, open, sizes }: Place,
  job: Job,
  filled: Chunk[],
): 'taken' | 'live' | 'held' | 'later' {
  const { jobs, spend, table, facts } = needs
  const request = requestOf(job)
  const price = facts.priceOf(request)
  if (!service || service.check(request) !== null) {
    jobs.setRoute(job.id, 'live', highestBy(price, 1) ?? job.estimateMicros)
    return 'live'
  }
  if (job.estimateMicros === null) {
    jobs.hold(job.id, 'no-price')
    return 'held'
  }
  // A price may have gone up since it was planned; what was agreed to is never lowered.
  const micros = Math.max(job.estimateMicros, highestBy(price, service.priceShare(job.model)) ?? 0)
  const room = spend.room({ ...job, micros }, { ...needs.caps(provider), batchMicros: batch.capMicros })
  // Money that is held for remote batches comes back within a day, if at all: then a person decides.
  if (room.fits === 'later' && table.open().every(({ state }) => state === 'lost')) return 'later'
  if (room.fits !== 'now') {
    if (room.fits === 'later') jobs.hold(job.id, 'budget')
    else if (
      room.fits === 'no' &&
      jobs.holdDearerThan(job.batchId, provider, Math.min(room.leftMicros, micros - 1)) === 0
    )
      jobs.hold(job.id, 'budget')
    return 'held'
  }
  const group = service.groupOf(request)
  const name = `${batch.id} ${group}`
  let chunk = open.get(name)
  if (!chunk) {
    const id = table.add({ batchId: batch.id, provider, model: job.model, group, label: newLabel() })
    chunk = { id, size: sizes.get(job.model) ?? service.limits(job.model).usualRequests, count: 0 }
    open.set(name, chunk)
    onOpen(id)
  }
  jobs.toRemote(job.id, chunk.id, micros)
  spend.reserve({ ...job, jobId: job.id, reservedMicros: micros, remoteBatchId: chunk.id })
  table.addRequests(chunk.id, 1)
  chunk.count++
  if (chunk.count >= chunk.size) {
    open.delete(name)
    filled.push(chunk)
  }
  return 'taken'
}
