import { z } from 'zod'
import { hashStart } from '#engine/jobs/jobs.ts'
import type { Storage } from '#engine/storage/storage.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'
import { isInSheet } from './filter.ts'

/** A picture that a delivery could write, with everything its name and the manifest say of it. */
export interface Deliverable {
  readonly imageId: number
  readonly tileId: number
  readonly stage: 'draft' | 'final'
  readonly decision: 'undecided' | 'approved' | 'rejected'
  readonly rating: number
  readonly label: 'red' | 'yellow' | 'green' | 'blue' | null
  readonly row: number
  readonly line: number
  readonly clientId: string | null
  readonly variant: number
  readonly prompt: string
  readonly promptHash: string
  readonly request: GenerationRequest
  readonly columns: Readonly<Record<string, string>>
  readonly sha256: string
  readonly format: string
  readonly width: number
  readonly height: number
  readonly byteLength: number
  /** CRC-32 of its bytes; null where nobody has counted it yet. */
  readonly crc32: number | null
  readonly seed: number | null
  readonly provider: string
  readonly model: string
  readonly sourceImageId: number | null
  /** SHA-256 of the draft that a final was made from. */
  readonly sourceSha256: string | null
  /** The requests before the last, where a final was made in several: each gave the picture that the next starts from. */
  readonly steps: readonly RecordedStep[]
  readonly redrawn: boolean
  readonly settledMicros: number
  readonly currency: string
  readonly createdMs: number
}

/** A request and what it gave. */
export interface RecordedStep {
  readonly promptHash: string
  readonly request: GenerationRequest
  readonly sha256: string
}

interface Row extends Omit<Deliverable, 'request' | 'columns' | 'redrawn' | 'steps'> {
  readonly requestJson: string
  readonly columnsJson: string
  readonly redrawn: number
}

/** A final has three further steps at most. */
const mostSteps = 3

/** A request whose first answer was this picture. */
export const gaveSql = `SELECT job.prompt_hash AS promptHash, job.request_json AS requestJson FROM cache_entry
  CROSS JOIN job_by_hash ON hash_start = ${hashStart('cache_entry.prompt_hash')}
  CROSS JOIN job ON job.id = job_id AND job.prompt_hash = cache_entry.prompt_hash WHERE cache_entry.blob_sha256 = ? LIMIT 1`

const sheetColumns = z.record(z.string(), z.string())

/** Every image of a batch that could be delivered, in the order of the sheet, drafts before their finals. */
export function openDeliverables(storage: Storage) {
  const rows = storage.prepare<[number], Row>(
    `SELECT image.id AS imageId, image.tile_id AS tileId, image.stage, image.decision, image.rating, image.label,
       prompt.row, prompt.line, prompt.client_id AS clientId, tile.variant, prompt.text AS prompt, job.prompt_hash AS promptHash,
       job.request_json AS requestJson, prompt.columns_json AS columnsJson, blob.sha256, blob.format, blob.width,
       blob.height, blob.byte_length AS byteLength, blob.crc32, image.seed, image.provider, image.model,
       image.source_image_id AS sourceImageId, source.blob_sha256 AS sourceSha256, image.redrawn,
       image.settled_micros AS settledMicros, image.currency, image.created_ms AS createdMs
     FROM image JOIN blob ON blob.sha256 = image.blob_sha256 JOIN job ON job.id = image.job_id
     JOIN job AS tile ON tile.id = image.tile_id JOIN prompt ON prompt.id = image.prompt_id
     LEFT JOIN image AS source ON source.id = image.source_image_id
     WHERE image.batch_id = ? AND image.output_index = 0 AND ${isInSheet('image.tile_id')} ORDER BY tile.position, image.stage, image.id`,
  )
  const gave = storage.prepare<[string], { promptHash: string; requestJson: string }>(gaveSql)

  /** From the picture that the last request started from back to the draft, or to a picture that no request gave. */
  function stepsBefore(request: GenerationRequest, draftSha256: string | null): RecordedStep[] {
    const steps: RecordedStep[] = []
    let sha256 = request.source?.sha256 ?? null
    while (draftSha256 !== null && sha256 !== null && sha256 !== draftSha256 && steps.length < mostSteps) {
      const found = gave.get(sha256)
      if (!found) break
      const step = generationRequest.parse(JSON.parse(found.requestJson))
      steps.unshift({ promptHash: found.promptHash, request: step, sha256 })
      sha256 = step.source?.sha256 ?? null
    }
    return steps
  }

  return (batchId: number): Deliverable[] =>
    rows.all(batchId).map(({ requestJson, columnsJson, redrawn, ...row }) => {
      const request = generationRequest.parse(JSON.parse(requestJson))
      return {
        ...row,
        redrawn: redrawn === 1,
        request,
        steps: row.stage === 'final' ? stepsBefore(request, row.sourceSha256) : [],
        columns: sheetColumns.parse(JSON.parse(columnsJson)),
      }
    })
}
