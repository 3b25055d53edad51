import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import type { JobState } from '#shared/job-state.ts'

/** A draft as a change of its sheet sees it. */
export interface SheetTile {
  readonly tileId: number
  readonly promptId: number
  readonly row: number
  readonly line: number
  readonly position: number
  readonly state: JobState
  readonly estimateMicros: number | null
  /** Null for a tile that the sheet has. */
  readonly earlier: 'removed' | 'changed' | null
  /** When it went; tiles of one row that went together came from one row. */
  readonly wentMs: number | null
}

const columnsSchema = z.record(z.string(), z.string())
const atOnce = 2000

/** Every draft of a batch, in the order of its sheet, a page at a time: SELECT only. */
export function openSheetTiles(storage: Storage) {
  const page = storage.prepare<[number, number, number, number], SheetTile>(
    `SELECT job.id AS tileId, job.prompt_id AS promptId, prompt.row, prompt.line, job.position, job.state,
       job.estimate_micros AS estimateMicros, earlier_tile.kind AS earlier, earlier_tile.at_ms AS wentMs
     FROM job JOIN prompt ON prompt.id = job.prompt_id LEFT JOIN earlier_tile ON earlier_tile.tile_id = job.id
     WHERE job.batch_id = ? AND job.stage = 'draft' AND (job.position, job.id) > (?, ?)
     ORDER BY job.position, job.id LIMIT ?`,
  )
  const columns = storage.prepare<[number], { json: string }>('SELECT columns_json AS json FROM prompt WHERE id = ?')

  return {
    *pages(batchId: number): Generator<SheetTile[], void, void> {
      let [position, id] = [-1, 0]
      for (;;) {
        const tiles = page.all(batchId, position, id, atOnce)
        yield tiles
        const last = tiles.at(-1)
        if (!last || tiles.length < atOnce) return
        position = last.position
        id = last.tileId
      }
    },
    /** The cells that a prompt was made from, and its axes. */
    columnsOf: (promptId: number): Readonly<Record<string, string>> =>
      columnsSchema.parse(JSON.parse(columns.get(promptId)?.json ?? '{}')),
  }
}
export type SheetTiles = ReturnType<typeof openSheetTiles>
