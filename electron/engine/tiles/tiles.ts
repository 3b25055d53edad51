import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import type { Targets } from '#shared/contract/common.ts'
import type { Image, Tile } from '#shared/contract/tiles.ts'
import { AppError, isErrorCode } from '#shared/errors.ts'
import { openEarlier } from './earlier.ts'
import { type EarlierAttempt, openEarlierAttempts } from './earlier-attempts.ts'
import { isInSheet, type Unindexed } from './filter.ts'
import { openTileLists } from './lists.ts'
import { openMarkTargets } from './mark-targets.ts'
import { openMatrix } from './matrix.ts'
import { type Condition, parseSelector } from './selector.ts'
import { type ImageRow, imageColumns, imageOf, type TileRow, tileColumns } from './tile-rows.ts'

export { type BatchCounts, type JobCounts, openBatchCounts } from './batch-counts.ts'
export { type Deliverable, openDeliverables } from './deliverables.ts'
export { openDelivered } from './delivered.ts'
export { openDeliveryTiles, type TileWithoutPicture } from './delivery-tiles.ts'
export { type LooseEnds, openLooseEnds } from './loose-ends.ts'
export type { MarkTarget } from './mark-targets.ts'
export { openSheetTiles, type SheetTile, type SheetTiles } from './sheet-tiles.ts'

const sheetColumns = z.record(z.string(), z.string())
const pictures = z.array(z.object({ sha256: z.string() }))

/** What finalizing and marking need to know of a draft. */
export interface DraftTarget {
  readonly imageId: number
  readonly tileId: number
  readonly promptId: number
  readonly row: number
  readonly decision: 'undecided' | 'approved' | 'rejected'
  readonly hasFinal: boolean
}

interface Way {
  readonly state: Tile['state']
  readonly route: string
  readonly remoteBatchId: number | null
}

interface FinalJob extends Way {
  readonly code: string | null
  readonly message: string | null
}

export type Tiles = ReturnType<typeof openTiles>

/** The grid's read model: SELECT only, over tables that other rooms write. */
export function openTiles(storage: Storage) {
  const leftOfIndex = storage.prepare<[number], Unindexed>(
    `SELECT below, coalesce(waiting_from, ?) AS "from" FROM prompt_search_left WHERE below > 1 OR waiting_from IS NOT NULL`,
  )
  const manyTiles = storage.prepare<[string], TileRow>(
    `SELECT ${tileColumns} FROM json_each(?) AS wanted JOIN job ON job.id = wanted.value
     JOIN prompt ON prompt.id = job.prompt_id ORDER BY wanted.key`,
  )
  const manyImages = storage.prepare<[string], ImageRow>(
    `SELECT ${imageColumns} FROM json_each(?) AS wanted JOIN image ON image.tile_id = wanted.value
     JOIN blob ON blob.sha256 = image.blob_sha256 ORDER BY image.id DESC`,
  )
  const finalJobs = storage.prepare<[string], FinalJob & { tileId: number }>(
    `SELECT job.tile_id AS tileId, job.state, job.error_code AS code, job.error_message AS message, job.route,
       job.remote_batch_id AS remoteBatchId
     FROM json_each(?) AS wanted JOIN job ON job.tile_id = wanted.value AND job.stage = 'final' AND job.dismissed = 0 ORDER BY job.id`,
  )
  const place = storage.prepare<[number], { batchId: number; position: number }>(
    'SELECT batch_id AS batchId, position FROM job WHERE id = ?',
  )
  const undecidedJoin = `FROM job JOIN image ON image.tile_id = job.id AND image.stage = 'draft' AND image.output_index = 0
     WHERE job.batch_id = ? AND job.stage = 'draft' AND image.decision = 'undecided' AND ${isInSheet('job.id')}`
  const after = storage.prepare<[number, number, number], { id: number }>(
    `SELECT job.id ${undecidedJoin} AND (job.position, job.id) > (?, ?) ORDER BY job.position, job.id LIMIT 1`,
  )
  const before = storage.prepare<[number, number, number], { id: number }>(
    `SELECT job.id ${undecidedJoin} AND (job.position, job.id) < (?, ?) ORDER BY job.position DESC, job.id DESC LIMIT 1`,
  )
  const siblings = storage.prepare<[number, number], { imageId: number; decision: DraftTarget['decision'] }>(
    `SELECT image.id AS imageId, image.decision FROM image JOIN prompt ON prompt.id = image.prompt_id
     WHERE image.stage = 'draft' AND image.output_index = 0
       AND (prompt.batch_id, prompt.row) = (SELECT own.batch_id, own.row FROM image AS mine JOIN prompt AS own ON own.id = mine.prompt_id WHERE mine.id = ?)
       AND coalesce((SELECT at_ms FROM earlier_tile WHERE tile_id = image.tile_id), 0)
         = coalesce((SELECT at_ms FROM earlier_tile WHERE tile_id = (SELECT tile_id FROM image WHERE id = ?)), 0)
     ORDER BY image.tile_id`,
  )
  const draftOf = storage.prepare<[number], { id: number }>(
    `SELECT id FROM image WHERE tile_id = ? AND stage = 'draft' AND output_index = 0`,
  )

  const earlierAttempts: (wanted: string) => EarlierAttempt[] = openEarlierAttempts(storage)

  /** Null where every prompt is in the search index: for a while, those of a sheet just stored or of an older library are not. */
  const unindexed = (): Unindexed | null => leftOfIndex.get(Number.MAX_SAFE_INTEGER) ?? null

  function many(tileIds: readonly number[]): Tile[] {
    const wanted = JSON.stringify(tileIds)
    const imagesByTile = Map.groupBy(manyImages.all(wanted), (image) => image.tileId)
    const earlierByTile = Map.groupBy(earlierAttempts(wanted), (attempt) => attempt.tileId)
    const finalsByTile = Map.groupBy(finalJobs.all(wanted), (job) => job.tileId)
    return manyTiles.all(wanted).map((row) => ({
      ...tileOf(row, imagesByTile.get(row.id) ?? [], finalsByTile.get(row.id)?.at(-1) ?? null),
      earlier: (earlierByTile.get(row.id) ?? []).map(({ prompt, image }) => ({ prompt, image })),
    }))
  }

  return {
    ...openTileLists(storage, unindexed),
    many,
    ...openMatrix(storage, unindexed),
    ...openMarkTargets(storage),
    earlier: openEarlier(storage),

    nextUndecided(tileId: number, backwards: boolean): number | null {
      const from = place.get(tileId)
      if (!from) throw new AppError('not-found', `There is no tile ${tileId} in this library.`)
      return (backwards ? before : after).get(from.batchId, from.position, tileId)?.id ?? null
    },

    /** The drafts of an image's row with their decisions, in order. */
    siblings: (imageId: number) => siblings.all(imageId, imageId),
    /** The draft image in a tile; null where there is none yet. */
    draftOf: (tileId: number): number | null => draftOf.get(tileId)?.id ?? null,

    /** The drafts that targets name, in the order of the sheet. Throws AppError `invalid-input`. */
    targets(targets: Targets): DraftTarget[] {
      const condition = targetCondition(targets)
      const inBatch =
        targets.kind === 'selector' ? `image.batch_id = ? AND ${draftsOnly} AND ${isInSheet('image.tile_id')} AND ` : ''
      const rows = storage
        .prepare<(string | number)[], Omit<DraftTarget, 'hasFinal'> & { hasFinal: number }>(
          `SELECT image.id AS imageId, image.tile_id AS tileId, image.prompt_id AS promptId, prompt.row, image.decision,
             EXISTS (SELECT 1 FROM job AS final WHERE final.tile_id = image.tile_id AND final.stage = 'final'
                     AND final.state NOT IN ('failed', 'canceled')
                     AND NOT EXISTS (SELECT 1 FROM job_step WHERE job_step.job_id = final.id AND passed IS NOT NULL)) AS hasFinal
           FROM image JOIN prompt ON prompt.id = image.prompt_id JOIN job ON job.id = image.tile_id
           WHERE ${inBatch}${condition.sql} ORDER BY job.position`,
        )
        .all(...(targets.kind === 'selector' ? [targets.batchId] : []), ...condition.parameters)
      return rows.map((row) => ({ ...row, hasFinal: row.hasFinal === 1 }))
    },
  }
}

const draftsOnly = `image.stage = 'draft' AND image.output_index = 0`

function targetCondition(targets: Targets): Condition {
  if (targets.kind === 'selector') return parseSelector(targets.selector)
  if (targets.kind === 'tiles')
    return {
      sql: `${draftsOnly} AND image.tile_id IN (SELECT value FROM json_each(?))`,
      parameters: [JSON.stringify(targets.tileIds)],
    }
  return { sql: 'image.id IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(targets.imageIds)] }
}

function tileOf(row: TileRow, images: readonly ImageRow[], finalJob: FinalJob | null): Tile {
  const finals = images.filter((image) => image.stage === 'final').map(imageOf)
  const draft: Image | null =
    images.filter((image) => image.stage === 'draft' && image.outputIndex === 0).map(imageOf)[0] ?? null
  const { errorCode, errorMessage, columnsJson, dismissed, clientId, sourceSha256, referencesJson, ...rest } = row
  const { route, remoteBatchId, ...plain } = rest
  const remote = wayOf({ state: row.state, route, remoteBatchId })
  const finalRemote = finalJob && wayOf(finalJob)
  const beside = referencesJson === '[]' ? [] : pictures.parse(JSON.parse(referencesJson))
  const references = [...(sourceSha256 === null ? [] : [sourceSha256]), ...beside.map(({ sha256 }) => sha256)]
  return {
    ...plain,
    ...(references.length > 0 ? { references } : {}),
    ...(remote && { remote }),
    ...(finalRemote && { finalRemote }),
    label: clientId ?? `row ${row.row}`,
    failure: errorCode !== null && dismissed === 0 ? { code: errorCode, message: errorMessage ?? '' } : null,
    settledMicros: images.reduce((sum, image) => sum + image.settledMicros, 0),
    image: draft,
    finals,
    finalState: finalJob && finalJob.state !== 'done' ? finalJob.state : null,
    finalFailure: finalJob?.code ? failureOf(finalJob.code, finalJob.message) : null,
    columns: sheetColumns.parse(JSON.parse(columnsJson)),
  }
}

/** Whether a job waits for a remote batch, or is out in one. */
function wayOf({ state, route, remoteBatchId }: Way): Tile['remote'] {
  if (state === 'queued' && route === 'batch') return 'waiting'
  return state === 'running' && remoteBatchId !== null ? 'out' : undefined
}

function failureOf(code: string, message: string | null): Tile['finalFailure'] {
  return isErrorCode(code) ? { code, message: message ?? '' } : null
}
