import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { ErrorCode } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { jobsByHash, unknownTwin } from './by-hash.ts'
import { openEarlierWishes } from './earlier-wishes.ts'
import type { Job } from './job.ts'
import { standingHold } from './line.ts'

/** Every move of a job from state to state: one statement each, which names the states that it may leave. */
export function openMoves(storage: Storage, clock: Clock) {
  const submitting = storage.prepare<[number, number], { id: number }>(
    `UPDATE job SET state = 'submitting', updated_ms = ? WHERE id = ? AND state = 'queued' AND hold_reason IS NULL RETURNING id`,
  )
  const running = storage.prepare<[string, number, number]>(
    `UPDATE job SET state = 'running', handle_json = ?, error_code = NULL, error_message = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('submitting', 'running', 'unknown')`,
  )
  const saving = storage.prepare<[string, number, number]>(
    `UPDATE job SET state = 'saving', outputs_json = ?, error_code = NULL, error_message = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('submitting', 'running', 'unknown')`,
  )
  const done = storage.prepare<[number, number]>(
    `UPDATE job SET state = 'done', hold_reason = NULL, follows = 0, handle_json = NULL, outputs_json = NULL,
       error_code = NULL, error_message = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown')`,
  )
  const canceled = storage.prepare<[number, number]>(
    `UPDATE job SET state = 'canceled', hold_reason = NULL, follows = 0, handle_json = NULL, outputs_json = NULL,
       error_code = NULL, error_message = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting', 'running', 'unknown')`,
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
       error_code = NULL, error_message = NULL, dismissed = 0, follows = 0, remote_batch_id = NULL,
       hold_reason = ${standingHold}, updated_ms = ?
     WHERE id = ? AND state IN ('submitting', 'running', 'saving', 'failed', 'unknown', 'canceled')`,
  )
  const holdTwins = storage.prepare<[string, string]>(
    `UPDATE job SET hold_reason = 'unknown-twin' WHERE id IN (SELECT id ${jobsByHash('?')}) AND state = 'queued' AND hold_reason IS NULL`,
  )
  const dismiss = storage.prepare<[number, number], { batchId: number; tileId: number }>(
    `UPDATE job SET dismissed = 1, updated_ms = ? WHERE id = ? AND state = 'failed' RETURNING batch_id AS batchId, tile_id AS tileId`,
  )
  const wishes = openEarlierWishes(storage)
  const replaceRequest = storage.prepare<[number, string, string, string, string, number | null, number, number]>(
    `UPDATE job SET prompt_id = ?, provider = ?, model = ?, prompt_hash = ?, request_json = ?, estimate_micros = ?, updated_ms = ?
     WHERE id = ? AND state IN ('failed', 'canceled')`,
  )
  const unknownBeside = storage.prepare<[string, number], { id: number }>(
    `SELECT twin.id ${unknownTwin('?')} AND twin.id <> ? LIMIT 1`,
  )
  const moveTo = storage.prepare<(string | number | null)[]>(
    `UPDATE job SET state = 'queued', provider = ?, model = ?, prompt_hash = ?, request_json = ?, estimate_micros = ?,
       moved_from = coalesce(moved_from, ?), hold_reason = ?, retries = 0, not_before_ms = 0, handle_json = NULL, route = 'live',
       remote_batch_id = NULL, updated_ms = ?
     WHERE id = ? AND state IN ('queued', 'submitting', 'running')`,
  )

  return {
    toSubmitting: (jobId: number): boolean => submitting.get(clock.now(), jobId) !== undefined,
    toRunning: (jobId: number, handleJson: string): boolean => running.run(handleJson, clock.now(), jobId).changes > 0,
    toSaving: (jobId: number, outputsJson: string): boolean => saving.run(outputsJson, clock.now(), jobId).changes > 0,
    toDone: (jobId: number): boolean => done.run(clock.now(), jobId).changes > 0,
    /** Somebody stopped it at the far end. */
    toCanceled: (jobId: number): boolean => canceled.run(clock.now(), jobId).changes > 0,
    toFailed: (jobId: number, code: ErrorCode, message: string): boolean =>
      failed.run(code, message, clock.now(), jobId).changes > 0,
    /** Its twins in every batch are held until a person says what becomes of it. */
    toUnknown(job: Job, message: string): boolean {
      const moved = unknown.run('outcome-unknown', message, clock.now(), job.id).changes > 0
      if (moved) holdTwins.run(job.promptHash, job.promptHash)
      return moved
    },
    /** Back to the queue, not before a time; `retries` and `waits` are what it has used up by then. */
    toQueued: (jobId: number, again: { retries: number; waits: number; notBeforeMs: number }): boolean =>
      requeue.run(again.retries, again.waits, again.notBeforeMs, clock.now(), jobId).changes > 0,
    /** What waits for exactly this is held: its outcome is unknown in another batch. */
    holdTwins: (promptHash: string): void => void holdTwins.run(promptHash, promptHash),
    dismiss: (jobId: number): { batchId: number; tileId: number } | null => dismiss.get(clock.now(), jobId) ?? null,
    /** Another wish in the same place: the job keeps its tile and gets a new hash; the one before is kept beside it. */
    replaceRequest(
      job: Job,
      wish: { request: GenerationRequest; promptId: number; promptHash: string; estimateMicros: number | null },
    ): boolean {
      wishes.keep(job.id, 'edited')
      const { request } = wish
      return (
        replaceRequest.run(
          wish.promptId,
          request.provider,
          request.model,
          wish.promptHash,
          JSON.stringify(request),
          wish.estimateMicros,
          clock.now(),
          job.id,
        ).changes > 0
      )
    },
    takeEditBack: (jobId: number): boolean => wishes.takeEditBack(jobId, clock.now()),
    /** The same place, asked of another model: the tile keeps the name of the one it was meant for. */
    moveTo(
      jobId: number,
      request: GenerationRequest,
      promptHash: string,
      estimateMicros: number | null,
      from: string,
    ): boolean {
      wishes.keep(jobId, 'moved')
      const moved = moveTo.run(
        request.provider,
        request.model,
        promptHash,
        JSON.stringify(request),
        estimateMicros,
        from,
        unknownBeside.get(promptHash, jobId) ? 'unknown-twin' : estimateMicros === null ? 'no-price' : null,
        clock.now(),
        jobId,
      )
      return moved.changes > 0
    },
  }
}
