import type { Storage } from '#engine/storage/storage.ts'
import type { Targets } from '#shared/contract/common.ts'
import { isInSheet } from './filter.ts'
import { parseSelector } from './selector.ts'

/** A picture that a mark is about, and by what a person names it. */
export interface MarkTarget {
  readonly imageId: number
  readonly batchId: number
  readonly row: number
  readonly clientId: string | null
  readonly variant: number
}

/** Places of the sheet, or named tiles, a part: some milliseconds of reading. */
const aPart = 1000

const columns = `image.id AS imageId, image.batch_id AS batchId, prompt.row, prompt.client_id AS clientId, job.variant`
const joins = 'JOIN prompt ON prompt.id = image.prompt_id'
const isDraft = `image.stage = 'draft' AND image.output_index = 0`

/** The pictures that marks are about, in parts, so that whoever reads them can let everything else go on in between. */
export function openMarkTargets(storage: Storage) {
  const ofImages = storage.prepare<[string], MarkTarget>(
    `SELECT ${columns} FROM json_each(?) AS wanted JOIN image ON image.id = wanted.value
     JOIN job ON job.id = image.tile_id ${joins} ORDER BY job.position, job.id`,
  )
  const ofTiles = storage.prepare<[string], MarkTarget>(
    `SELECT ${columns} FROM json_each(?) AS wanted JOIN job ON job.id = wanted.value
     JOIN image ON image.tile_id = job.id AND ${isDraft} ${joins} ORDER BY job.position, job.id`,
  )
  const lastPlace = storage
    .prepare<[number], number | null>(`SELECT max(position) FROM job WHERE batch_id = ? AND stage = 'draft'`)
    .pluck()

  function* ofSelector(batchId: number, selector: string): Generator<MarkTarget[]> {
    const condition = parseSelector(selector)
    const slice = storage.prepare<(string | number)[], MarkTarget>(
      `SELECT ${columns} FROM job JOIN image ON image.tile_id = job.id AND ${isDraft} ${joins}
       WHERE job.batch_id = ? AND job.stage = 'draft' AND job.position BETWEEN ? AND ?
         AND ${isInSheet('job.id')} AND ${condition.sql} ORDER BY job.position, job.id`,
    )
    const last = lastPlace.get(batchId) ?? -1
    for (let from = 0; from <= last; from += aPart)
      yield slice.all(batchId, from, from + aPart - 1, ...condition.parameters)
  }

  return {
    /** In the order of the sheet within a part. Throws AppError `invalid-input` for a selector that cannot be read. */
    *markTargets(targets: Targets): Generator<MarkTarget[]> {
      if (targets.kind === 'selector') {
        yield* ofSelector(targets.batchId, targets.selector)
        return
      }
      const [ids, named] = targets.kind === 'tiles' ? [targets.tileIds, ofTiles] : [targets.imageIds, ofImages]
      for (let from = 0; from < ids.length; from += aPart)
        yield named.all(JSON.stringify(ids.slice(from, from + aPart)))
    },
  }
}
