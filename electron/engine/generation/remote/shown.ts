import type { Batches } from '#engine/batches/batches.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'

export interface ShownNeeds {
  readonly batches: Batches
  readonly jobs: Jobs
  readonly spend: Spend
  readonly providers: OpenProviders
}

/** A remote batch as hosts see it; `nextMs`: when it goes on by itself. */
export function shown(
  { batches, jobs, spend, providers }: ShownNeeds,
  row: RemoteRow,
  nextMs: number | null,
): RemoteBatch {
  const { left, ...outcomes } = jobs.remoteOutcomes(row.id)
  const ended = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  return {
    remoteBatchId: row.id,
    batchId: row.batchId,
    batch: batches.get(row.batchId).name,
    provider: row.provider,
    label: providers.ids().includes(row.provider) ? providers.label(row.provider) : row.provider,
    model: row.model,
    state: row.state,
    how: row.how,
    isImported: row.imported === 1,
    requests: row.requests,
    counts: { total: row.seenTotal, succeeded: row.seenSucceeded, failed: row.seenFailed },
    ...outcomes,
    again: Math.max(0, row.requests - ended - left),
    ...spend.ofRemote(row.id),
    currency: 'USD',
    createdMs: row.createdMs,
    startedMs: row.startedMs,
    endedMs: row.endedMs,
    expiresMs: row.expiresMs,
    lookedMs: row.lookedMs,
    nextMs,
    isCancelAsked: row.cancelAsked === 1,
    message: row.message,
  }
}

/** Jobs of a batch that wait for a remote batch, or are in one; `byProvider` both together. */
export interface RemoteCounted {
  readonly waiting: number
  readonly out: number
  readonly remoteBatches: number
  readonly byProvider: Readonly<Record<string, number>>
}

/** Null where nothing of the batch goes this way. */
export function countedOf(jobs: Jobs, table: RemoteTable, batchId: number): RemoteCounted | null {
  const { waiting, out } = jobs.remoteCounts(batchId)
  const remoteBatches = table.open().filter((row) => row.batchId === batchId).length
  if (waiting.length + out.length + remoteBatches === 0) return null
  const byProvider: Record<string, number> = {}
  for (const { provider, count } of [...waiting, ...out]) byProvider[provider] = (byProvider[provider] ?? 0) + count
  const sum = (rows: typeof out): number => rows.reduce((total, { count }) => total + count, 0)
  return { waiting: sum(waiting), out: sum(out), remoteBatches, byProvider }
}
