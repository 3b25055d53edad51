import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { pastKeeping } from '#engine/storage/storage.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'

const settings = settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })])
const many = (count: number, what = 'shoe') => sheetOf(Array.from({ length: count }, (_, at) => `${what} ${at}`))

interface Content {
  readonly integrity: string
  readonly broken: number
  readonly done: number
  readonly images: number
}

function contentOf(file: string): Content {
  const database = new Database(file, { readonly: true })
  try {
    const number = (sql: string) => Number(database.prepare(sql).pluck().get())
    return {
      integrity: String(database.pragma('integrity_check', { simple: true })),
      broken: number('SELECT count(*) FROM pragma_foreign_key_check'),
      done: number("SELECT count(*) FROM job WHERE state = 'done'"),
      images: number('SELECT count(*) FROM image'),
    }
  } finally {
    database.close()
  }
}

test('copies taken while pictures arrive are whole and consistent, each on its own', async () => {
  const library = await openTestLibrary()
  const { engine, folder } = library
  const batchId = await runSheet(library, many(150), settings)
  const seen: number[] = []
  for (let copy = 1; engine.batches.get({ batchId }).drafts.left > 0; copy++) {
    const file = join(folder, '..', `copy-${copy}.db`)
    const { bytes } = await engine.library.backup({ file })
    expect(bytes).toBe((await stat(file)).size)
    const content = contentOf(file)
    expect(content).toMatchObject({ integrity: 'ok', broken: 0, images: content.done })
    seen.push(content.done)
  }
  expect(seen.some((done) => done > 0 && done < 150)).toBe(true)
  expect(await readdir(join(folder, '..'))).not.toContainEqual(expect.stringMatching(/\.tmp|-wal|-journal|-shm/))
})

test('a host that only reads copies the database beside the one that writes', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, many(100), settings)
  const reader = await openTestLibrary({ library: library.folder, readOnly: true })
  const file = join(library.folder, '..', 'beside.db')
  await reader.engine.library.backup({ file })
  expect(contentOf(file)).toMatchObject({ integrity: 'ok', broken: 0 })
  await expect(reader.engine.library.backup({ file })).rejects.toMatchObject({ code: 'conflict' })
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts.done).toBe(100)
})

test('closing keeps a backup of what changed, and none where nothing did', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, many(5), settings)
  await library.engine.generation.whenIdle(batchId)
  const again = await library.reopen()
  const [backup = '', ...others] = await readdir(join(library.folder, 'backups'))
  expect(others).toEqual([])
  expect(contentOf(join(library.folder, 'backups', backup))).toMatchObject({ integrity: 'ok', done: 5, images: 5 })
  expect(again.engine.library.info().newestBackupMs).toBeGreaterThan(0)
  await again.reopen()
  expect(await readdir(join(library.folder, 'backups'))).toEqual([backup])
})

test('ten minutes of change are kept without closing', async () => {
  // Ten minutes pass in about half a second.
  const library = await openTestLibrary({ clock: fastClock(1200) })
  const batchId = await runSheet(library, many(5), settings)
  await library.engine.generation.whenIdle(batchId)
  const first = async () => library.engine.library.info().newestBackupMs
  while ((await first()) === null) await delay(50)
  const [name = ''] = await readdir(join(library.folder, 'backups'))
  expect(contentOf(join(library.folder, 'backups', name))).toMatchObject({ integrity: 'ok', broken: 0 })
})

test('the newest four are kept and one from a day before; together they take 2 GB at most, but for the newest two', () => {
  const hour = 3_600_000
  const now = 1_800_000_000_000
  const list = (hoursAgo: readonly number[], bytes: number) =>
    hoursAgo.map((hours) => ({ file: `${hours}`, madeMs: now - hours * hour, bytes }))
  const gone = (hoursAgo: readonly number[], bytes: number) =>
    pastKeeping(list(hoursAgo, bytes), now).map((backup) => backup.file)
  expect(gone([1, 2, 3, 4], 1000)).toEqual([])
  expect(gone([1, 2, 3, 4, 5, 6, 25, 30, 50], 1000)).toEqual(['5', '6', '30', '50'])
  expect(gone([1, 2, 3, 4], 900_000_000)).toEqual(['3', '4'])
  expect(gone([1, 2, 3], 5_000_000_000)).toEqual(['3'])
})
