import type { Storage } from '#engine/storage/storage.ts'
import { jobsByHash, unknownTwin } from './by-hash.ts'
import { type Failure, type Job, jobColumns } from './job.ts'

/** The states of the index that refuses a second request of the same wish. */
type InFlight = 'submitting' | 'running' | 'saving' | 'unknown'

/** What the job table says, without changing it. */
export function openReads(storage: Storage) {
  const nextId = storage.prepare<[], { id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM job')
  const one = storage.prepare<[number], Job>(`SELECT ${jobColumns} FROM job WHERE id = ?`)
  const outOf = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job WHERE batch_id = ? AND state IN ('submitting', 'running', 'saving') LIMIT 1`,
  )
  const aloneOf = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job INDEXED BY job_followed WHERE batch_id = ? AND state IN ('submitting', 'running', 'saving')
       AND state IN ('submitting', 'running', 'saving', 'unknown') AND remote_batch_id IS NULL LIMIT 1`,
  )
  const unfinished = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job WHERE batch_id = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown') LIMIT 1`,
  )
  const unfinishedAt = storage
    .prepare<[string], number>(
      `SELECT count(*) FROM job WHERE provider = ? AND state IN ('queued', 'submitting', 'running', 'saving', 'unknown')`,
    )
    .pluck()
  const failures = storage.prepare<[number], Failure>(
    `SELECT id, tile_id AS tileId, stage, state, error_code AS code, error_message AS message, estimate_micros AS estimateMicros,
       provider, model, route
     FROM job WHERE batch_id = ? AND state IN ('failed', 'unknown') AND dismissed = 0
       AND (state = 'unknown' OR NOT EXISTS (SELECT 1 FROM earlier_tile WHERE earlier_tile.tile_id = job.tile_id)) ORDER BY position`,
  )
  const finalLike = storage.prepare<[number, string, string], { id: number }>(
    `SELECT id FROM job WHERE tile_id = ? AND stage = 'final' AND prompt_hash = ? AND state NOT IN ('failed', 'canceled')
       AND coalesce((SELECT chain FROM job_step WHERE job_step.job_id = job.id AND step = 1), '') = ?
       AND NOT EXISTS (SELECT 1 FROM job_step JOIN job AS later ON later.id = job_step.job_id
                       WHERE job_step.first_job_id = job.id AND later.state IN ('failed', 'canceled')) LIMIT 1`,
  )
  const twins = storage.prepare<[string, string, number], Job>(
    `SELECT ${jobColumns} ${jobsByHash('?')} AND state = 'queued' AND id <> ? ORDER BY job_id`,
  )
  const withHash = storage.prepare<[string, string], Job>(`SELECT ${jobColumns} ${jobsByHash('?')} ORDER BY job_id`)
  const unknown = storage.prepare<[string], { id: number }>(`SELECT twin.id ${unknownTwin('?')} LIMIT 1`)
  const unknownHashes = storage.prepare<[], { promptHash: string }>(
    // In the words of its index, or every job would be read.
    `SELECT prompt_hash AS promptHash FROM job INDEXED BY job_single_flight
     WHERE state IN ('submitting', 'running', 'saving', 'unknown') AND state = 'unknown'`,
  )
  const followed = storage.prepare<[string], Job>(
    // In the words of its index: beside 50,000 jobs in remote batches, the few that are followed by themselves.
    `SELECT ${jobColumns} FROM job INDEXED BY job_followed WHERE state = ? AND state IN ('submitting', 'running', 'saving', 'unknown')
       AND remote_batch_id IS NULL ORDER BY id`,
  )
  const lastVariant = storage.prepare<[number], { variant: number | null }>(
    `SELECT max(variant) AS variant FROM job WHERE prompt_id = ? AND stage = 'draft'`,
  )
  const known = storage.prepare<[string, string], { found: number }>(
    `SELECT EXISTS (SELECT 1 ${jobsByHash('?')}) AS found`,
  )
  const lastPosition = storage.prepare<[number], { position: number }>(
    'SELECT coalesce(max(position), -1) AS position FROM job WHERE batch_id = ?',
  )

  return {
    get: (jobId: number): Job | null => one.get(jobId) ?? null,
    nextId: (): number => nextId.get()?.id ?? 1,
    nextPosition: (batchId: number): number => (lastPosition.get(batchId)?.position ?? -1) + 1,
    /** Whether a request of this batch is out, or its reply is being saved. */
    isOut: (batchId: number): boolean => outOf.get(batchId) !== undefined,
    /** The same, remote batches left aside. */
    isOutAlone: (batchId: number): boolean => aloneOf.get(batchId) !== undefined,
    isUnfinished: (batchId: number): boolean => unfinished.get(batchId) !== undefined,
    /** Jobs of a provider, in any batch, that may still come to something. */
    unfinishedAt: (provider: string): number => unfinishedAt.get(provider) ?? 0,
    /** The failure list of a batch, unknown outcomes included, in the order of the sheet. */
    failures: (batchId: number): Failure[] => failures.all(batchId),
    /** Whether a tile has, or is getting, a final made by exactly this request and, with a `chain`, its further steps. */
    hasFinal: (tileId: number, promptHash: string, chain: string | null): boolean =>
      finalLike.get(tileId, promptHash, chain ?? '') !== undefined,
    /** Queued jobs anywhere that ask for exactly the same. */
    twins: (promptHash: string, exceptJobId: number): Job[] => twins.all(promptHash, promptHash, exceptJobId),
    /** Every job that asks for exactly this, in any state. */
    withHash: (promptHash: string): Job[] => withHash.all(promptHash, promptHash),
    /** Of every request whose outcome nobody knows: asked once for many jobs. */
    unknownHashes: (): ReadonlySet<string> => new Set(unknownHashes.all().map((row) => row.promptHash)),
    hasUnknown: (promptHash: string): boolean => unknown.get(promptHash) !== undefined,
    /** Those that are out by themselves, or were: not in a remote batch. */
    outAlone: (state: InFlight): Job[] => followed.all(state),
    lastVariant: (promptId: number): number => lastVariant.get(promptId)?.variant ?? 0,
    /** Whether anybody in this library ever asked for exactly this. */
    isKnown: (promptHash: string): boolean => known.get(promptHash, promptHash)?.found === 1,
  }
}
