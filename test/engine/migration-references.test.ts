import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

test('a library of version 10 keeps its sheets and pictures, and takes reference pictures from then on', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, 10)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO blob VALUES ('bb', 'png', 8, 8, 100, 0, '0', 1)`)
  migrate(database, 30)
  expect(schemaVersion(database)).toBe(30)
  database.exec(`INSERT INTO reference VALUES (1, 'red.png', 'bb', 2);
    INSERT INTO fitted_picture VALUES ('bb', '{}', 'bb')`)
  expect(database.prepare('SELECT name, blob_sha256 FROM reference').all()).toEqual([
    { name: 'red.png', blob_sha256: 'bb' },
  ])
  expect(() => database.exec(`INSERT INTO reference VALUES (1, 'x.png', 'not there', 2)`)).toThrow(/FOREIGN KEY/)
  expect(database.prepare('SELECT name FROM sheet').all()).toEqual([{ name: 'a.csv' }])
  database.close()
})
