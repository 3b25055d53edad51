import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { newestVersion } from '#engine/storage/migrate.ts'
import { unpackNumbers } from '#shared/packed-list.ts'
import { makeOlder } from './older-library.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor } from './open-library.ts'

test('a library of version 130 lists its newest drafts as before, then out of the index alone', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, 'prompt\na\nb\nc', settingsFor([draftProfile('sketch', 'sketch')]))
  await library.engine.generation.whenIdle(batchId)
  const newest = { batchId, filter: {}, order: 'newest' as const }
  const { ids } = library.engine.tiles.ids(newest)
  await library.engine.close()
  const file = join(library.folder, 'library.db')
  const older = new Database(file)
  makeOlder(older, 130)
  older.close()

  const again = await library.reopen()
  expect(unpackNumbers((await again.engine.tiles.list(newest)).ids)).toEqual(ids)
  const now = new Database(file, { readonly: true })
  expect(now.pragma('user_version', { simple: true })).toBe(newestVersion)
  const plan = now
    .prepare(
      `EXPLAIN QUERY PLAN SELECT image.created_ms FROM job LEFT JOIN image ON image.tile_id = job.id AND image.stage = 'draft'
       AND image.output_index = 0 WHERE job.batch_id = 1 AND job.stage = 'draft'`,
    )
    .all()
  expect(JSON.stringify(plan)).toContain('COVERING INDEX image_tile')
  now.close()
})
