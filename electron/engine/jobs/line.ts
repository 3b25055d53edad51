import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { HoldReason } from '#shared/job-state.ts'
import { jobsByHash, unknownTwin } from './by-hash.ts'
import { type Job, jobColumns } from './job.ts'
import type { StartLine } from './starts.ts'

/** Why a job that nobody holds may still not start: its twin's outcome is unknown, or nobody knows its price. */
export const standingHold = `CASE
  WHEN EXISTS (SELECT 1 ${unknownTwin('job.prompt_hash')} AND twin.id <> job.id)
    THEN 'unknown-twin'
  WHEN job.estimate_micros IS NULL THEN 'no-price' END`

/** The order in which queued jobs start, and what holds them back. */
export function openLine(storage: Storage, clock: Clock) {
  const claimable = storage.prepare<[number, string, number, number], Job & { priority: number }>(
    `SELECT ${jobColumns}, priority FROM job INDEXED BY job_claim
     WHERE batch_id = ? AND provider = ? AND route = 'live' AND start_id = ? AND state = 'queued' AND hold_reason IS NULL
       AND follows = 0 AND not_before_ms <= ?
       AND NOT EXISTS (SELECT 1 FROM job AS twin WHERE twin.prompt_hash = job.prompt_hash
                       AND twin.state IN ('submitting', 'running', 'saving', 'unknown'))
     ORDER BY priority DESC, position LIMIT 1`,
  )
  const nextTry = storage.prepare<[string, number], { ms: number | null }>(
    `SELECT min(not_before_ms) AS ms FROM job WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0 AND provider = ?
       AND route = 'live' AND not_before_ms > ?`,
  )
  const providersWaiting = storage
    .prepare<[], string>(
      // From one provider to the next in the index, however many jobs each has.
      `WITH RECURSIVE waiting (provider) AS (
         SELECT min(provider) FROM job INDEXED BY job_waiting WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0
         UNION ALL
         SELECT (SELECT min(provider) FROM job INDEXED BY job_waiting WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0
                   AND job.provider > waiting.provider) FROM waiting WHERE waiting.provider IS NOT NULL)
       SELECT provider FROM waiting WHERE provider IS NOT NULL`,
    )
    .pluck()
  const waitingAt = storage.prepare<[number, string], { id: number }>(
    `SELECT id FROM job INDEXED BY job_claim WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0 LIMIT 1`,
  )
  const freeTwins = storage.prepare<[string, string]>(
    `UPDATE job SET hold_reason = ${standingHold} WHERE id IN (SELECT id ${jobsByHash('?')}) AND state = 'queued' AND hold_reason = 'unknown-twin'`,
  )
  const lead = storage.prepare<[number]>('UPDATE job SET follows = 0 WHERE id = ?')
  const holdDear = storage.prepare<[number, string, number]>(
    `UPDATE job SET hold_reason = 'budget' WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0
       AND estimate_micros > ?`,
  )
  const holdFollowers = storage.prepare<[number]>(
    `UPDATE job SET hold_reason = (SELECT leader.hold_reason ${jobsByHash('job.prompt_hash', 'leader')}
       AND leader.batch_id = job.batch_id AND leader.state = 'queued' AND leader.follows = 0)
     WHERE batch_id = ? AND state = 'queued' AND follows = 1 AND hold_reason IS NULL`,
  )
  const release = storage.prepare<[number, string], { held: string | null }>(
    `UPDATE job SET hold_reason = ${standingHold} WHERE batch_id = ? AND state = 'queued' AND hold_reason = ?
     RETURNING hold_reason AS held`,
  )
  const cancelQueued = storage.prepare<[number, number], { tileId: number }>(
    `UPDATE job SET state = 'canceled', hold_reason = NULL, follows = 0, updated_ms = ? WHERE batch_id = ? AND state = 'queued'
     RETURNING tile_id AS tileId`,
  )
  const priority = storage.prepare<[number, number]>(
    `UPDATE job SET priority = ? WHERE batch_id = ? AND state = 'queued'`,
  )
  const onScreen = storage.prepare<[string]>(
    `UPDATE job SET priority = 1 WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued' AND priority = 0`,
  )
  const prioritise = storage.prepare<[number, number]>('UPDATE job SET priority = ? WHERE id = ?')
  const waitingJobs = storage.prepare<[number, string], Job>(
    `SELECT ${jobColumns} FROM job INDEXED BY job_claim WHERE batch_id = ? AND provider = ? AND route = 'live' AND state = 'queued' AND hold_reason IS NULL AND follows = 0`,
  )
  const holdOne = storage.prepare<[string, number]>(`UPDATE job SET hold_reason = ? WHERE id = ? AND state = 'queued'`)
  const unsentAt = storage.prepare<[number, number, string], Job>(
    `SELECT ${jobColumns} FROM job WHERE id >= ? AND id < ? AND provider = ? AND state IN ('queued', 'failed', 'canceled')`,
  )
  const raise = storage.prepare<[number, number, number]>(
    `UPDATE job SET estimate_micros = ?, hold_reason = CASE hold_reason WHEN 'no-price' THEN NULL ELSE hold_reason END
     WHERE id = ? AND state IN ('queued', 'failed', 'canceled') AND coalesce(estimate_micros, -1) < ?`,
  )
  const setBatchPrice = storage.prepare<[number, number]>(
    `UPDATE job SET estimate_micros = ?, hold_reason = CASE hold_reason WHEN 'no-price' THEN NULL ELSE hold_reason END
     WHERE batch_id = ? AND state IN ('queued', 'failed', 'canceled') AND estimate_micros IS NULL`,
  )

  return {
    /** The next job that may go live at a provider, over the given lines in their order; it is not moved yet. */
    next(provider: string, lines: readonly StartLine[]): Job | null {
      const nowMs = clock.now()
      const candidates = lines.flatMap(({ batchId, startId }) => claimable.get(batchId, provider, startId, nowMs) ?? [])
      return candidates.reduce<(Job & { priority: number }) | null>(
        (best, job) => (best === null || job.priority > best.priority ? job : best),
        null,
      )
    },
    /** When the next queued live job of a provider may start, ms since 1970, among those that wait beyond `afterMs`; null for none. */
    nextTryMs: (provider: string, afterMs = -1): number | null => nextTry.get(provider, afterMs)?.ms ?? null,
    /** Providers that anything waits for, by either route, now or after a wait: asked in every turn, in one question. */
    providersWaiting: (): string[] => providersWaiting.all(),
    /** Whether a batch has a job that could start at a provider by either route, now or after a wait. */
    hasWaiting: (batchId: number, provider: string): boolean => waitingAt.get(batchId, provider) !== undefined,
    /** Live jobs that a provider's lane could start, now or after a wait. */
    waitingAt: (batchId: number, provider: string): Job[] => waitingJobs.all(batchId, provider),
    hold: (jobId: number, reason: HoldReason): void => void holdOne.run(reason, jobId),
    holdDearerThan(batchId: number, provider: string, leftMicros: number): number {
      const { changes } = holdDear.run(batchId, provider, leftMicros)
      if (changes > 0) holdFollowers.run(batchId)
      return changes
    },
    /** Jobs that wait for another's picture are held while that one is. */
    holdFollowers: (batchId: number): void => void holdFollowers.run(batchId),
    /** Gives how many may start now: what is held for another reason as well stays held for that one. */
    release: (batchId: number, reason: HoldReason): number =>
      release.all(batchId, reason).filter((row) => row.held === null).length,
    freeTwins: (promptHash: string): void => void freeTwins.run(promptHash, promptHash),
    /** A follower whose leader ended without a picture and without a verdict leads now. */
    lead: (jobId: number): void => void lead.run(jobId),
    cancelQueued: (batchId: number): number[] => cancelQueued.all(clock.now(), batchId).map((row) => row.tileId),
    /** What a person looks at overtakes what she does not. */
    onScreen: (tileIds: readonly number[]): number => onScreen.run(JSON.stringify(tileIds)).changes,
    prioritise: (jobId: number, value: number): void => void prioritise.run(value, jobId),
    setPriority: (batchId: number, value: number): number => priority.run(value, batchId).changes,
    /** What a provider has yet to be sent, held or not, and what it may be sent again: those of these ids, without the last. */
    unsentAt: (provider: string, fromId: number, toId: number): Job[] => unsentAt.all(fromId, toId, provider),
    /** The most that a job can cost is more than was thought; what was held for its price goes on. */
    raiseEstimate: (jobId: number, micros: number): boolean => raise.run(micros, jobId, micros).changes > 0,
    /** The same for one batch: somebody said what its pictures cost when they went on with it. */
    setBatchPrice: (batchId: number, perImageMicros: number): number =>
      setBatchPrice.run(perImageMicros, batchId).changes,
  }
}
