import { expect, test } from 'vitest'
import { openRemoteLibrary, prompts, type RemoteLibrary } from './remote-library.ts'

const tilesOf = ({ library: { engine } }: RemoteLibrary, batchId: number) =>
  engine.tiles.many({ tileIds: engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids })

test('a sample is made live and at once; the rest waits for its batch and its time', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const start = { kind: 'at' as const, atMs: Date.now() + 400 * 86_400_000 }
  const { batchId, drafts } = await remote.run(prompts(30), { first: 5, start })
  expect(drafts).toMatchObject({ done: 5, held: 25, left: 0 })
  expect(remote.double.batches()).toHaveLength(0)

  engine.generation.release({ batchId, reason: 'sample' })
  expect(engine.batches.get({ batchId })).toMatchObject({ startsMs: start.atMs, remote: { waiting: 25, out: 0 } })
  const waiting = tilesOf(remote, batchId).filter(({ image }) => image === null)
  expect(waiting.map(({ state, remote: way }) => [state, way])).toEqual(waiting.map(() => ['queued', 'waiting']))

  expect(engine.generation.control({ action: 'start', of: { kind: 'batch', batchId } })).toEqual({ changed: 25 })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 30, left: 0 })
  expect(remote.double.batches()).toHaveLength(1)
  expect(tilesOf(remote, batchId).every(({ remote: way }) => way === undefined)).toBe(true)
})

test('a tile that is at its provider in a batch says so until its picture is there', async () => {
  const remote = await openRemoteLibrary({ looks: 1_000_000 })
  const { engine } = remote.library
  const batchId = await remote.start(prompts(3))
  await expect.poll(() => engine.remoteBatches.list({ batchId, open: true })[0]?.state).toBe('working')
  expect(tilesOf(remote, batchId).map((tile) => [tile.state, tile.remote])).toEqual(
    prompts(3).map(() => ['running', 'out']),
  )
})

test('a plan says why some of it can only go live', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const text = `prompt\n${prompts(3).join('\n')}\n[live] one\n`
  const sheet = await engine.sheets.add({ name: 'a.csv', bytesBase64: Buffer.from(text).toString('base64') })
  const profile = { provider: 'double', model: 'double-image', width: null, height: null, quality: null, options: {} }
  const settings = { mapping: { prompt: 'prompt' }, template: null, profiles: [profile], variants: 1, baseSeed: 0 }
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings,
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  expect(plan.parts).toMatchObject([{ requests: 4, batch: { requests: 3 }, liveBecause: 'this cannot go in a batch' }])
})

test('start is for batches: a provider has none', async () => {
  const { library } = await openRemoteLibrary()
  expect(() =>
    library.engine.generation.control({ action: 'start', of: { kind: 'provider', provider: 'double' } }),
  ).toThrow(/for batches/)
})
