import type { Storage } from '#engine/storage/storage.ts'
import type { Image } from '#shared/contract/tiles.ts'
import { type ImageRow, imageColumns, imageOf } from './tile-rows.ts'

/** A picture made for a row as it was before its sheet changed. */
export interface EarlierAttempt {
  /** The tile that the sheet has now. */
  readonly tileId: number
  readonly prompt: string
  readonly image: Image
}

/** The pictures that stood in the place of tiles (a JSON list of ids) before, the newest first. SELECT only. */
export function openEarlierAttempts(storage: Storage) {
  const attempts = storage.prepare<[string], ImageRow & { root: number; prompt: string }>(
    `WITH RECURSIVE chain (tile, root) AS (
       SELECT tile_id, next_tile_id FROM earlier_tile WHERE next_tile_id IN (SELECT value FROM json_each(?))
       UNION SELECT earlier_tile.tile_id, chain.root FROM chain JOIN earlier_tile ON earlier_tile.next_tile_id = chain.tile
     )
     SELECT ${imageColumns}, chain.root, prompt.text AS prompt FROM chain
     JOIN image ON image.tile_id = chain.tile AND image.output_index = 0
     JOIN blob ON blob.sha256 = image.blob_sha256 JOIN prompt ON prompt.id = image.prompt_id ORDER BY image.id DESC`,
  )
  return (wanted: string): EarlierAttempt[] =>
    attempts.all(wanted).map(({ root, prompt, ...row }) => ({ tileId: root, prompt, image: imageOf(row) }))
}
