import type { Clock, Storage } from '#engine/storage/storage.ts'
import { openByHash } from './by-hash.ts'
import { openEarlierTiles } from './earlier-tiles.ts'
import type { NewJob } from './job.ts'
import { openLine } from './line.ts'
import { openMoves } from './moves.ts'
import { openReads } from './reads.ts'
import { openRemoteJobs } from './remote-jobs.ts'
import { openStarts } from './starts.ts'
import { openSteps } from './steps.ts'

export { hashStart } from './by-hash.ts'
export { type Failure, type Job, type NewJob, requestOf } from './job.ts'
export type { StartLine } from './starts.ts'
export type { PlannedStep } from './steps.ts'

export type Jobs = ReturnType<typeof openJobs>

/** The job table: it is the queue. */
export function openJobs(storage: Storage, clock: Clock) {
  const insert = storage.prepare<(string | number | null)[]>(
    `INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash, request_json,
       state, hold_reason, follows, source_image_id, redrawn, estimate_micros, currency, error_code, error_message, route, start_id,
       updated_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byHash = openByHash(storage)
  const dropBatch = storage.prepare<[number]>('DELETE FROM job WHERE batch_id = ?')
  const dropStarts = storage.prepare<[number]>('DELETE FROM run_start WHERE batch_id = ?')

  return {
    ...openReads(storage),
    ...openLine(storage, clock),
    ...openMoves(storage, clock),
    ...openEarlierTiles(storage, clock),
    ...openSteps(storage),
    ...openStarts(storage),
    ...openRemoteJobs(storage, clock),
    ...byHash,

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
        job.route ?? 'live',
        job.startId ?? 0,
        clock.now(),
      )
    },
    dropBatch(batchId: number): void {
      dropBatch.run(batchId)
      dropStarts.run(batchId)
      byHash.allListed(batchId)
    },
  }
}
