import type { Image, Tile } from '#shared/contract/tiles.ts'

/** A tile as the database gives it, for `tileColumns`. */
export interface TileRow
  extends Pick<
    Tile,
    | 'id'
    | 'batchId'
    | 'promptId'
    | 'row'
    | 'variant'
    | 'prompt'
    | 'provider'
    | 'model'
    | 'width'
    | 'height'
    | 'state'
    | 'holdReason'
    | 'estimateMicros'
    | 'currency'
    | 'movedFrom'
    | 'operation'
    | 'noLonger'
  > {
  readonly clientId: string | null
  readonly errorCode: NonNullable<Tile['failure']>['code'] | null
  readonly errorMessage: string | null
  readonly dismissed: number
  readonly route: 'live' | 'batch'
  readonly remoteBatchId: number | null
  readonly columnsJson: string
  readonly sourceSha256: string | null
  /** JSON: the pictures beside the source; `[]` for none. */
  readonly referencesJson: string
}

export const tileColumns = `job.id, job.batch_id AS batchId, job.prompt_id AS promptId, prompt.row, job.variant,
  prompt.client_id AS clientId, job.request_json ->> '$.prompt' AS prompt, job.provider, job.model,
  job.request_json ->> '$.operation' AS operation, job.request_json ->> '$.source.sha256' AS sourceSha256,
  job.request_json ->> '$.references' AS referencesJson,
  job.request_json ->> '$.width' AS width, job.request_json ->> '$.height' AS height, job.state,
  job.hold_reason AS holdReason, job.error_code AS errorCode, job.error_message AS errorMessage, job.dismissed, job.moved_from AS movedFrom,
  job.route, job.remote_batch_id AS remoteBatchId,
  job.estimate_micros AS estimateMicros, job.currency, prompt.columns_json AS columnsJson,
  (SELECT kind FROM earlier_tile WHERE earlier_tile.tile_id = job.id) AS noLonger`

/** An image as the database gives it, for `imageColumns`. */
export interface ImageRow extends Omit<Image, 'hires' | 'reroll' | 'redrawn' | 'cached' | 'flags'> {
  readonly outputIndex: number
  readonly hires: number
  readonly reroll: number
  readonly redrawn: number
  readonly origin: string
  readonly flags: string
}

export const imageColumns = `image.id, image.tile_id AS tileId, image.stage, image.decision, image.hires, image.reroll,
  image.rating, image.label, image.blob_sha256 AS sha256, blob.format, blob.width, blob.height,
  blob.byte_length AS byteLength, image.seed, image.provider, image.model, image.flags,
  image.source_image_id AS sourceImageId, image.redrawn, image.origin, image.settled_micros AS settledMicros,
  image.created_ms AS createdMs, image.output_index AS outputIndex`

const allFlags = ['blank', 'near-duplicate', 'wrong-size'] as const

export function imageOf(row: ImageRow): Image {
  const { outputIndex: _, origin, ...image } = row
  const flags = row.flags.split(',')
  return {
    ...image,
    hires: row.hires === 1,
    reroll: row.reroll === 1,
    redrawn: row.redrawn === 1,
    cached: origin === 'cache',
    flags: allFlags.filter((flag) => flags.includes(flag)),
  }
}
