import type { Storage } from '#engine/storage/storage.ts'
import type { EarlierWish } from '#shared/contract/tiles.ts'
import { isErrorCode } from '#shared/errors.ts'

interface Row extends Omit<EarlierWish, 'failure'> {
  readonly code: string | null
  readonly message: string | null
}

/** What a tile asked for before it was asked again in another way, the newest first. SELECT only. */
export function openEarlier(storage: Storage): (tileId: number) => EarlierWish[] {
  // The attempts in the ledger are counted through all wishes of a job: each wish has those after the wish before it.
  const rows = storage.prepare<[number], Row>(
    `WITH wish AS (
       SELECT *, coalesce(lag(last_attempt) OVER (ORDER BY id), 0) AS before FROM earlier_wish WHERE job_id = ?
     )
     SELECT wish.request_json ->> '$.prompt' AS prompt, wish.request_json ->> '$.provider' AS provider,
       wish.request_json ->> '$.model' AS model, wish.because, coalesce(max(ledger.ended_ms), wish.asked_ms) AS endedMs,
       coalesce(wish.error_code, (SELECT outcome FROM ledger AS last WHERE last.job_id = wish.job_id AND last.attempt = wish.last_attempt
         AND wish.last_attempt > wish.before)) AS code,
       wish.error_message AS message, count(ledger.id) FILTER (WHERE ledger.state <> 'unsent') AS requests,
       coalesce(sum(ledger.settled_micros), 0) AS settledMicros, job.currency
     FROM wish JOIN job ON job.id = wish.job_id
     LEFT JOIN ledger ON ledger.job_id = wish.job_id AND ledger.attempt > wish.before AND ledger.attempt <= wish.last_attempt
     GROUP BY wish.id ORDER BY wish.id DESC`,
  )
  return (tileId) =>
    rows.all(tileId).map(({ code, message, ...wish }) => ({
      ...wish,
      failure: code !== null && isErrorCode(code) ? { code, message: message ?? '' } : null,
    }))
}
