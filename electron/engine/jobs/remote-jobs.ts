import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { Route } from '#shared/contract/wishes.ts'
import { type Job, jobColumns } from './job.ts'
import type { StartLine } from './starts.ts'

/** How many jobs of a remote batch ended how; `left` have no outcome yet. */
export interface RemoteOutcomes {
  readonly made: number
  readonly refused: number
  readonly failed: number
  readonly unknown: number
  readonly canceled: number
  readonly left: number
}

/** What failed together is concluded one after the other: with the first that is due goes what is due so soon after it. */
const togetherMs = 60_000

/** Jobs and the remote batches that they are in. Such a job is `running` from the moment it is claimed. */
export function openRemoteJobs(storage: Storage, clock: Clock) {
  const waiting = storage.prepare<[number, string, number, number, number, number], Job>(
    `SELECT ${jobColumns} FROM job INDEXED BY job_claim
     WHERE batch_id = ? AND provider = ? AND route = 'batch' AND start_id = ? AND state = 'queued' AND hold_reason IS NULL
       AND follows = 0 AND not_before_ms <= ? AND (retries = 0 OR ? = 1)
       AND NOT EXISTS (SELECT 1 FROM job AS twin WHERE twin.prompt_hash = job.prompt_hash
                       AND twin.state IN ('submitting', 'running', 'saving', 'unknown'))
     ORDER BY priority DESC, position LIMIT ?`,
  )
  const counted = storage.prepare<[number, string, number], { count: number }>(
    `SELECT count(*) AS count FROM job INDEXED BY job_claim WHERE batch_id = ? AND provider = ? AND route = 'batch' AND start_id = ?
       AND state = 'queued' AND hold_reason IS NULL AND follows = 0`,
  )
  const countedByModel = storage.prepare<[number, string, number], { model: string; count: number }>(
    `SELECT model, count(*) AS count FROM job WHERE batch_id = ? AND provider = ? AND route = 'batch' AND start_id = ?
       AND state = 'queued' AND hold_reason IS NULL AND follows = 0 GROUP BY model`,
  )
  const nextTry = storage.prepare<[string], { ms: number | null }>(
    `SELECT min(not_before_ms) AS ms FROM job WHERE provider = ? AND route = 'batch' AND state = 'queued' AND hold_reason IS NULL
       AND follows = 0`,
  )
  const followUps = storage.prepare<[string, number], Job>(
    `SELECT ${jobColumns} FROM job INDEXED BY job_waiting WHERE provider = ? AND route = 'batch' AND not_before_ms > 0
       AND state = 'queued' AND hold_reason IS NULL AND follows = 0 AND batch_id = ? AND retries > 0`,
  )
  const take = storage.prepare<[string, number, number, number, number]>(
    `UPDATE job SET state = 'running', remote_batch_id = ?, handle_json = json_object('remoteBatch', ?), estimate_micros = ?,
       updated_ms = ? WHERE id = ? AND state = 'queued' AND hold_reason IS NULL`,
  )
  const takeAny = storage.prepare<[string, number, number, number]>(
    `UPDATE job SET state = 'running', remote_batch_id = ?, handle_json = json_object('remoteBatch', ?), hold_reason = NULL, follows = 0,
       dismissed = 0, error_code = NULL, error_message = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'failed', 'canceled', 'unknown')`,
  )
  const move = storage.prepare<[number, string, number]>(
    `UPDATE job SET remote_batch_id = ?, handle_json = json_object('remoteBatch', ?) WHERE id = ? AND state = 'running'`,
  )
  const inside = storage.prepare<[number, number, number], Job>(
    `SELECT ${jobColumns} FROM job WHERE remote_batch_id = ? AND state = 'running' AND id > ? ORDER BY id LIMIT ?`,
  )
  const lost = storage.prepare<[number], Job>(
    `SELECT ${jobColumns} FROM job WHERE remote_batch_id = ? AND state = 'unknown' ORDER BY id`,
  )
  const byHash = storage.prepare<[string, number], Job>(
    // In the words of its index: asked for every line of a file, whose batch may have 50,000 jobs.
    `SELECT ${jobColumns} FROM job INDEXED BY job_single_flight WHERE prompt_hash = ?
       AND state IN ('submitting', 'running', 'saving', 'unknown') AND state IN ('running', 'unknown') AND remote_batch_id = ?`,
  )
  const states = storage.prepare<[number], { state: string; refused: number; count: number }>(
    `SELECT state, coalesce(error_code = 'content-policy', 0) AS refused, count(*) AS count FROM job WHERE remote_batch_id = ? GROUP BY 1, 2`,
  )
  const waitingOf = storage.prepare<[number], { provider: string; count: number }>(
    `SELECT provider, count(*) AS count FROM job INDEXED BY job_claim WHERE batch_id = ? AND route = 'batch' AND state = 'queued'
       AND hold_reason IS NULL AND follows = 0 GROUP BY provider`,
  )
  const outOf = storage.prepare<[number], { provider: string; count: number }>(
    `SELECT remote_batch.provider, count(*) AS count
     FROM remote_batch JOIN job ON job.remote_batch_id = remote_batch.id AND job.state = 'running'
     WHERE remote_batch.batch_id = ? AND remote_batch.state <> 'over' GROUP BY remote_batch.provider`,
  )
  const setRoute = storage.prepare<[Route, number | null, number]>(
    `UPDATE job SET route = ?, estimate_micros = ? WHERE id = ? AND state = 'queued'`,
  )
  const queuedIn = storage.prepare<[number, number, number], Job>(
    `SELECT ${jobColumns} FROM job WHERE batch_id = ? AND state = 'queued' AND id > ? ORDER BY id LIMIT ?`,
  )

  return {
    /** Jobs of a line that may go into a remote batch now, in their order; `again`: also those that were in one before. */
    waitingRemote: (line: StartLine, provider: string, again: boolean, limit: number): Job[] =>
      waiting.all(line.batchId, provider, line.startId, clock.now() + (again ? togetherMs : 0), again ? 1 : 0, limit),
    /** How many wait for remote batches in a line. */
    countRemote: (line: StartLine, provider: string): number =>
      counted.get(line.batchId, provider, line.startId)?.count ?? 0,
    /** The same by model: it reads every row, and these hold whole requests. */
    countRemoteByModel: (line: StartLine, provider: string) => countedByModel.all(line.batchId, provider, line.startId),
    /** When the next job that waits for a remote batch may go, ms since 1970; null for none. */
    nextRemoteTryMs: (provider: string): number | null => nextTry.get(provider)?.ms ?? null,
    /** What failed in a remote batch of a batch, and waits to go in another one. */
    followUps: (batchId: number, provider: string): Job[] => followUps.all(provider, batchId),
    /** Inside the caller's transaction, with its reservation. */
    toRemote: (jobId: number, remoteBatchId: number, estimateMicros: number): boolean =>
      take.run(String(remoteBatchId), remoteBatchId, estimateMicros, clock.now(), jobId).changes > 0,
    /** The same for a job whose result somebody brings: held, failed and unknown ones, too. */
    toImported: (jobId: number, remoteBatchId: number): boolean =>
      takeAny.run(String(remoteBatchId), remoteBatchId, clock.now(), jobId).changes > 0,
    /** From one remote batch that was never started into another. */
    moveRemote: (jobId: number, remoteBatchId: number): void =>
      void move.run(remoteBatchId, String(remoteBatchId), jobId),
    /** The jobs of a remote batch that have no outcome yet, by their id, `limit` of them after one. */
    inRemote: (remoteBatchId: number, afterId: number, limit: number): Job[] =>
      inside.all(remoteBatchId, afterId, limit),
    /** Those whose outcome nobody knows. */
    unknownInRemote: (remoteBatchId: number): Job[] => lost.all(remoteBatchId),
    /** The one that waits for this result, or is given up as unknown; null where it has one, or was never in it. */
    inRemoteByHash: (promptHash: string, remoteBatchId: number): Job | null =>
      byHash.get(promptHash, remoteBatchId) ?? null,
    /** What became of its jobs so far; those that wait again are in it no more. */
    remoteOutcomes(remoteBatchId: number): RemoteOutcomes {
      const rows = states.all(remoteBatchId)
      const count = (state: string, refused = 0) =>
        rows.find((row) => row.state === state && row.refused === refused)?.count ?? 0
      return {
        made: count('done'),
        refused: count('failed', 1),
        failed: count('failed'),
        unknown: count('unknown'),
        canceled: count('canceled'),
        left: count('running'),
      }
    },
    /** How many of a batch wait for remote batches, and are in one, by provider. */
    remoteCounts: (batchId: number) => ({ waiting: waitingOf.all(batchId), out: outOf.all(batchId) }),
    /** With the most that it can cost by that route. */
    setRoute: (jobId: number, route: Route, estimateMicros: number | null): void =>
      void setRoute.run(route, estimateMicros, jobId),
    /** What is queued of a batch, held or not, by its id: `limit` jobs after one. */
    queuedIn: (batchId: number, afterId: number, limit: number): Job[] => queuedIn.all(batchId, afterId, limit),
  }
}
