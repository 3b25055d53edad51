import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { steadyClock } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import { fastClock } from './fast-clock.ts'
import { batchPriceMicros } from './remote-double.ts'
import { openRemoteLibrary, prompts } from './remote-library.ts'

/** Holds one step of the service until it is let go, or the host stops. */
function gate(step: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isMet = false
  return {
    on: (call: string) => {
      if (call !== step || isMet) return undefined
      isMet = true
      return promise
    },
    isMet: () => isMet,
    open: resolve,
  }
}

test.each(['upload', 'look', 'piece', 'forget'] as const)(
  'closed during %s, the next start goes on from there',
  async (step) => {
    const held = gate(step)
    const remote = await openRemoteLibrary({ on: held.on, limits: { usualRequests: 4 } })
    const batchId = await remote.start(prompts(10))
    await expect.poll(held.isMet).toBe(true)
    const closing = remote.library.engine.close(500)
    held.open()
    await closing
    const again = await openRemoteLibrary({ folder: remote.folder, limits: { usualRequests: 4 } })
    await again.library.engine.generation.whenIdle(batchId)
    const status = again.library.engine.batches.get({ batchId })
    expect(status).toMatchObject({ drafts: { done: 10, unknown: 0 }, reservedMicros: 0 })
    expect(status.settledMicros).toBe(again.double.billedMicros())
    expect(again.double.batches()).toHaveLength(3)
  },
)

test('closed while a start is out: it is waited for, and followed by the next start', async () => {
  const held = gate('started')
  const remote = await openRemoteLibrary({ on: held.on })
  const batchId = await remote.start(prompts(3))
  await expect.poll(held.isMet).toBe(true)
  const closing = remote.library.engine.close(20_000)
  held.open()
  await closing
  const again = await openRemoteLibrary({ folder: remote.folder })
  expect(again.library.engine.remoteBatches.list({ batchId, open: false })[0]?.state).toBe('working')
  await again.library.engine.generation.whenIdle(batchId)
  expect(again.library.engine.batches.get({ batchId }).drafts.done).toBe(3)
  expect(again.double.batches()).toHaveLength(1)
})

test('the provider works on while nobody has the library open', async () => {
  const remote = await openRemoteLibrary()
  const batchId = await remote.start(prompts(5))
  await remote.library.engine.generation.whenSent(batchId)
  await remote.library.engine.close()
  const again = await openRemoteLibrary({ folder: remote.folder, engine: { goesOn: false } })
  await again.library.engine.remoteBatches.lookNow({ remoteBatchId: null })
  await again.library.engine.generation.whenLooked(batchId)
  expect(again.library.engine.batches.get({ batchId }).drafts.done).toBe(5)
})

const dayMs = 86_400_000
const midnight = (day: number): number => day * dayMs

test('a run within a window waits for it, also over a restart, and says when', async () => {
  const startMs = midnight(20_000) + 60 * 60_000
  const options = { engine: { clock: fastClock(2000, startMs) } }
  const remote = await openRemoteLibrary(options)
  const window = { kind: 'window' as const, fromMinute: 120, toMinute: 480 }
  const batchId = await remote.start(prompts(3), { route: 'live', start: window })
  const { engine } = remote.library
  expect(engine.batches.get({ batchId })).toMatchObject({
    startsMs: midnight(20_000) + 120 * 60_000,
    drafts: { left: 3 },
  })
  expect(engine.generation.queue().batches[0]?.startsMs).toBe(midnight(20_000) + 120 * 60_000)
  await engine.close()
  expect(remote.double.billedMicros()).toBe(0)
  // Too late in the day: the next one.
  const later = fastClock(20_000, midnight(20_000) + 9 * 3_600_000)
  const again = await openRemoteLibrary({ folder: remote.folder, engine: { clock: later } })
  expect(again.library.engine.batches.get({ batchId }).startsMs).toBe(midnight(20_001) + 120 * 60_000)
  await again.library.engine.generation.whenIdle(batchId)
  expect(later.now()).toBeGreaterThanOrEqual(midnight(20_001) + 120 * 60_000)
  expect(again.library.engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 3 } })
  expect(again.library.engine.batches.get({ batchId }).startsMs).toBeUndefined()
})

test('a run at a time starts then, in remote batches too, and a machine that slept past it starts at once', async () => {
  let sleptMs = 0
  const base = steadyClock(0)
  const nowMs = base.now()
  const clock = { now: () => base.now() + sleptMs, sleep: base.sleep }
  const remote = await openRemoteLibrary({ engine: { clock, lookEveryMs: 50 } })
  const batchId = await remote.start(prompts(3), { start: { kind: 'at', atMs: nowMs + 6 * 3_600_000 } })
  const { engine } = remote.library
  expect(engine.remoteBatches.list({ batchId, open: false })).toEqual([])
  expect(engine.batches.get({ batchId })).toMatchObject({
    remote: { waiting: 3, out: 0 },
    startsMs: nowMs + 6 * 3_600_000,
  })
  sleptMs = 7 * 3_600_000
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).drafts.done).toBe(3)
  expect(remote.double.batches()).toHaveLength(1)
})

test('run again with another route and start, what waits takes those', async () => {
  const remote = await openRemoteLibrary()
  const far = { kind: 'at' as const, atMs: 5_000_000_000_000 }
  const batchId = await remote.start(prompts(4), { route: 'live', start: far })
  const { engine } = remote.library
  expect(engine.batches.get({ batchId }).estimateMicros).toBe(4 * 2 * batchPriceMicros)
  const again = await remote.run(prompts(4), { route: 'batch', start: { kind: 'now' } })
  expect(again).toMatchObject({ batchId, drafts: { done: 4 }, settledMicros: 4 * batchPriceMicros })
})

test('finals go in remote batches', async () => {
  const remote = await openRemoteLibrary()
  const { batchId } = await remote.run(prompts(2), { route: 'live' })
  const { engine } = remote.library
  engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'all' }, verb: { kind: 'approve' } })
  const targets = { kind: 'selector' as const, batchId, selector: 'approved' }
  const profile = {
    kind: 'rerender' as const,
    provider: 'double',
    model: 'double-image',
    width: 128,
    height: 128,
    scale: null,
  }
  const plan = await engine.generation.planFinals({ batchId, targets, profile, scale: 2 })
  expect(plan.batch).toMatchObject({ requests: 2, estimateMicros: 2 * batchPriceMicros })
  const { planId, highestMicros } = plan
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null, route: 'batch' })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 2 })
  expect(remote.double.batches()).toHaveLength(1)
})

test('a webhook makes it look at once', async () => {
  let looks = 0
  const on = (call: string) => {
    if (call === 'look') looks++
  }
  const remote = await openRemoteLibrary({ on, looks: 2, factor: 1, engine: { lookEveryMs: 600_000 } })
  const batchId = await remote.start(prompts(2))
  const { generation, batches } = remote.library.engine
  await generation.whenSent(batchId)
  for (const expected of [1, 2]) {
    generation.nudge('double', '1')
    await expect.poll(() => looks).toBe(expected)
  }
  await generation.whenIdle(batchId)
  expect(batches.get({ batchId }).drafts.done).toBe(2)
})

test('written out for use elsewhere, and its results read back: pictures by their ids, at the price that is said', async () => {
  const remote = await openRemoteLibrary({ limits: { mostRequests: 4 } })
  const { engine } = remote.library
  const far = { kind: 'at' as const, atMs: 5_000_000_000_000 }
  const batchId = await remote.start([...prompts(6), '[live] one'], { route: 'live', start: far })
  const plan = await engine.generation.planDrafts({
    sheetId: 1,
    settings: engine.batches.get({ batchId }).settings,
    alwaysNew: true,
    pricePerImageMicros: null,
  })
  const out = await engine.remoteBatches.writeOut({ planId: plan.planId, folder: join(remote.folder, 'out') })
  expect(out.files.map(({ requests }) => requests)).toEqual([4, 2])
  expect(out.left).toEqual([{ message: 'this cannot go in a batch', count: 1 }])
  const lines = (await Promise.all(out.files.map(({ path }) => readFile(path, 'utf8')))).join('').trimEnd().split('\n')
  const { png } = await import('#test/fake-provider/pictures.ts').then(({ openPictures }) => openPictures())
  const results = lines.map((line, at) => {
    const { id }: { id: string } = JSON.parse(line)
    return JSON.stringify(
      at === 0
        ? { id, error: { code: 'content-policy', billed: false } }
        : { id, png: png(id, 64, 64).toString('base64') },
    )
  })
  const file = join(remote.folder, 'results.jsonl')
  const stranger = JSON.stringify({ id: createHash('sha256').update('x').digest('hex'), png: '' })
  await writeFile(file, [...results, stranger, 'no JSON', results[1]].join('\n'))
  const read = await engine.remoteBatches.readIn({ batchId, path: file, provider: null, priceMicros: 7000 })
  expect(read).toMatchObject({ made: 5, failed: 1, known: 0, foreign: 3 })
  expect(engine.batches.get({ batchId })).toMatchObject({
    drafts: { done: 5, failed: 1, left: 1 },
    settledMicros: 5 * 7000,
    reservedMicros: 0,
  })
  expect(engine.remoteBatches.list({ batchId, open: false })[0]).toMatchObject({
    isImported: true,
    made: 5,
    refused: 1,
  })
  // Read once more, it changes nothing.
  const again = await engine.remoteBatches.readIn({ batchId, path: file, provider: null, priceMicros: 7000 })
  expect(again).toMatchObject({ known: 5 })
  expect(engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 5 }, settledMicros: 5 * 7000 })
  await expect(
    engine.remoteBatches.readIn({ batchId, path: file, provider: 'nobody', priceMicros: 0 }),
  ).rejects.toThrow(AppError)
  expect(await engine.library.verify()).toMatchObject({ ok: true })
})

test('while everything waits for its time, nothing is looked for over and over', async () => {
  const far = { kind: 'at' as const, atMs: 5_000_000_000_000 }
  const remote = await openRemoteLibrary({ factor: 1 })
  await remote.start(prompts(3), { start: far })
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const { user, system } = process.cpuUsage(before)
  // A loop takes all of the time that the machine gives.
  expect((user + system) / 1e6).toBeLessThan(0.75)
})
