import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

async function openAt80(): Promise<Database.Database> {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, 80)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1);
    INSERT INTO prompt (id, batch_id, row, line, text, columns_json) VALUES (1, 1, 1, 2, 'a shoe', '{}');
    INSERT INTO job (id, batch_id, prompt_id, tile_id, stage, position, variant, provider, model, prompt_hash,
      request_json, state, currency, updated_ms) VALUES (1, 1, 1, 1, 'draft', 0, 1, 'p', 'm', 'h', '{}', 'queued', 'USD', 1);
    INSERT INTO ledger (job_id, batch_id, provider, model, attempt, state, reserved_micros, currency, started_ms)
      VALUES (1, 1, 'p', 'm', 1, 'reserved', 5, 'USD', 1)`)
  return database
}

test('a library of version 80 keeps its jobs as live ones, and no wrong step of a remote batch can be written', async () => {
  const database = await openAt80()
  migrate(database, 130)
  expect(schemaVersion(database)).toBe(130)
  expect(database.prepare('SELECT state, route, start_id, remote_batch_id FROM job').all()).toEqual([
    { state: 'queued', route: 'live', start_id: 0, remote_batch_id: null },
  ])
  const add = (state: string, column = 'requests', value: string | number = 0) =>
    database
      .prepare(
        `INSERT INTO remote_batch (batch_id, provider, model, group_name, label, state, created_ms, ${column})
         VALUES (1, 'p', 'm', 'g', ?, ?, 1, ?)`,
      )
      .run(`${state} ${column}`, state, value)
  // Followed without a handle, started without an upload or a time, over without saying how.
  for (const state of ['uploaded', 'starting', 'working', 'reading', 'over'])
    expect(() => add(state), state).toThrow(/CHECK/)
  expect(() => add('preparing', 'how', 'completed')).toThrow(/CHECK/)
  expect(() => add('preparing', 'price_micros', 5)).toThrow(/CHECK/)
  add('preparing')
  // A job that waits is in none; one that is in one says where it is followed.
  expect(() => database.exec('UPDATE job SET remote_batch_id = 1')).toThrow(/CHECK/)
  expect(() => database.exec(`UPDATE job SET remote_batch_id = 1, state = 'running'`)).toThrow(/CHECK/)
  database.exec(`UPDATE job SET remote_batch_id = 1, state = 'running', handle_json = '{}'`)
  expect(() => database.exec('INSERT INTO run_start (batch_id) VALUES (1)')).toThrow(/CHECK/)
  database.close()
})

test('claiming and counting read their indexes, however many jobs there are', async () => {
  const database = await openAt80()
  migrate(database, 130)
  const planOf = (sql: string) =>
    database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ')
  const waits = `state = 'queued' AND hold_reason IS NULL AND follows = 0`
  expect(
    planOf(
      `SELECT * FROM job INDEXED BY job_claim WHERE batch_id = 1 AND provider = 'p' AND route = 'live' AND start_id = 0 AND ${waits}
       ORDER BY priority DESC, position LIMIT 1`,
    ),
  ).toBe('SEARCH job USING INDEX job_claim (batch_id=? AND provider=? AND route=? AND start_id=?)')
  expect(planOf(`SELECT min(not_before_ms) FROM job WHERE provider = 'p' AND route = 'batch' AND ${waits}`)).toContain(
    'job_waiting',
  )
  expect(planOf(`SELECT state, error_code, count(*) FROM job WHERE remote_batch_id = 1 GROUP BY 1, 2`)).toContain(
    'COVERING INDEX job_remote',
  )
  expect(
    planOf(`SELECT started_ms FROM ledger WHERE provider = 'p' AND started_ms > 1 AND remote_batch_id IS NULL`),
  ).toContain('ledger_started')
  database.close()
})
