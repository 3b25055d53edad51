import { expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { batchPriceMicros, livePriceMicros } from './remote-double.ts'
import { openRemoteLibrary, prompts, type RemoteLibrary } from './remote-library.ts'

const statesOf = ({ library }: RemoteLibrary) =>
  library.engine.remoteBatches.list({ batchId: null, open: false }).map(({ state }) => state)

test('a run is sent when its last batch is started, whatever is being read of the others meanwhile', async () => {
  let isGone = true
  const on = (call: string) => {
    if (call === 'piece' && isGone) throw new AppError('provider-unavailable', 'Its files cannot be fetched.')
  }
  const remote = await openRemoteLibrary({ limits: { usualRequests: 2 }, on })
  const { engine } = remote.library
  const batchId = await remote.start(prompts(6))
  await expect.poll(() => statesOf(remote)).toEqual(['reading', 'reading', 'reading'])
  await engine.generation.whenSent(batchId)
  expect(statesOf(remote)).toEqual(['reading', 'reading', 'reading'])
  isGone = false
  await engine.remoteBatches.lookNow({ remoteBatchId: null })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 6 }, settledMicros: 6 * batchPriceMicros })
})

test('asked for batches where no model takes any: refused before anything is stored, with why', async () => {
  const remote = await openRemoteLibrary()
  const refusal = remote.start(['[live] one', '[live] two'])
  await expect(refusal).rejects.toThrow(/Nothing of this can be made in a batch: this cannot go in a batch/)
  expect(remote.library.engine.batches.list()).toEqual([])
  // A part of it does: the rest goes live, as the plan says.
  const status = await remote.run(['[live] one', 'two'])
  expect(status.drafts).toMatchObject({ done: 2 })
  expect(status.settledMicros).toBe(livePriceMicros + batchPriceMicros)
})

test('what failed in batches goes live where a person says so, at the live price', async () => {
  const fate = (prompt: string) => (prompt === 'picture 2' ? 'fail' : undefined)
  const remote = await openRemoteLibrary({ fate, factor: 2000 })
  const { engine } = remote.library
  const { batchId } = await remote.run(prompts(3))
  const [group] = engine.generation.failures({ batchId }).groups
  expect(group).toMatchObject({ code: 'model-failed', count: 1, liveMicros: livePriceMicros })
  expect(engine.generation.retry({ batchId, only: null, jobIds: null, route: 'live' })).toEqual({ retried: 1 })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({
    drafts: { done: 3, failed: 0 },
    settledMicros: 2 * batchPriceMicros + livePriceMicros,
    reservedMicros: 0,
  })
})

test('what waits for a follow-up batch goes live with the rest where a person does not want to wait', async () => {
  const fate = (prompt: string) => (prompt === 'picture 2' ? 'fail' : undefined)
  const remote = await openRemoteLibrary({ fate, factor: 20 })
  const { engine } = remote.library
  const batchId = await remote.start(prompts(3))
  await expect.poll(() => statesOf(remote)).toEqual(['over'])
  expect(engine.batches.get({ batchId })).toMatchObject({
    drafts: { done: 2, left: 1 },
    remote: { waiting: 1, out: 0 },
  })
  expect(engine.generation.retry({ batchId, only: null, jobIds: null, route: 'live' })).toEqual({ retried: 1 })
  await expect.poll(() => engine.batches.get({ batchId }).drafts.done).toBe(3)
  expect(engine.batches.get({ batchId }).settledMicros).toBe(2 * batchPriceMicros + livePriceMicros)
  expect(remote.double.batches()).toHaveLength(1)
})

test('a final that goes in a batch says what it waits for', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const { batchId } = await remote.run(prompts(2))
  const tileIds = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids
  const targets = { kind: 'tiles' as const, tileIds }
  await engine.review.apply({ targets, verb: { kind: 'approve' } })
  const plan = await engine.generation.planFinals({
    batchId,
    targets,
    profile: null,
    scale: 2,
  })
  const { planId, highestMicros } = plan
  const start = { kind: 'at' as const, atMs: Date.now() + 400 * 86_400_000 }
  await engine.generation.run({
    planId,
    highestMicros,
    name: null,
    first: null,
    capMicros: null,
    route: 'batch',
    start,
  })
  expect(engine.tiles.many({ tileIds })[0]).toMatchObject({ finalState: 'queued', finalRemote: 'waiting' })
})
