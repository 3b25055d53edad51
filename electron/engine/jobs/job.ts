import type { Route } from '#shared/contract/wishes.ts'
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
  /** Absent: live. */
  readonly route?: Route
  /** When it may start, as `addStart` gave it; absent or 0: at once. */
  readonly startId?: number
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
  readonly route: Route
  /** The remote batch that it is, or last was, in; null for one that goes live, or waits. */
  readonly remoteBatchId: number | null
}

export interface Failure {
  readonly id: number
  readonly tileId: number
  readonly stage: 'draft' | 'final'
  readonly state: 'failed' | 'unknown'
  readonly code: ErrorCode
  readonly message: string
  readonly estimateMicros: number | null
  readonly provider: string
  readonly model: string
  readonly route: Route
}

/** Every column of `Job`, under its name there. */
export const jobColumns = `id, batch_id AS batchId, prompt_id AS promptId, tile_id AS tileId, stage, position, variant, provider, model,
  prompt_hash AS promptHash, request_json AS requestJson, state, retries, waits, handle_json AS handleJson,
  outputs_json AS outputsJson, source_image_id AS sourceImageId, redrawn, estimate_micros AS estimateMicros, currency,
  updated_ms AS updatedMs, route, remote_batch_id AS remoteBatchId`

/** The stored request of a job. */
export const requestOf = (job: Job): GenerationRequest => generationRequest.parse(JSON.parse(job.requestJson))
