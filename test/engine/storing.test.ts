import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { jobsByHash, unknownTwin } from '#engine/jobs/by-hash.ts'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, temporaryFolder } from './open-library.ts'

const hashOf = (digit: string): string => digit.repeat(64)

/** A database of a version with one batch and jobs of these hashes. */
async function databaseWith(version: number, hashes: readonly string[]) {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, version)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1);
    INSERT INTO prompt (id, batch_id, row, line, text, columns_json) VALUES (1, 1, 1, 2, 'a shoe', '{}'), (2, 1, 2, 3, 'a mug', '{}')`)
  const add = (id: number, hash: string, batchId = 1) =>
    database
      .prepare(
        `INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash,
           request_json, state, currency, updated_ms) VALUES (?, ?, 1, ?, 'draft', 0, 1, 'p', 'm', ?, '{}', 'queued', 'USD', 1)`,
      )
      .run(id, batchId, id, hash)
  for (const [at, hash] of hashes.entries()) add(at + 1, hash)
  const listed = () => database.prepare('SELECT hash_start, job_id FROM job_by_hash').raw().all()
  return { database, add, listed }
}

test('a library of version 80 finds its jobs by their hashes as before, in a list instead of an index', async () => {
  const { database, add, listed } = await databaseWith(80, [hashOf('b'), hashOf('a'), hashOf('b')])
  migrate(database, 90)
  expect(schemaVersion(database)).toBe(90)
  expect(listed()).toEqual([
    ['a'.repeat(12), 2],
    ['b'.repeat(12), 1],
    ['b'.repeat(12), 3],
  ])
  // The list follows the table by itself.
  add(4, hashOf('c'))
  database.prepare('UPDATE job SET prompt_hash = ? WHERE id = 1').run(hashOf('d'))
  database.exec('DELETE FROM job WHERE id = 2')
  expect(listed()).toEqual([
    ['b'.repeat(12), 3],
    ['c'.repeat(12), 4],
    ['d'.repeat(12), 1],
  ])
  const planOf = (sql: string) =>
    database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
  // In the order of the list, so that the first of 100,000 equal jobs is found without the others.
  expect(planOf(`SELECT id ${jobsByHash(`'x'`)} AND state = 'queued' ORDER BY job_id LIMIT 1`)).toEqual([
    'SEARCH job_by_hash USING PRIMARY KEY (hash_start=?)',
    'SEARCH job USING INTEGER PRIMARY KEY (rowid=?)',
  ])
  expect(planOf(`SELECT twin.id ${unknownTwin(`'x'`)}`)).toEqual([
    'SEARCH twin USING INDEX job_single_flight (prompt_hash=?)',
  ])
  // Every prompt was in the search index, and nothing waits.
  expect(database.prepare('SELECT below, waiting_from FROM prompt_search_left').raw().all()).toEqual([[0, null]])
  database.close()
})

test('a batch whose jobs are not listed by their hashes is never seen', async () => {
  const { database, add, listed } = await databaseWith(90, [])
  database.exec('INSERT INTO unlisted_batch VALUES (1)')
  add(1, hashOf('a'))
  expect(listed()).toEqual([])
  expect(() => database.exec('UPDATE batch SET planned = 1 WHERE id = 1')).toThrow(/not listed/)
  database.exec('DELETE FROM unlisted_batch; UPDATE batch SET planned = 1 WHERE id = 1')
  add(2, hashOf('b'))
  expect(listed()).toEqual([['b'.repeat(12), 2]])
  database.close()
})

test('version 80 sets tiles aside and lists the steps to a newer sheet, for a library of version 70 with its jobs', async () => {
  const { database } = await databaseWith(70, [hashOf('a'), hashOf('b')])
  migrate(database, 80)
  expect(schemaVersion(database)).toBe(80)
  expect(database.prepare('SELECT id, state FROM job').all()).toEqual([
    { id: 1, state: 'queued' },
    { id: 2, state: 'queued' },
  ])
  const aside = (values: string) => database.exec(`INSERT INTO earlier_tile VALUES (${values})`)
  expect(() => aside(`1, 1, 'lost', NULL, 1`)).toThrow(/CHECK/)
  expect(() => aside(`9, 1, 'removed', NULL, 1`)).toThrow(/FOREIGN KEY/)
  aside(`1, 1, 'changed', 2, 1`)
  const step = `INSERT INTO sheet_change_step (staging_id, step_json) VALUES (1, '{}')`
  expect(() => database.exec(step)).toThrow(/FOREIGN KEY/)
  database.exec('INSERT INTO sheet_change (staging_id, batch_id) VALUES (1, 1)')
  database.exec(step)
  const planOf = (sql: string) =>
    database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ')
  expect(planOf('SELECT tile_id FROM earlier_tile WHERE batch_id = 1')).toContain(
    'USING COVERING INDEX earlier_tile_batch',
  )
  expect(planOf('SELECT tile_id FROM earlier_tile WHERE next_tile_id = 2')).toContain('INDEX earlier_tile_next')
  expect(planOf('SELECT id FROM sheet_change_step WHERE staging_id = 1 ORDER BY id LIMIT 1')).toBe(
    'SEARCH sheet_change_step USING COVERING INDEX sheet_change_steps (staging_id=?)',
  )
  database.close()
})

const reading = <Row>(folder: string, read: (database: Database.Database) => Row): Row => {
  const database = new Database(join(folder, 'library.db'), { readonly: true })
  try {
    return read(database)
  } finally {
    database.close()
  }
}
const waitingFrom = (folder: string) =>
  reading(folder, (database) => database.prepare('SELECT waiting_from FROM prompt_search_left').pluck().get())
/** Rows of one of two lists of hashes that the other does not have. */
const unlisted = (folder: string) =>
  reading(folder, (database) => {
    const table = 'SELECT substr(prompt_hash, 1, 12), id FROM job'
    const list = 'SELECT hash_start, job_id FROM job_by_hash'
    return database
      .prepare(`SELECT * FROM (${table} EXCEPT ${list}) UNION ALL SELECT * FROM (${list} EXCEPT ${table})`)
      .all()
  })

// Wider than the model draws: every job fails at once, and nothing is made.
const tooWide = settingsFor([draftProfile('sketch', 'sketch', { width: 5000, height: 512 })])
const names = ['kettle', 'anchor', 'violin']
const lines = Array.from({ length: 1500 }, (_, at) => `a ${names[at % names.length]} beside ${at % 700}`)

test('a sheet just stored is searched rightly before, while and after its prompts are indexed, also over a restart', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheetOf(lines), tooWide)
  const counts = ({ engine }: typeof library) =>
    ['violin', 'beside 69', '13', 'nowhere'].map(
      (search) => engine.tiles.ids({ batchId, filter: { search }, order: 'sheet' }).ids.length,
    )
  const expected = [
    lines.filter((line) => line.includes('violin')).length,
    lines.filter((line) => line.includes('69') && line.includes('beside')).length,
    lines.filter((line) => line.includes('13')).length,
    0,
  ]
  // In one turn of the event loop: nothing is indexed between these lines.
  expect([waitingFrom(library.folder), counts(library)]).toEqual([expect.any(Number), expected])
  await library.engine.close(2000)
  expect(waitingFrom(library.folder)).toEqual(expect.any(Number))

  const again = await library.reopen()
  // A prompt that comes meanwhile waits with the others.
  const second = await runSheet(again, sheetOf(['a lone lighthouse']), tooWide)
  const lighthouses = () =>
    again.engine.tiles.ids({ batchId: second, filter: { search: 'lighthouse' }, order: 'sheet' }).ids.length
  expect([counts(again), lighthouses()]).toEqual([expected, 1])
  await expect.poll(() => waitingFrom(again.folder)).toBe(null)
  expect([counts(again), lighthouses()]).toEqual([expected, 1])
  const indexed = (word: string) =>
    reading(again.folder, (database) =>
      database.prepare('SELECT count(*) FROM prompt_search WHERE prompt_search MATCH ?').pluck().get(`"${word}"`),
    )
  expect([indexed('violin'), indexed('lighthouse')]).toEqual([expected[0], 1])
})

test('every job of a sheet is listed by its hash when its batch is seen, duplicates too', async () => {
  const library = await openTestLibrary()
  await runSheet(library, sheetOf(lines), tooWide)
  expect(unlisted(library.folder)).toEqual([])
  expect(
    reading(library.folder, (database) => database.prepare('SELECT count(*) FROM job_by_hash').pluck().get()),
  ).toBe(1500)
})

test('of a batch whose storing a kill cut short nothing is left, and the ids it had are used again rightly', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheetOf(['a first one']), tooWide)
  await library.engine.close(2000)
  const database = new Database(join(library.folder, 'library.db'))
  database.exec(`UPDATE prompt_search_left SET waiting_from = 2;
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms)
      SELECT 2, 'cut short', sheet_id, 'i', settings_json, 1, 1 FROM batch WHERE id = ${batchId};
    INSERT INTO unlisted_batch VALUES (2);
    INSERT INTO prompt (id, batch_id, row, line, text, columns_json) VALUES (2, 2, 1, 2, 'a lost one', '{}');
    INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash, request_json,
      state, currency, updated_ms)
      SELECT 2, 2, 2, 2, stage, position, variant, provider, model, '${hashOf('e')}', request_json, 'queued', currency, 1
      FROM job WHERE id = 1;`)
  database.close()
  const again = await library.reopen()
  const left = () =>
    reading(library.folder, (open) =>
      ['batch', 'unlisted_batch', 'prompt', 'job', 'job_by_hash'].map((table) =>
        open.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
      ),
    )
  expect(left()).toEqual([1, 0, 1, 1, 1])
  const next = await runSheet(again, sheetOf(['a lighthouse']), tooWide)
  await expect.poll(() => waitingFrom(again.folder)).toBe(null)
  expect(again.engine.tiles.ids({ batchId: next, filter: { search: 'lighthouse' }, order: 'sheet' }).ids).toHaveLength(
    1,
  )
  expect(unlisted(library.folder)).toEqual([])
})
