import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

test('a library of version 60 keeps its jobs, and takes finals of several steps from then on', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, 60)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1);
    INSERT INTO prompt (id, batch_id, row, line, text, columns_json) VALUES (1, 1, 1, 2, 'a shoe', '{}');
    INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash,
      request_json, state, currency, updated_ms) VALUES (1, 1, 1, 1, 'draft', 0, 1, 'p', 'm', 'h', '{}', 'done', 'USD', 1)`)
  migrate(database, 70)
  expect(schemaVersion(database)).toBe(70)
  expect(database.prepare('SELECT id, state FROM job').all()).toEqual([{ id: 1, state: 'done' }])
  const step = (values: string) =>
    database.exec(`INSERT INTO job_step (job_id, batch_id, first_job_id, chain, step, steps, rest_json, before_micros, passed)
      VALUES (${values})`)
  // The last step has an image: its picture never starts another step.
  expect(() => step(`1, 1, 1, '[]', 2, 2, '[]', 0, 'request'`)).toThrow(/CHECK/)
  expect(() => step(`9, 1, 9, '[]', 1, 2, '[]', 0, NULL`)).toThrow(/FOREIGN KEY/)
  step(`1, 1, 1, '[]', 1, 2, '[]', 0, 'request'`)
  database.exec('DELETE FROM job')
  expect(database.prepare('SELECT count(*) AS count FROM job_step').get()).toEqual({ count: 0 })
  database.close()
})
