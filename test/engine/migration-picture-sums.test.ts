import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { temporaryFolder } from './open-library.ts'

test('a library of version 130 keeps its pictures, whose CRC-32 nobody has counted yet', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  migrate(database, 130)
  database.exec(`INSERT INTO blob VALUES ('aa', 'png', 8, 8, 100, 0, '0', 1)`)
  migrate(database, 180)
  expect(schemaVersion(database)).toBe(180)
  const found = () => database.prepare('SELECT sha256, byte_length, crc32 FROM blob').all()
  expect(found()).toEqual([{ sha256: 'aa', byte_length: 100, crc32: null }])
  database.exec('UPDATE blob SET crc32 = 4294967295')
  expect(found()).toEqual([{ sha256: 'aa', byte_length: 100, crc32: 4_294_967_295 }])
  expect(() => database.exec('UPDATE blob SET crc32 = -1')).toThrow(/CHECK/)
  database.close()
})
