import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'
import type { HoldReason, JobState } from '#shared/job-state.ts'

export interface NewJob {
  readonly batchId: number
  readonly promptId: number
  /** The draft whose place a final shares; null for a draft, which is a place of its own. */
  readonly tileId: number | null
  readonly stage: 'draft' | 'final'
  readonly position: number
  readonly variant: number
  readonly promptHash: string
  readonly request: GenerationRequest
  readonly state: 'queued' | 'failed' | 'done'
  readonly holdReason: HoldReason | null
  /** Waits for an earlier job of the same hash, and takes its picture. */
  readonly follows: boolean
  readonly sourceImageId: number | null
  readonly redrawn: boolean
  readonly estimateMicros: number | null
  readonly currency: string
  readonly error: { code: ErrorCode; message: string } | null
}

export interface Job {
  readonly id: number
  readonly batchId: number
  readonly promptId: number
  readonly tileId: number
  readonly stage: 'draft' | 'final'
  readonly position: number
  readonly variant: number
  readonly provider: string
  readonly model: string
  readonly promptHash: string
  readonly requestJson: string
  readonly state: JobState
  readonly retries: number
  readonly waits: number
  readonly handleJson: string | null
  readonly outputsJson: string | null
  readonly sourceImageId: number | null
  readonly redrawn: number
  readonly estimateMicros: number | null
  readonly currency: string
  readonly updatedMs: number
}

export interface Failure {
  readonly id: number
  readonly tileId: number
  readonly stage: 'draft' | 'final'
  readonly state: 'failed' | 'unknown'
  readonly code: ErrorCode
  readonly message: string
  readonly estimateMicros: number | null
}

const columns = `id, batch_id AS batchId, prompt_id AS promptId, tile_id AS tileId, stage, position, variant, provider, model,
  prompt_hash AS promptHash, request_json AS requestJson, state, retries, waits, handle_json AS handleJson,
  outputs_json AS outputsJson, source_image_id AS sourceImageId, redrawn, estimate_micros AS estimateMicros, currency,
  updated_ms AS updatedMs`

export const requestOf = (job: Job): GenerationRequest => generationRequest.parse(JSON.parse(job.requestJson))

export type Jobs = ReturnType<typeof openJobs>

/** The job table: it is the queue. Every move is one statement that names the states it may leave. */
export function openJobs(storage: Storage, clock: Clock) {
  const nextId = storage.prepare<[], { id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM job')
  const insert = storage.prepare<(string | number | null)[]>(
    `INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash, request_json,
       state, hold_reason, follows, source_image_id, redrawn, estimate_micros, currency, error_code, error_message, updated_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const one = storage.prepare<[number], Job>(`SELECT ${columns} FROM job WHERE id = ?`)
  const claimable = storage.prepare<[number, string, number], Job & { priority: number }>(
    `SELECT ${columns}, priority FROM job INDEXED BY job_claim
     WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0 AND not_before_ms <= ?
       AND NOT EXISTS (SELECT 1 FROM job AS twin WHERE twin.prompt_hash = job.prompt_hash
                       AND twin.state IN ('submitting', 'running', 'saving', 'unknown'))
     ORDER BY priority DESC, position LIMIT 1`,
  )
  const nextTry = storage.prepare<[string, number], { ms: number | null }>(
    `SELECT min(not_before_ms) AS ms FROM job WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0 AND provider = ?
       AND not_before_ms > ?`,
  )
  const waitingAt = storage.prepare<[number, string], { id: number }>(
    `SELECT id FROM job INDEXED BY job_claim WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0 LIMIT 1`,
  )
  const outOf = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job WHERE batch_id = ? AND state IN ('submitting', 'running', 'saving') LIMIT 1`,
  )
  const unfinished = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job WHERE batch_id = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown') LIMIT 1`,
  )
  const failures = storage.prepare<[number], Failure>(
    `SELECT id, tile_id AS tileId, stage, state, error_code AS code, error_message AS message, estimate_micros AS estimateMicros
     FROM job WHERE batch_id = ? AND state IN ('failed', 'unknown') AND dismissed = 0 ORDER BY position`,
  )
  const finalLike = storage.prepare<[number, string], { id: number }>(
    `SELECT id FROM job WHERE tile_id = ? AND stage = 'final' AND prompt_hash = ? AND state NOT IN ('failed', 'canceled') LIMIT 1`,
  )
  const submitting = storage.prepare<[number, number], { id: number }>(
    `UPDATE job SET state = 'submitting', updated_ms = ? WHERE id = ? AND state = 'queued' AND hold_reason IS NULL RETURNING id`,
  )
  const running = storage.prepare<[string, number, number]>(
    `UPDATE job SET state = 'running', handle_json = ?, updated_ms = ? WHERE id = ? AND state IN ('submitting', 'running', 'unknown')`,
  )
  const saving = storage.prepare<[string, number, number]>(
    `UPDATE job SET state = 'saving', outputs_json = ?, updated_ms = ? WHERE id = ? AND state IN ('submitting', 'running', 'unknown')`,
  )
  const done = storage.prepare<[number, number]>(
    `UPDATE job SET state = 'done', hold_reason = NULL, follows = 0, handle_json = NULL, outputs_json = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown')`,
  )
  const failed = storage.prepare<[string, string, number, number]>(
    `UPDATE job SET state = 'failed', error_code = ?, error_message = ?, hold_reason = NULL, follows = 0, handle_json = NULL,
       outputs_json = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown')`,
  )
  const unknown = storage.prepare<[string, string, number, number]>(
    `UPDATE job SET state = 'unknown', error_code = ?, error_message = ?, updated_ms = ?
     WHERE id = ? AND state IN ('submitting', 'running', 'saving')`,
  )
  const requeue = storage.prepare<[number, number, number, number, number]>(
    `UPDATE job SET state = 'queued', retries = ?, waits = ?, not_before_ms = ?, handle_json = NULL, outputs_json = NULL,
       error_code = NULL, error_message = NULL, dismissed = 0, follows = 0, hold_reason = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('submitting', 'running', 'saving', 'failed', 'unknown', 'canceled')`,
  )
  const twins = storage.prepare<[string, number], Job>(
    `SELECT ${columns} FROM job WHERE prompt_hash = ? AND state = 'queued' AND id <> ? ORDER BY id`,
  )
  const withHash = storage.prepare<[string], Job>(`SELECT ${columns} FROM job WHERE prompt_hash = ? ORDER BY id`)
  const unknownTwin = storage.prepare<[string], { id: number }>(
    `SELECT id FROM job WHERE prompt_hash = ? AND state = 'unknown' LIMIT 1`,
  )
  const unknownHashes = storage.prepare<[], { promptHash: string }>(
    // In the words of its index, or every job would be read.
    `SELECT prompt_hash AS promptHash FROM job INDEXED BY job_single_flight
     WHERE state IN ('submitting', 'running', 'saving', 'unknown') AND state = 'unknown'`,
  )
  const holdTwins = storage.prepare<[string]>(
    `UPDATE job SET hold_reason = 'unknown-twin' WHERE prompt_hash = ? AND state = 'queued' AND hold_reason IS NULL`,
  )
  const freeTwins = storage.prepare<[string]>(
    `UPDATE job SET hold_reason = NULL WHERE prompt_hash = ? AND state = 'queued' AND hold_reason = 'unknown-twin'`,
  )
  const lead = storage.prepare<[number]>('UPDATE job SET follows = 0 WHERE id = ?')
  const holdDear = storage.prepare<[number, string, number]>(
    `UPDATE job SET hold_reason = 'budget' WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0
       AND estimate_micros > ?`,
  )
  const holdFollowers = storage.prepare<[number]>(
    `UPDATE job SET hold_reason = (SELECT leader.hold_reason FROM job AS leader WHERE leader.prompt_hash = job.prompt_hash
       AND leader.batch_id = job.batch_id AND leader.state = 'queued' AND leader.follows = 0)
     WHERE batch_id = ? AND state = 'queued' AND follows = 1 AND hold_reason IS NULL`,
  )
  const release = storage.prepare<[number, string]>(
    `UPDATE job SET hold_reason = NULL WHERE batch_id = ? AND state = 'queued' AND hold_reason = ?`,
  )
  const cancelQueued = storage.prepare<[number, number], { tileId: number }>(
    `UPDATE job SET state = 'canceled', hold_reason = NULL, follows = 0, updated_ms = ? WHERE batch_id = ? AND state = 'queued'
     RETURNING tile_id AS tileId`,
  )
  const inState = storage.prepare<[string], Job>(`SELECT ${columns} FROM job WHERE state = ? ORDER BY id`)
  const priority = storage.prepare<[number, number]>(
    `UPDATE job SET priority = ? WHERE batch_id = ? AND state = 'queued'`,
  )
  const lastVariant = storage.prepare<[number], { variant: number | null }>(
    `SELECT max(variant) AS variant FROM job WHERE prompt_id = ? AND stage = 'draft'`,
  )
  const known = storage.prepare<[string], { found: number }>(
    'SELECT EXISTS (SELECT 1 FROM job WHERE prompt_hash = ?) AS found',
  )
  const onScreen = storage.prepare<[string]>(
    `UPDATE job SET priority = 1 WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued' AND priority = 0`,
  )
  const prioritise = storage.prepare<[number, number]>('UPDATE job SET priority = ? WHERE id = ?')
  const dismiss = storage.prepare<[number, number], { batchId: number; tileId: number }>(
    `UPDATE job SET dismissed = 1, updated_ms = ? WHERE id = ? AND state = 'failed' RETURNING batch_id AS batchId, tile_id AS tileId`,
  )
  const replaceRequest = storage.prepare<[string, string, string, string, number | null, number, number]>(
    `UPDATE job SET provider = ?, model = ?, prompt_hash = ?, request_json = ?, estimate_micros = ?, updated_ms = ?
     WHERE id = ? AND state IN ('failed', 'canceled')`,
  )
  const moveTo = storage.prepare<[string, string, string, string, number | null, string, number, number]>(
    `UPDATE job SET state = 'queued', provider = ?, model = ?, prompt_hash = ?, request_json = ?, estimate_micros = ?,
       moved_from = coalesce(moved_from, ?), hold_reason = NULL, retries = 0, not_before_ms = 0, handle_json = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting')`,
  )
  const waitingJobs = storage.prepare<[number, string], Job>(
    `SELECT ${columns} FROM job INDEXED BY job_claim WHERE batch_id = ? AND provider = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0`,
  )
  const lastPosition = storage.prepare<[number], { position: number }>(
    'SELECT coalesce(max(position), -1) AS position FROM job WHERE batch_id = ?',
  )
  const dropBatch = storage.prepare<[number]>('DELETE FROM job WHERE batch_id = ?')
  const setPrice = storage.prepare<[number, string, string]>(
    `UPDATE job SET estimate_micros = ?, hold_reason = CASE hold_reason WHEN 'no-price' THEN NULL ELSE hold_reason END
     WHERE provider = ? AND model = ? AND state = 'queued' AND estimate_micros IS NULL`,
  )
  const setBatchPrice = storage.prepare<[number, number]>(
    `UPDATE job SET estimate_micros = ?, hold_reason = CASE hold_reason WHEN 'no-price' THEN NULL ELSE hold_reason END
     WHERE batch_id = ? AND state = 'queued' AND estimate_micros IS NULL`,
  )

  return {
    get: (jobId: number): Job | null => one.get(jobId) ?? null,
    nextId: (): number => nextId.get()?.id ?? 1,
    nextPosition: (batchId: number): number => (lastPosition.get(batchId)?.position ?? -1) + 1,

    /** Inside the caller's transaction; `jobId` comes from `nextId`, counted up. */
    add(jobId: number, job: NewJob): void {
      insert.run(
        jobId,
        job.batchId,
        job.promptId,
        job.tileId ?? jobId,
        job.stage,
        job.position,
        job.variant,
        job.request.provider,
        job.request.model,
        job.promptHash,
        JSON.stringify(job.request),
        job.state,
        job.holdReason,
        job.follows ? 1 : 0,
        job.sourceImageId,
        job.redrawn ? 1 : 0,
        job.estimateMicros,
        job.currency,
        job.error?.code ?? null,
        job.error?.message ?? null,
        clock.now(),
      )
    },

    /** The next job that may start at a provider, over the given batches in their order; it is not moved yet. */
    next(provider: string, batchIds: readonly number[]): Job | null {
      const candidates = batchIds.flatMap((batchId) => claimable.get(batchId, provider, clock.now()) ?? [])
      return candidates.reduce<(Job & { priority: number }) | null>(
        (best, job) => (best === null || job.priority > best.priority ? job : best),
        null,
      )
    },
    /** When the next queued job of a provider may start, ms since 1970, among those that wait beyond `afterMs`; null for none. */
    nextTryMs: (provider: string, afterMs = -1): number | null => nextTry.get(provider, afterMs)?.ms ?? null,

    /** Whether a batch has a job that a provider's lane could start, now or after a wait. */
    hasWaiting: (batchId: number, provider: string): boolean => waitingAt.get(batchId, provider) !== undefined,
    /** Whether a request of this batch is out, or its reply is being saved. */
    isOut: (batchId: number): boolean => outOf.get(batchId) !== undefined,
    isUnfinished: (batchId: number): boolean => unfinished.get(batchId) !== undefined,
    /** The failure list of a batch, unknown outcomes included, in the order of the sheet. */
    failures: (batchId: number): Failure[] => failures.all(batchId),

    /** Whether a tile has, or is getting, a final made by exactly this request. */
    hasFinal: (tileId: number, promptHash: string): boolean => finalLike.get(tileId, promptHash) !== undefined,

    toSubmitting: (jobId: number): boolean => submitting.get(clock.now(), jobId) !== undefined,
    toRunning: (jobId: number, handleJson: string): boolean => running.run(handleJson, clock.now(), jobId).changes > 0,
    toSaving: (jobId: number, outputsJson: string): boolean => saving.run(outputsJson, clock.now(), jobId).changes > 0,
    toDone: (jobId: number): boolean => done.run(clock.now(), jobId).changes > 0,
    toFailed: (jobId: number, code: ErrorCode, message: string): boolean =>
      failed.run(code, message, clock.now(), jobId).changes > 0,
    /** Its twins in every batch are held until a person says what becomes of it. */
    toUnknown(job: Job, message: string): boolean {
      const moved = unknown.run('outcome-unknown', message, clock.now(), job.id).changes > 0
      if (moved) holdTwins.run(job.promptHash)
      return moved
    },
    /** Back to the queue, not before a time; `retries` and `waits` are what it has used up by then. */
    toQueued: (jobId: number, again: { retries: number; waits: number; notBeforeMs: number }): boolean =>
      requeue.run(again.retries, again.waits, again.notBeforeMs, clock.now(), jobId).changes > 0,

    /** Queued jobs anywhere that ask for exactly the same. */
    twins: (promptHash: string, exceptJobId: number): Job[] => twins.all(promptHash, exceptJobId),
    /** Every job that asks for exactly this, in any state. */
    withHash: (promptHash: string): Job[] => withHash.all(promptHash),
    /** Of every request whose outcome nobody knows: asked once for many jobs. */
    unknownHashes: (): ReadonlySet<string> => new Set(unknownHashes.all().map((row) => row.promptHash)),
    hasUnknown: (promptHash: string): boolean => unknownTwin.get(promptHash) !== undefined,
    freeTwins: (promptHash: string): void => void freeTwins.run(promptHash),
    /** A follower whose leader ended without a picture and without a verdict leads now. */
    lead: (jobId: number): void => void lead.run(jobId),

    holdDearerThan(batchId: number, provider: string, leftMicros: number): number {
      const { changes } = holdDear.run(batchId, provider, leftMicros)
      if (changes > 0) holdFollowers.run(batchId)
      return changes
    },
    /** Jobs that wait for another's picture are held while that one is. */
    holdFollowers: (batchId: number): void => void holdFollowers.run(batchId),
    release: (batchId: number, reason: HoldReason): number => release.run(batchId, reason).changes,
    cancelQueued: (batchId: number): number[] => cancelQueued.all(clock.now(), batchId).map((row) => row.tileId),
    inState: (state: JobState): Job[] => inState.all(state),
    lastVariant: (promptId: number): number => lastVariant.get(promptId)?.variant ?? 0,
    /** Whether anybody in this library ever asked for exactly this. */
    isKnown: (promptHash: string): boolean => known.get(promptHash)?.found === 1,
    /** What a person looks at overtakes what she does not. */
    onScreen: (tileIds: readonly number[]): number => onScreen.run(JSON.stringify(tileIds)).changes,
    prioritise: (jobId: number, value: number): void => void prioritise.run(value, jobId),
    setPriority: (batchId: number, value: number): number => priority.run(value, batchId).changes,
    dismiss: (jobId: number): { batchId: number; tileId: number } | null => dismiss.get(clock.now(), jobId) ?? null,
    /** Another wish in the same place: the job keeps its tile and gets a new hash. */
    replaceRequest: (
      jobId: number,
      request: GenerationRequest,
      promptHash: string,
      estimateMicros: number | null,
    ): boolean =>
      replaceRequest.run(
        request.provider,
        request.model,
        promptHash,
        JSON.stringify(request),
        estimateMicros,
        clock.now(),
        jobId,
      ).changes > 0,
    /** The same place, asked of another model: the tile keeps the name of the one it was meant for. */
    moveTo: (
      jobId: number,
      request: GenerationRequest,
      promptHash: string,
      estimateMicros: number | null,
      from: string,
    ): boolean =>
      moveTo.run(
        request.provider,
        request.model,
        promptHash,
        JSON.stringify(request),
        estimateMicros,
        from,
        clock.now(),
        jobId,
      ).changes > 0,
    /** Jobs that a provider's lane could start, now or after a wait. */
    waitingAt: (batchId: number, provider: string): Job[] => waitingJobs.all(batchId, provider),
    dropBatch: (batchId: number): void => void dropBatch.run(batchId),
    setPrice: (provider: string, model: string, perImageMicros: number): number =>
      setPrice.run(perImageMicros, provider, model).changes,
    /** The same for one batch: somebody said what its pictures cost when they went on with it. */
    setBatchPrice: (batchId: number, perImageMicros: number): number =>
      setBatchPrice.run(perImageMicros, batchId).changes,
  }
}
