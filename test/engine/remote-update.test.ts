import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import { temporaryFolder } from './open-library.ts'
import { batchPriceMicros, livePriceMicros } from './remote-double.ts'
import { openRemoteLibrary, prompts, type RemoteLibrary } from './remote-library.ts'

/** Brings a batch to these prompts and waits until all of it is there. */
async function update(
  { library: { engine } }: RemoteLibrary,
  batchId: number,
  words: readonly string[],
  sending: Pick<RunInput, 'route' | 'routes' | 'start'> = {},
): Promise<void> {
  const bytesBase64 = Buffer.from(`prompt\n${words.join('\n')}\n`).toString('base64')
  const sheet = await engine.sheets.add({ name: 'newer.csv', bytesBase64 })
  const { plan } = await engine.batches.compareSheet({ batchId, sheetId: sheet.id, pricePerImageMicros: null })
  await engine.batches.update({ planId: plan.planId, highestMicros: plan.highestMicros, ...sending })
}

test('what a newer sheet adds goes the way that its batch went: once it went live, at twice the price', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const { batchId } = await remote.run(prompts(3))
  await update(remote, batchId, [...prompts(3), 'one more'])
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 4 }, settledMicros: 4 * batchPriceMicros })
  expect(remote.double.batches().map(({ id }) => remote.double.requests(id).length)).toEqual([3, 1])

  // Said for this once.
  await update(remote, batchId, [...prompts(3), 'one more', 'and one now'], { route: 'live' })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).settledMicros).toBe(4 * batchPriceMicros + livePriceMicros)
  // A row that no batch takes is made all the same.
  await update(remote, batchId, [...prompts(3), 'one more', 'and one now', '[live] this'])
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({
    drafts: { done: 6, failed: 0 },
    settledMicros: 4 * batchPriceMicros + 2 * livePriceMicros,
  })
})

test('what a newer sheet adds waits for the time that its batch waits for, also after a restart', async () => {
  const folder = await temporaryFolder()
  const first = await openRemoteLibrary({ folder })
  const start = { kind: 'at' as const, atMs: Date.now() + 400 * 86_400_000 }
  const batchId = await first.start(prompts(2), { start })
  await first.library.engine.close()
  const remote = await openRemoteLibrary({ folder })
  await update(remote, batchId, [...prompts(2), 'one more'])
  const { engine } = remote.library
  expect(engine.batches.get({ batchId })).toMatchObject({ startsMs: start.atMs, remote: { waiting: 3, out: 0 } })
  expect(remote.double.batches()).toEqual([])
})

test('a batch that never said how it is sent stays live', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const batchId = await remote.start(prompts(1), { route: undefined })
  await engine.generation.whenIdle(batchId)
  await update(remote, batchId, [...prompts(1), 'one more'])
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).settledMicros).toBe(2 * livePriceMicros)
  expect(remote.double.batches()).toEqual([])
})

test('a library of version 130 keeps its batches, which say nothing of how they were sent', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  migrate(database, 130)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1)`)
  migrate(database, 190)
  expect(schemaVersion(database)).toBe(190)
  expect(database.prepare('SELECT name, sending_json AS sending FROM batch').all()).toEqual([
    { name: 'b', sending: null },
  ])
  database.close()
})
