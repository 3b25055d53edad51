import type { Storage } from '#engine/storage/storage.ts'

/** What jobs asked for before they were asked again in other words or of another model. Inside the caller's transaction. */
export function openEarlierWishes(storage: Storage) {
  const keep = storage.prepare<[string, number]>(
    `INSERT INTO earlier_wish (job_id, prompt_id, prompt_hash, request_json, estimate_micros, moved_from, state, error_code,
       error_message, because, asked_ms, last_attempt)
     SELECT id, prompt_id, prompt_hash, request_json, estimate_micros, moved_from, state, error_code, error_message, ?,
       updated_ms, coalesce((SELECT max(attempt) FROM ledger WHERE ledger.job_id = job.id), 0)
     FROM job WHERE id = ? AND state IN ('queued', 'submitting', 'running', 'failed', 'canceled')`,
  )
  const newestEdit = storage.prepare<[number], { id: number; attempt: number; lastAttempt: number }>(
    `SELECT id, last_attempt AS attempt,
       coalesce((SELECT max(attempt) FROM ledger WHERE ledger.job_id = earlier_wish.job_id), 0) AS lastAttempt
     FROM earlier_wish WHERE job_id = ? AND because = 'edited' ORDER BY id DESC LIMIT 1`,
  )
  const restore = storage.prepare<[number, number]>(
    `UPDATE job SET prompt_id = wish.prompt_id, prompt_hash = wish.prompt_hash, request_json = wish.request_json,
       provider = wish.request_json ->> '$.provider', model = wish.request_json ->> '$.model',
       estimate_micros = wish.estimate_micros, moved_from = wish.moved_from, state = wish.state,
       error_code = wish.error_code, error_message = wish.error_message, hold_reason = NULL, follows = 0, updated_ms = ?
     FROM earlier_wish AS wish
     WHERE wish.id = ? AND job.id = wish.job_id AND job.state IN ('queued', 'failed', 'canceled')`,
  )
  const forget = storage.prepare<[number]>('DELETE FROM earlier_wish WHERE id = ?')

  return {
    /** Keeps what a job asks for now, and how that ended. */
    keep: (jobId: number, because: 'edited' | 'moved'): void => void keep.run(because, jobId),

    /**
     * The newest edit never was: the job is as before it, and waits for nothing. Where it was sent meanwhile, that stays
     * in the list of what was tried. False where the job is out, has its picture, or was never edited.
     */
    takeEditBack(jobId: number, nowMs: number): boolean {
      const edit = newestEdit.get(jobId)
      if (!edit) return false
      const wasSent = edit.lastAttempt > edit.attempt
      if (wasSent) keep.run('edited', jobId)
      const isBack = restore.run(nowMs, edit.id).changes > 0
      if (isBack && !wasSent) forget.run(edit.id)
      return isBack
    },
  }
}
