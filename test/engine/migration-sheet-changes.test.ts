import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

test('a library of version 80 keeps the pauses of people, and takes back that of a change half done', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  migrate(database, 80)
  const batch = (id: number, paused: number) =>
    `INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, paused, created_ms)
     VALUES (${id}, 'b${id}', 1, 'i', '{}', 1, ${paused}, 1);`
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    ${[batch(1, 1), batch(2, 1), batch(3, 0), batch(4, 1), batch(5, 0), batch(6, 0)].join('\n')}
    INSERT INTO sheet_change VALUES (5, 1, 1), (6, 4, 0)`)
  migrate(database, 100)
  expect(schemaVersion(database)).toBe(100)
  const paused = database.prepare('SELECT id FROM batch WHERE paused = 1 ORDER BY id').pluck().all()
  // Of batch 4 the change was never decided: nobody but a person had paused it.
  expect(paused).toEqual([2, 4])
  const merging = database.prepare(`SELECT v FROM prompt_search_config WHERE k = 'deletemerge'`).pluck().get()
  expect(merging).toBe(60)
  database.close()
})
