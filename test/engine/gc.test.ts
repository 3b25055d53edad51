import { copyFile, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const settings = settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })])

async function filled(): Promise<TestLibrary> {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheetOf(['a', 'b', 'c']), settings)
  await library.engine.generation.whenIdle(batchId)
  return library
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('library.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

test('a library in use has nothing to clear away', async () => {
  const { engine } = await filled()
  expect(await engine.library.gc({ remove: false })).toEqual({ files: 0, bytes: 0, removed: false, found: [] })
})

test('what nothing points to is listed, stays until told, and then only that is removed', async () => {
  const library = await filled()
  const { engine, folder } = library
  const before = await filesIn(folder)
  const gone = 'ab'.repeat(32)
  const put = async (path: string, bytes: number): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), new Uint8Array(bytes))
  }
  await put(`pictures/ab/${gone}.png`, 100)
  await put(`pictures/ab/${gone}.0123456789abcdef.json`, 10)
  await put(`renditions/ab/${gone}-small.webp`, 20)
  await put(`sheets/${gone}`, 30)
  await put('pictures/ab/.1-abc.tmp', 40)
  await put('backups/.1-abc.tmp', 50)
  await put('rejected/job-1-1.bin', 60)
  await put('rejected/job-2-2.bin', 70)
  await put('pictures/ab/notes of mine.txt', 80)
  await put('damaged/library-2026-01-01T00-00-00-000Z.db', 90)
  const old = Date.now() / 1000 - 31 * 86_400
  await utimes(join(folder, 'rejected/job-1-1.bin'), old, old)
  const all = await filesIn(folder)

  const listed = await engine.library.gc({ remove: false })
  expect(listed).toMatchObject({ files: 7, bytes: 310, removed: false })
  expect(listed.found.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
    `picture pictures/ab/${gone}.0123456789abcdef.json`,
    `picture pictures/ab/${gone}.png`,
    'rejected rejected/job-1-1.bin',
    `rendition renditions/ab/${gone}-small.webp`,
    `sheet sheets/${gone}`,
    'temporary backups/.1-abc.tmp',
    'temporary pictures/ab/.1-abc.tmp',
  ])
  expect(await filesIn(folder)).toEqual(all)
  expect(await engine.library.verify()).toMatchObject({ ok: true, strays: 7 })

  expect(await engine.library.gc({ remove: true })).toMatchObject({ files: 7, bytes: 310, removed: true })
  const left = [
    'damaged/library-2026-01-01T00-00-00-000Z.db',
    'pictures/ab/notes of mine.txt',
    'rejected/job-2-2.bin',
  ].map((path) => join(folder, path))
  expect(await filesIn(folder)).toEqual([...before, ...left].sort())
  expect(await engine.library.verify()).toMatchObject({ ok: true, strays: 0, pictures: 3 })
})

test('nothing is removed while pictures are being made, nor beside another host', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const batchId = await runSheet(library, sheetOf(Array.from({ length: 60 }, (_, at) => `shoe ${at}`)), settings)
  while (engine.generation.running() === 0) await new Promise((resolve) => setImmediate(resolve))
  await expect(engine.library.gc({ remove: true })).rejects.toMatchObject({ code: 'conflict' })
  await engine.generation.whenIdle(batchId)
  const reader = await openTestLibrary({ library: library.folder, readOnly: true })
  await expect(reader.engine.library.gc({ remove: true })).rejects.toMatchObject({ code: 'conflict' })
  expect(await reader.engine.library.gc({ remove: false })).toMatchObject({ files: 0 })
})

test('verify tells each thing apart: a picture that is gone, rows that are gone, a sum that drifted', async () => {
  const library = await filled()
  const { ids } = library.engine.tiles.ids({ batchId: 1, filter: {}, order: 'sheet' })
  const images = library.engine.tiles.many({ tileIds: ids }).map((tile) => tile.image)
  const { file } = await library.engine.media(images[0]?.id ?? 0, 'full')
  await copyFile(file, `${file}.kept`)
  await rm(file)
  const gone = await library.engine.library.verify()
  expect(gone.problems).toEqual([
    { message: expect.stringContaining('missing'), sha256: images[0]?.sha256, imageIds: [images[0]?.id] },
  ])
  await copyFile(`${file}.kept`, file)
  expect(await library.engine.library.verify()).toMatchObject({ ok: true })

  const beside = new Database(join(library.folder, 'library.db'))
  beside.pragma('foreign_keys = OFF')
  beside.exec(`DELETE FROM blob WHERE sha256 = '${images[1]?.sha256}'; DELETE FROM image WHERE id = ${images[2]?.id}`)
  beside.exec(`UPDATE ledger SET state = 'settled', settled_micros = 7, reserved_micros = 7 WHERE job_id = 1`)
  beside.close()
  const { ok, problems } = await library.engine.library.verify()
  expect(ok).toBe(false)
  const text = problems.map((problem) => problem.message).join('\n')
  expect(text).toMatch(/image point to blob that are gone/)
  expect(text).toMatch(/1 jobs are done and have no image/)
  expect(text).toMatch(/sums under the caps differed/)
})
