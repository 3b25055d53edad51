import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { gaveSql } from '#engine/tiles/deliverables.ts'
import { temporaryFolder } from './open-library.ts'

test('a library of version 80 keeps its deliveries, and remembers their files from then on', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, 80)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1);
    INSERT INTO delivery (id, batch_id, settings_json, target, state, files, started_ms) VALUES (1, 1, '{}', '/out/b', 'done', 1, 1)`)
  migrate(database, 120)
  expect(schemaVersion(database)).toBe(120)
  expect(database.prepare('SELECT id, target FROM delivery').all()).toEqual([{ id: 1, target: '/out/b' }])
  const file = (deliveryId: number) =>
    database.exec(`INSERT INTO delivered_file VALUES (${deliveryId}, 0, 7, 'approved/a.png', '/out/b/approved/a.png')`)
  expect(() => file(2)).toThrow(/FOREIGN KEY/)
  file(1)
  expect(() => file(1)).toThrow(/UNIQUE/)
  database.exec(`INSERT INTO sent_file VALUES ('https://a/b.png', 'aa', 1, 1)`)
  expect(() => database.exec(`INSERT INTO sent_file VALUES ('https://a/b.png', 'bb', 1, 1)`)).toThrow(/UNIQUE/)
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${gaveSql}`).all('aa')
  expect(JSON.stringify(plan)).toContain('cache_entry_blob')
  expect(JSON.stringify(plan)).not.toContain('SCAN')
  database.close()
})
