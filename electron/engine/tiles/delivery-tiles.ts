import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'
import type { HoldReason, JobState } from '#shared/job-state.ts'
import { isInSheet } from './filter.ts'

/** A tile that has no picture (yet), with why. */
export interface TileWithoutPicture {
  readonly tileId: number
  readonly state: JobState
  readonly holdReason: HoldReason | null
  readonly errorMessage: string | null
  readonly row: number
  readonly line: number
  readonly clientId: string | null
  readonly variant: number
  readonly prompt: string
  readonly promptHash: string
  readonly request: GenerationRequest
  readonly columns: Readonly<Record<string, string>>
}

interface Row extends Omit<TileWithoutPicture, 'request' | 'columns'> {
  readonly requestJson: string
  readonly columnsJson: string
}

const sheetColumns = z.record(z.string(), z.string())

/** What a manifest says beside the pictures: the places of the sheet, and its own hash. SELECT only. */
export function openDeliveryTiles(storage: Storage) {
  const order = storage.prepare<[number], { id: number }>(
    `SELECT id FROM job WHERE batch_id = ? AND stage = 'draft' AND ${isInSheet('job.id')} ORDER BY position`,
  )
  const empty = storage.prepare<[number], Row>(
    `SELECT job.id AS tileId, job.state, job.hold_reason AS holdReason, job.error_message AS errorMessage, prompt.row,
       prompt.line, prompt.client_id AS clientId, job.variant, prompt.text AS prompt, job.prompt_hash AS promptHash,
       job.request_json AS requestJson, prompt.columns_json AS columnsJson
     FROM job JOIN prompt ON prompt.id = job.prompt_id
     WHERE job.batch_id = ? AND job.stage = 'draft' AND ${isInSheet('job.id')}
       AND NOT EXISTS (SELECT 1 FROM image WHERE image.tile_id = job.id AND image.output_index = 0)
     ORDER BY job.position`,
  )
  const sheet = storage.prepare<[number], { name: string; sha256: string }>(
    'SELECT sheet.name, sheet.sha256 FROM batch JOIN sheet ON sheet.id = batch.sheet_id WHERE batch.id = ?',
  )
  return {
    /** Every tile of a batch in the order of the sheet. */
    order: (batchId: number): number[] => order.all(batchId).map((row) => row.id),
    withoutPicture: (batchId: number): TileWithoutPicture[] =>
      empty.all(batchId).map(({ requestJson, columnsJson, ...row }) => ({
        ...row,
        request: generationRequest.parse(JSON.parse(requestJson)),
        columns: sheetColumns.parse(JSON.parse(columnsJson)),
      })),
    /** The sheet that a batch was made from; null where there is no such batch. */
    sheet: (batchId: number): { name: string; sha256: string } | null => sheet.get(batchId) ?? null,
  }
}
