import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, newestVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

const killed = fileURLToPath(new URL('./migration-killed.ts', import.meta.url))
const rows = 3000

function stateOf(file: string) {
  const database = new Database(file)
  try {
    const number = (sql: string) => Number(database.prepare(sql).pluck().get())
    return {
      version: number('PRAGMA user_version'),
      columns: number("SELECT count(*) FROM pragma_table_info('sheet')"),
      indexes: number("SELECT count(*) FROM sqlite_schema WHERE name = 'sheet_extra'"),
      rewritten: number("SELECT count(*) FROM sheet WHERE name LIKE '%!'"),
      rows: number('SELECT count(*) FROM sheet'),
      sound: String(database.pragma('integrity_check', { simple: true })),
    }
  } finally {
    database.close()
  }
}

test('a migration killed at any of 20 places leaves the version before, whole; the next one completes', {
  timeout: 60_000,
}, async () => {
  const file = join(await temporaryFolder(), 'library.db')
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  migrate(database)
  const insert = database.prepare('INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES (?, ?, 1, 1)')
  database.transaction(() => {
    for (let row = 1; row <= rows; row++) insert.run(`sheet ${row} ${'x'.repeat(300)}`, `${row}`)
  })()
  database.close()
  const before = stateOf(file)
  expect(before).toMatchObject({ version: newestVersion, rewritten: 0, rows, sound: 'ok' })

  for (let place = 0; place < 20; place++) {
    const when = `${1 + Math.round((place * (rows - 1)) / 19)}`
    expect(spawnSync(process.execPath, [killed, file, when]).signal).toBe('SIGKILL')
    expect(stateOf(file)).toEqual(before)
  }
  expect(spawnSync(process.execPath, [killed, file, 'after']).signal).toBe('SIGKILL')
  expect(stateOf(file)).toEqual({
    version: newestVersion + 10,
    columns: before.columns + 1,
    indexes: 1,
    rewritten: rows,
    rows,
    sound: 'ok',
  })
})
