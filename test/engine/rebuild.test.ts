import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Engine } from '#engine/engine.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'
import { openPaidLibrary, type PaidLibrary, priceMicros } from './paid-library.ts'

const prompts = ['a red shoe', 'a blue cup', 'a green chair', 'a white lamp', 'a grey stone']

const picturesOf = ({ batches, tiles }: Engine): string[] =>
  batches.list().flatMap(({ batchId }) => {
    const { ids } = tiles.ids({ batchId, filter: {}, order: 'sheet' })
    return tiles.many({ tileIds: ids }).flatMap((tile) => tile.image?.sha256 ?? [])
  })

const database = (library: TestLibrary) => join(library.folder, 'library.db')
const withoutBackups = (library: TestLibrary) => rm(join(library.folder, 'backups'), { recursive: true })

/** Each leaves a file that no database can be read from. */
const damages: readonly [string, (file: string) => Promise<void>][] = [
  ['empty', (file) => truncate(file, 0)],
  ['missing', (file) => rm(file)],
  ['torn', async (file) => truncate(file, Math.floor((await stat(file)).size / 2 / 4096) * 4096)],
  ['not a database', (file) => writeFile(file, 'x'.repeat(50_000))],
  ['beginning overwritten', (file) => overwrite(file, 0, 4096)],
  ['middle overwritten', async (file) => overwrite(file, Math.floor((await stat(file)).size / 2), 20_000)],
]

async function overwrite(file: string, from: number, length: number): Promise<void> {
  const bytes = await readFile(file)
  bytes.fill(0xa7, from, from + length)
  await writeFile(file, bytes)
}

async function paidFor(paid: PaidLibrary) {
  const status = await paid.run(prompts)
  expect(status.drafts.done).toBe(prompts.length)
  return { pictures: picturesOf(paid.library.engine), status }
}

test.each(damages)('a database that is %s is moved aside and made again from its backup', async (_name, damage) => {
  const paid = await openPaidLibrary()
  const { pictures, status } = await paidFor(paid)
  const { engine } = paid.library
  await engine.review.apply({
    targets: { kind: 'selector', batchId: status.batchId, selector: 'rows:2' },
    verb: { kind: 'approve' },
  })
  await engine.close()
  await damage(database(paid.library))
  const damaged = await readFile(database(paid.library)).catch(() => null)

  const again = (await paid.library.reopen()).engine
  expect(again.library.info().madeAgain).toMatchObject({ backupMs: expect.any(Number), pictures: 0 })
  expect(picturesOf(again)).toEqual(pictures)
  expect(again.batches.get({ batchId: status.batchId })).toMatchObject({
    settledMicros: prompts.length * priceMicros,
    decisions: { approved: 1 },
  })
  await expect(again.library.verify()).resolves.toMatchObject({ ok: true, pictures: prompts.length })
  const aside = await readdir(join(paid.library.folder, 'damaged')).catch(() => [])
  const kept = await Promise.all(aside.map((name) => readFile(join(paid.library.folder, 'damaged', name))))
  if (damaged) expect(kept.some((bytes) => bytes.equals(damaged))).toBe(true)
})

test('without any backup every picture comes back, in its batch and at its cost, and nothing is paid again', async () => {
  const paid = await openPaidLibrary()
  const { pictures, status } = await paidFor(paid)
  await paid.library.engine.close()
  await withoutBackups(paid.library)
  await truncate(database(paid.library), 0)

  const library = await paid.library.reopen()
  const { engine } = library
  expect(engine.library.info()).toMatchObject({ images: 5, madeAgain: { backupMs: null, pictures: 5 } })
  expect(picturesOf(engine).sort()).toEqual([...pictures].sort())
  expect(engine.batches.list()).toMatchObject([
    { batch: status.batch, createdMs: status.createdMs, settledMicros: 5 * priceMicros, drafts: { done: 5, left: 0 } },
  ])
  const { ids } = engine.tiles.ids({ batchId: engine.batches.list()[0]?.batchId ?? 0, filter: {}, order: 'sheet' })
  expect(
    engine.tiles
      .many({ tileIds: ids })
      .map((tile) => [tile.row, tile.prompt])
      .sort(),
  ).toEqual(prompts.map((text, at) => [at + 1, text]))
  await expect(engine.library.verify()).resolves.toMatchObject({ ok: true, pictures: 5, ledgerEntries: 5, strays: 0 })

  const sent = paid.fake.ledger().requests
  const settings = engine.settings.get()
  expect(settings.capsShut).toBe(true)
  configureAgain(paid, library)
  const batchId = await startIn(library, prompts)
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 5, cached: 5 })
  expect(paid.fake.ledger().requests).toBe(sent)
})

test('what was paid after the backup is found beside the pictures: its jobs are done and are not sent again', async () => {
  const paid = await openPaidLibrary()
  const batchId = await paid.start(prompts, { first: 2 })
  await paid.library.engine.generation.whenIdle(batchId)
  await paid.library.engine.close()
  const backup = join(paid.library.folder, 'backups')
  const [old = ''] = await readdir(backup)
  const kept = join(paid.library.folder, 'kept.db')
  await copyFile(join(backup, old), kept)

  const later = await paid.library.reopen()
  later.engine.generation.release({ batchId, reason: 'sample' })
  await later.engine.generation.whenIdle(batchId)
  const second = await startIn(later, ['a batch that the backup has never seen'])
  await later.engine.generation.whenIdle(second)
  const before = picturesOf(later.engine)
  await later.engine.close()
  await rm(backup, { recursive: true })
  await writeFile(database(later), 'torn')
  await copyBack(later, kept)
  const sent = paid.fake.ledger().requests

  const { engine } = await later.reopen()
  expect(engine.library.info().madeAgain).toMatchObject({ pictures: 4 })
  expect(picturesOf(engine).sort()).toEqual(before.sort())
  const [newest, first] = engine.batches.list()
  expect(first).toMatchObject({ batchId, drafts: { done: 5, left: 0, held: 0 }, settledMicros: 5 * priceMicros })
  expect(newest).toMatchObject({ drafts: { done: 1 }, settledMicros: priceMicros })
  await engine.generation.whenIdle(batchId)
  expect(paid.fake.ledger().requests).toBe(sent)
  await expect(engine.library.verify()).resolves.toMatchObject({ ok: true })
})

async function copyBack(library: TestLibrary, file: string): Promise<void> {
  await mkdir(join(library.folder, 'backups'), { recursive: true })
  await copyFile(file, join(library.folder, 'backups', 'library-2026-01-02T03-04-05-006Z.db'))
}

test('after a rebuild nothing paid starts until a person says so; free work goes on', async () => {
  const paid = await openPaidLibrary()
  await paidFor(paid)
  await paid.library.engine.close()
  await truncate(database(paid.library), 0)
  const library = await paid.library.reopen()
  const { engine } = library
  const sent = paid.fake.ledger().requests
  const batchId = await startIn(library, ['something new'])
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 0, held: 1 })
  expect(paid.fake.ledger().requests).toBe(sent)

  engine.settings.set({ capsShut: false })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 1, held: 0 })
  expect(paid.fake.ledger().requests).toBe(sent + 1)
})

test('a rebuild that is killed half way goes on at the next start', async () => {
  const paid = await openPaidLibrary()
  const { pictures } = await paidFor(paid)
  await paid.library.engine.close()
  await withoutBackups(paid.library)
  const note = { stage: 'aside', reason: 'it is torn', startedMs: Date.now(), backupMs: null }
  await writeFile(join(paid.library.folder, 'rebuild.json'), JSON.stringify(note))
  await expect(paid.library.reopen({ readOnly: true })).rejects.toMatchObject({ code: 'storage' })
  const { engine } = await paid.library.reopen()
  expect(picturesOf(engine).sort()).toEqual([...pictures].sort())
  expect(await readdir(paid.library.folder)).not.toContain('rebuild.json')
})

test('a newer library is refused, and not one byte of it changes', async () => {
  const library = await openTestLibrary()
  await library.engine.close()
  const file = database(library)
  for (const name of await readdir(library.folder))
    if (name !== 'library.db') await rm(join(library.folder, name), { recursive: true })
  const newer = new Database(file)
  newer.pragma('journal_mode = DELETE')
  newer.pragma('user_version = 990')
  newer.close()
  const state = async () => {
    const names = (await readdir(library.folder)).sort()
    const hash = createHash('sha256').update(await readFile(file))
    return { names, sha256: hash.digest('hex'), modifiedMs: (await stat(file)).mtimeMs }
  }
  const before = await state()
  for (const readOnly of [false, true])
    await expect(openTestLibrary({ library: library.folder, readOnly })).rejects.toMatchObject({ code: 'conflict' })
  expect(await state()).toEqual(before)
})

test('a host that only reads says what to do with a damaged library, and changes nothing', async () => {
  const library = await openTestLibrary()
  await library.engine.close()
  await writeFile(database(library), 'x'.repeat(9000))
  await expect(openTestLibrary({ library: library.folder, readOnly: true })).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('Open it once'),
  })
  expect(await readFile(database(library), 'utf8')).toBe('x'.repeat(9000))
})

const startIn = (library: TestLibrary, texts: readonly string[]) =>
  runSheet(
    library,
    sheetOf(texts),
    settingsFor([draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })]),
  )

/** Where no backup was, a person enters the provider's address again. */
function configureAgain({ fake }: PaidLibrary, { engine }: TestLibrary): void {
  const settings = { baseUrl: `${fake.url}/v1`, pricePerImageUsd: priceMicros / 1_000_000 }
  engine.providers.configure({ provider: 'openai-compatible', settings })
}

test('finals come back beside their drafts, and an unsound backup is passed over', async () => {
  const library = await openTestLibrary()
  const { engine } = library
  const batchId = await runSheet(
    library,
    sheetOf(['a red shoe', 'a cup']),
    settingsFor([draftProfile('sketch', 'sketch')]),
  )
  await engine.generation.whenIdle(batchId)
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'rows:1' }, verb: { kind: 'approve' } })
  const targets = { kind: 'selector' as const, batchId, selector: 'approved' }
  const plan = await engine.generation.planFinals({ batchId, targets, profile: null, scale: 2 })
  await engine.generation.run({ planId: plan.planId, highestMicros: 0, name: null, first: null, capMicros: null })
  await engine.generation.whenIdle(batchId)
  await engine.close()
  const backups = join(library.folder, 'backups')
  for (const name of await readdir(backups)) await overwrite(join(backups, name), 8192, 60_000)
  await rm(database(library))

  const again = (await library.reopen()).engine
  expect(again.library.info().madeAgain).toMatchObject({ backupMs: null, pictures: 3 })
  const [batch] = again.batches.list()
  const { ids } = again.tiles.ids({ batchId: batch?.batchId ?? 0, filter: { hasFinal: true }, order: 'sheet' })
  expect(ids).toHaveLength(1)
  const [tile] = again.tiles.many({ tileIds: ids })
  expect(tile).toMatchObject({
    row: 1,
    prompt: 'a red shoe',
    finals: [{ stage: 'final', sourceImageId: tile?.image?.id }],
  })
})

test('a kill between a picture and its rows: the next start finds the picture, and the job is done, not unknown', async () => {
  const paid = await openPaidLibrary()
  const { status } = await paidFor(paid)
  await paid.library.engine.close()
  // As a kill leaves it: files durable, nothing committed after the claim.
  const rows = new Database(database(paid.library))
  rows.exec(`DELETE FROM image WHERE job_id = 3; DELETE FROM cache_entry WHERE prompt_hash = (SELECT prompt_hash FROM job WHERE id = 3);
    DELETE FROM blob WHERE sha256 NOT IN (SELECT blob_sha256 FROM image);
    UPDATE job SET state = 'submitting' WHERE id = 3;
    UPDATE ledger SET state = 'reserved', settled_micros = NULL, ended_ms = NULL, outcome = NULL WHERE job_id = 3`)
  rows.close()
  await rm(join(paid.library.folder, 'closed.json'))
  const { engine } = await paid.library.reopen()
  expect(engine.batches.get({ batchId: status.batchId })).toMatchObject({
    drafts: { done: 5, unknown: 0 },
    settledMicros: 5 * priceMicros,
    reservedMicros: 0,
  })
  expect(engine.settings.get().capsShut).toBe(false)
  expect(paid.fake.ledger().requests).toBe(5)
})
