import type { Storage } from '#engine/storage/storage.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'

export type DraftCounts = BatchStatus['drafts']

/** What the tables say of a batch, counted in the database. */
export interface BatchCounts {
  readonly prompts: number
  readonly tiles: number
  readonly drafts: DraftCounts
  readonly finals: DraftCounts
  readonly decisions: BatchStatus['decisions']
  readonly estimateMicros: number
  readonly held: Readonly<Record<string, number>>
  readonly out: number
  /** Requests still to be sent, by provider: followers take a picture and send none. */
  readonly leftByProvider: Readonly<Record<string, number>>
  /** What pictures would have cost that came from the cache, or from another job of the same batch. */
  readonly savedByCacheMicros: number
  readonly savedByTwinsMicros: number
  readonly deliveredMs: number | null
}

interface StateRow {
  readonly stage: 'draft' | 'final'
  readonly state: string
  readonly holdReason: string | null
  readonly count: number
}

export function openBatchCounts(storage: Storage) {
  const states = storage.prepare<[number], StateRow>(
    `SELECT stage, state, hold_reason AS holdReason, count(*) AS count FROM job WHERE batch_id = ? GROUP BY state, stage, hold_reason`,
  )
  const takenWithoutRequest = storage.prepare<
    [number],
    { stage: 'draft' | 'final'; origin: 'cache' | 'twin'; count: number; micros: number }
  >(
    `SELECT image.stage, image.origin, count(*) AS count, coalesce(sum(job.estimate_micros), 0) AS micros
     FROM image JOIN job ON job.id = image.job_id WHERE image.batch_id = ? AND image.origin <> 'request' GROUP BY image.stage, image.origin`,
  )
  const decisions = storage.prepare<[number], { decision: string; count: number; marked: number }>(
    `SELECT decision, count(*) AS count, sum(hires) AS marked FROM image
     WHERE batch_id = ? AND stage = 'draft' AND output_index = 0 GROUP BY decision`,
  )
  const sums = storage.prepare<[number, number], { prompts: number; estimate: number | null }>(
    `SELECT (SELECT count(*) FROM prompt WHERE batch_id = ?) AS prompts,
       (SELECT sum(estimate_micros) FROM job WHERE batch_id = ? AND state <> 'failed' AND follows = 0
        AND NOT EXISTS (SELECT 1 FROM image WHERE image.job_id = job.id AND image.origin <> 'request')) AS estimate`,
  )
  const left = storage.prepare<[number], { provider: string; count: number }>(
    `SELECT provider, count(*) AS count FROM job WHERE batch_id = ? AND state IN ('queued', 'submitting', 'running', 'saving')
       AND follows = 0 AND hold_reason IS NULL GROUP BY provider`,
  )
  const delivered = storage.prepare<[number], { ms: number | null }>(
    `SELECT max(ended_ms) AS ms FROM delivery WHERE batch_id = ? AND state = 'done'`,
  )

  return (batchId: number): BatchCounts => {
    const rows = states.all(batchId)
    const taken = takenWithoutRequest.all(batchId)
    const savedBy = (origin: string) =>
      taken.filter((row) => row.origin === origin).reduce((total, row) => total + row.micros, 0)
    const decided = decisions.all(batchId)
    const sum = sums.get(batchId, batchId)
    const decision = (name: string) => decided.find((row) => row.decision === name)?.count ?? 0
    const countsOf = (stage: 'draft' | 'final') =>
      stageCounts(
        rows.filter((row) => row.stage === stage),
        taken.find((row) => row.stage === stage && row.origin === 'cache')?.count ?? 0,
      )
    const held: Record<string, number> = {}
    for (const row of rows) if (row.holdReason) held[row.holdReason] = (held[row.holdReason] ?? 0) + row.count
    return {
      prompts: sum?.prompts ?? 0,
      tiles: rows.filter((row) => row.stage === 'draft').reduce((total, row) => total + row.count, 0),
      drafts: countsOf('draft'),
      finals: countsOf('final'),
      decisions: {
        undecided: decision('undecided'),
        approved: decision('approved'),
        rejected: decision('rejected'),
        marked: decided.reduce((total, row) => total + row.marked, 0),
      },
      estimateMicros: sum?.estimate ?? 0,
      held,
      out: rows
        .filter((row) => ['submitting', 'running', 'saving'].includes(row.state))
        .reduce((total, row) => total + row.count, 0),
      leftByProvider: Object.fromEntries(left.all(batchId).map((row) => [row.provider, row.count])),
      savedByCacheMicros: savedBy('cache'),
      savedByTwinsMicros: savedBy('twin'),
      deliveredMs: delivered.get(batchId)?.ms ?? null,
    }
  }
}

function stageCounts(rows: readonly StateRow[], cached: number): DraftCounts {
  const count = (matches: (row: StateRow) => boolean) =>
    rows.filter(matches).reduce((total, row) => total + row.count, 0)
  return {
    done: count((row) => row.state === 'done'),
    cached,
    failed: count((row) => row.state === 'failed'),
    unknown: count((row) => row.state === 'unknown'),
    held: count((row) => row.holdReason !== null),
    canceled: count((row) => row.state === 'canceled'),
    left: count((row) => row.holdReason === null && ['queued', 'submitting', 'running', 'saving'].includes(row.state)),
  }
}
