import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { batchPriceMicros, livePriceMicros } from './remote-double.ts'
import { doubleProfile, openRemoteLibrary, prompts, type RemoteLibrary } from './remote-library.ts'

const listOf = ({ library }: RemoteLibrary) => library.engine.remoteBatches.list({ batchId: null, open: false })

/** Nothing is held any more, and what is settled is what the service billed, to the cent. */
function expectEven(remote: RemoteLibrary, batchId: number): void {
  const { reservedMicros, settledMicros, unknownMicros } = remote.library.engine.batches.get({ batchId })
  expect({ reservedMicros, unknownMicros }).toEqual({ reservedMicros: 0, unknownMicros: 0 })
  expect(settledMicros).toBe(remote.double.billedMicros())
}

test('a run by batch: half the price, every picture, in files of the usual size, cleared up', async () => {
  const forgotten: string[] = []
  const on = (call: string, what: string) => call === 'forget' && forgotten.push(what)
  const remote = await openRemoteLibrary({ limits: { usualRequests: 10 }, looks: 3, on })
  const status = await remote.run(prompts(25))
  expect(status).toMatchObject({
    drafts: { done: 25, left: 0, failed: 0, unknown: 0 },
    estimateMicros: 25 * batchPriceMicros,
    requests: 25,
  })
  expectEven(remote, status.batchId)
  expect(remote.double.batches().map(({ id }) => remote.double.requests(id).length)).toEqual([10, 10, 5])
  const list = listOf(remote)
  expect(list).toHaveLength(3)
  expect(list[0]).toMatchObject({
    state: 'over',
    how: 'completed',
    made: 5,
    requests: 5,
    settledMicros: 5 * batchPriceMicros,
  })
  expect(await readdir(join(remote.library.folder, 'remote'))).toEqual([])
  expect(forgotten).toHaveLength(3)
  expect(await remote.library.engine.library.verify()).toMatchObject({ ok: true })
})

test('refused and failed ones: a refusal stays failed, the rest goes in smaller follow-ups, three at most', async () => {
  const fate = (prompt: string, round: number) =>
    prompt === 'picture 1'
      ? 'refuse'
      : prompt === 'picture 2' && round < 2
        ? 'fail'
        : prompt === 'picture 3'
          ? 'fail'
          : undefined
  const remote = await openRemoteLibrary({ fate, factor: 2000 })
  const status = await remote.run(prompts(6))
  expect(status.drafts).toMatchObject({ done: 4, failed: 2, left: 0 })
  const sizes = remote.double.batches().map(({ id }) => remote.double.requests(id).length)
  expect(sizes).toEqual([6, 2, 2, 1])
  expectEven(remote, status.batchId)
  const { groups } = remote.library.engine.generation.failures({ batchId: status.batchId })
  expect(groups.map(({ code, count }) => [code, count]).sort()).toEqual([
    ['content-policy', 1],
    ['model-failed', 1],
  ])
  expect(listOf(remote).at(-1)).toMatchObject({ requests: 6, made: 3, refused: 1, again: 2 })
})

test('most of it refused: that is said', async () => {
  const remote = await openRemoteLibrary({ fate: () => 'refuse' })
  const status = await remote.run(prompts(5))
  expect(status.drafts).toMatchObject({ done: 0, failed: 5 })
  expect(listOf(remote)[0]?.message).toMatch(/Most of it was refused.*5 of 5/)
})

test('a request that the results say nothing of is unknown, and its cost stays counted', async () => {
  const remote = await openRemoteLibrary({ fate: (prompt) => (prompt === 'picture 2' ? 'silent' : undefined) })
  const status = await remote.run(prompts(3))
  expect(status).toMatchObject({
    drafts: { done: 2, unknown: 1 },
    settledMicros: 2 * batchPriceMicros,
    unknownMicros: batchPriceMicros,
  })
  expect(remote.double.batches()).toHaveLength(1)
})

test('a result twice and lines about nobody do no harm', async () => {
  const remote = await openRemoteLibrary({ fate: () => 'twice' })
  const status = await remote.run(prompts(5))
  expect(status.drafts.done).toBe(5)
  expectEven(remote, status.batchId)
  expect(await remote.library.engine.library.verify()).toMatchObject({ images: 5 })
})

test('expired with a part: that is kept, the rest goes again and is charged once', async () => {
  const fate = (prompt: string, round: number) => (round === 0 && prompt !== 'picture 1' ? 'unmade' : undefined)
  const how = (batch: string) => (batch === '1' ? 'expired' : 'completed')
  const remote = await openRemoteLibrary({ fate, how, factor: 20_000 })
  const status = await remote.run(prompts(4))
  expect(status.drafts.done).toBe(4)
  expectEven(remote, status.batchId)
  expect(remote.double.batches()).toHaveLength(2)
})

test('a batch that the service refuses as a whole costs nothing, and is on the failure list after three follow-ups', async () => {
  const remote = await openRemoteLibrary({ how: () => 'failed', factor: 2000 })
  const status = await remote.run(prompts(2))
  expect(status.drafts).toMatchObject({ done: 0, failed: 2 })
  expect(remote.double.batches()).toHaveLength(4)
  expectEven(remote, status.batchId)
  const [group] = remote.library.engine.generation.failures({ batchId: status.batchId }).groups
  expect(group?.message).toBe('The file was no good.')
})

test('canceled while the provider works: what was made is kept, the rest canceled and not charged', async () => {
  const fate = (prompt: string) => (prompt === 'picture 1' ? undefined : 'unmade')
  const remote = await openRemoteLibrary({ fate, looks: 1000 })
  const batchId = await remote.start(prompts(3))
  const { generation, batches } = remote.library.engine
  await generation.whenSent(batchId)
  expect(batches.get({ batchId })).toMatchObject({
    reservedMicros: 3 * batchPriceMicros,
    remote: { waiting: 0, out: 3, remoteBatches: 1 },
  })
  generation.control({ action: 'cancel', of: { kind: 'batch', batchId } })
  await generation.whenIdle(batchId)
  expect(batches.get({ batchId }).drafts).toMatchObject({ done: 1, canceled: 2, left: 0 })
  expect(listOf(remote)[0]).toMatchObject({ how: 'canceled', isCancelAsked: true, made: 1, canceled: 2 })
  expectEven(remote, batchId)
})

test('a batch that is paused starts nothing new, and what is out is followed', async () => {
  const remote = await openRemoteLibrary({ limits: { usualRequests: 2, startsPerHour: 1 }, looks: 3, factor: 2000 })
  const batchId = await remote.start(prompts(4))
  const { generation, batches } = remote.library.engine
  await expect.poll(() => remote.double.batches().length).toBe(1)
  generation.control({ action: 'pause', of: { kind: 'batch', batchId } })
  await expect.poll(() => batches.get({ batchId }).drafts.done).toBe(2)
  await generation.whenIdle(batchId)
  expect(remote.double.batches()).toHaveLength(1)
  generation.control({ action: 'resume', of: { kind: 'batch', batchId } })
  await generation.whenIdle(batchId)
  expect(batches.get({ batchId }).drafts.done).toBe(4)
  expect(remote.double.batches()).toHaveLength(2)
})

test('canceled before it was started: nothing is sent, and nothing charged', async () => {
  const remote = await openRemoteLibrary({ limits: { usualRequests: 2, startsPerHour: 1 }, looks: 100_000 })
  const batchId = await remote.start(prompts(4))
  const states = () => listOf(remote).map(({ state }) => state)
  await expect.poll(() => states().sort()).toEqual(['uploaded', 'working'])
  const { generation, batches } = remote.library.engine
  generation.control({ action: 'cancel', of: { kind: 'batch', batchId } })
  await generation.whenIdle(batchId)
  expect(batches.get({ batchId }).drafts).toMatchObject({ done: 2, canceled: 2, left: 0 })
  expect(remote.double.batches()).toHaveLength(1)
  expect(
    listOf(remote)
      .map(({ how }) => how)
      .sort(),
  ).toEqual(['canceled', 'unsent'])
  expectEven(remote, batchId)
})

test('a batch that is refused because the queue is full is started again later, under another label', async () => {
  const remote = await openRemoteLibrary({ isFull: (batch) => batch === '1', factor: 2000 })
  const status = await remote.run(prompts(3))
  expect(status.drafts).toMatchObject({ done: 3, failed: 0, unknown: 0 })
  const labels = remote.double.batches().map(({ label }) => label)
  expect([labels.length, new Set(labels).size]).toEqual([2, 2])
  expectEven(remote, status.batchId)
})

test('a start whose reply is lost is found by its label, and never sent twice', async () => {
  const lost = new AppError('outcome-unknown', 'The reply was lost.', { billed: null })
  const on = (call: string) => {
    if (call === 'started') throw lost
  }
  const remote = await openRemoteLibrary({ on })
  const status = await remote.run(prompts(3))
  expect(status.drafts.done).toBe(3)
  expect(remote.double.batches()).toHaveLength(1)
  expectEven(remote, status.batchId)
})

test('a start that was lost and is nowhere: unknown until a person decides; retried, it goes once more', async () => {
  let isDown = true
  const on = (call: string) => {
    if (call === 'start' && isDown) throw new AppError('outcome-unknown', 'The reply was lost.', { billed: null })
  }
  const remote = await openRemoteLibrary({ on, factor: 20_000 })
  const status = await remote.run(prompts(3))
  expect(status).toMatchObject({ drafts: { unknown: 3, done: 0 }, unknownMicros: 3 * batchPriceMicros })
  expect(listOf(remote)[0]).toMatchObject({ state: 'lost', unknown: 3 })
  isDown = false
  const { generation, batches } = remote.library.engine
  const jobIds = generation.failures({ batchId: status.batchId }).groups.flatMap((group) => group.jobIds)
  generation.resolveUnknown({ jobIds, action: 'retry' })
  await generation.whenIdle(status.batchId)
  expect(batches.get({ batchId: status.batchId }).drafts).toMatchObject({ done: 3, unknown: 0 })
  expect(remote.double.batches()).toHaveLength(1)
})

test('a lost one that the list shows late is found when a person looks', async () => {
  let isListed = false
  const on = (call: string) => {
    if (call === 'started') throw new AppError('outcome-unknown', 'The reply was lost.', { billed: null })
  }
  const remote = await openRemoteLibrary({ on, isListed: () => isListed, factor: 20_000 })
  const status = await remote.run(prompts(2))
  expect(status.drafts.unknown).toBe(2)
  isListed = true
  await remote.library.engine.remoteBatches.lookNow({ remoteBatchId: null })
  await remote.library.engine.generation.whenIdle(status.batchId)
  expect(remote.library.engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ done: 2, unknown: 0 })
  expect(remote.double.batches()).toHaveLength(1)
  expectEven(remote, status.batchId)
})

test.each([
  ['rate-limited', 'start'],
  ['provider-unavailable', 'upload'],
  ['provider-unavailable', 'look'],
] as const)('%s at %s is tried again by itself', async (code, where) => {
  let left = 3
  const on = (call: string) => {
    if (call === where && left-- > 0) throw new AppError(code, 'Not now.', { billed: false })
  }
  const remote = await openRemoteLibrary({ on, factor: 2000 })
  const status = await remote.run(prompts(2))
  expect(status.drafts.done).toBe(2)
  expect(remote.double.batches()).toHaveLength(1)
  expectEven(remote, status.batchId)
})

test.each(['auth', 'quota'] as const)(
  '%s pauses the provider with one message, and goes on when a person has acted',
  async (code) => {
    let isBad = true
    const on = (call: string) => {
      if (call === 'upload' && isBad) throw new AppError(code, 'Look at the key.', { billed: false })
    }
    const remote = await openRemoteLibrary({ on })
    const status = await remote.run(prompts(2))
    const { generation, batches } = remote.library.engine
    expect(status.drafts).toMatchObject({ left: 2 })
    expect(generation.queue().lanes[0]?.paused).toEqual({ code, message: 'Look at the key.' })
    isBad = false
    generation.control({ action: 'resume', of: { kind: 'provider', provider: 'double' } })
    await generation.whenIdle(status.batchId)
    expect(batches.get({ batchId: status.batchId }).drafts.done).toBe(2)
  },
)

test('results that cannot be fetched for more than an hour come in all the same', async () => {
  const clock = { startedMs: 0, nowMs: () => 0 }
  const on = (call: string) => {
    if (call !== 'piece') return
    clock.startedMs ||= clock.nowMs()
    if (clock.nowMs() - clock.startedMs < 3_900_000) throw new AppError('provider-unavailable', 'The download broke.')
  }
  const start = performance.now()
  clock.nowMs = () => (performance.now() - start) * 4000
  const remote = await openRemoteLibrary({ on, factor: 4000 })
  const status = await remote.run(prompts(3))
  expect(status.drafts.done).toBe(3)
  expectEven(remote, status.batchId)
})

test('a line of 30 MB is a line like others', async () => {
  const remote = await openRemoteLibrary({ padding: (prompt) => (prompt === 'picture 2' ? 30_000_000 : 0) })
  const status = await remote.run(prompts(3))
  expect(status.drafts.done).toBe(3)
  expectEven(remote, status.batchId)
})

test('what is over the size of a file goes in a second one; what cannot be sent fails alone', async () => {
  const remote = await openRemoteLibrary({ limits: { mostBytes: 700 } })
  const status = await remote.run([...prompts(9), 'a [unsendable] one'])
  expect(status.drafts).toMatchObject({ done: 9, failed: 1 })
  expect(remote.double.batches().length).toBeGreaterThan(1)
  expect(
    new Set(
      remote.double
        .batches()
        .flatMap(({ id }) => remote.double.requests(id))
        .map(({ id }) => id),
    ).size,
  ).toBe(9)
  expectEven(remote, status.batchId)
})

test('what cannot go in a batch goes live, and the plan says how many', async () => {
  const remote = await openRemoteLibrary()
  const { engine } = remote.library
  const sheet = await engine.sheets.add({
    name: 'a.csv',
    bytesBase64: Buffer.from(`prompt\n${prompts(60).join('\n')}\n[live] one\n[live] two\n`).toString('base64'),
  })
  const settings = {
    mapping: { prompt: 'prompt' },
    template: null,
    profiles: [doubleProfile],
    variants: 1,
    baseSeed: 0,
  }
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings,
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const mixedMicros = 60 * batchPriceMicros + 2 * livePriceMicros
  expect(plan).toMatchObject({
    estimateMicros: 62 * livePriceMicros,
    batch: { requests: 60, estimateMicros: mixedMicros, highestMicros: mixedMicros, withinMs: 86_400_000 },
    auto: { requests: 60, estimateMicros: mixedMicros },
    parts: [{ requests: 62, auto: 'batch', batch: { requests: 60, remoteBatches: 1 } }],
  })
  const { batchId } = await engine.generation.run({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    name: null,
    first: null,
    capMicros: null,
    route: 'auto',
  })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({ drafts: { done: 62 }, settledMicros: mixedMicros })
  expectEven(remote, batchId)
})

test('few go live by auto; a model that is named goes its own way; a model without batches is refused by name', async () => {
  const remote = await openRemoteLibrary()
  await remote.run(prompts(3, 'few'), { route: 'auto' })
  expect(remote.double.batches()).toHaveLength(0)
  await remote.run(prompts(3, 'named'), { route: 'live', routes: { 'double/double-image': 'batch' } })
  expect(remote.double.batches()).toHaveLength(1)
  await expect(remote.start(['[live] alone'], { routes: { 'double/double-image': 'batch' } })).rejects.toThrow(
    /cannot be made in batches/,
  )
})

test('a cap holds what does not fit; more money lets it go', async () => {
  const remote = await openRemoteLibrary()
  const status = await remote.run(prompts(5), { capMicros: 3 * batchPriceMicros })
  expect(status.drafts).toMatchObject({ done: 3, held: 2 })
  const { engine } = remote.library
  const again = await remote.run(prompts(5), { capMicros: 2 * batchPriceMicros })
  expect(again.batchId).toBe(status.batchId)
  expect(engine.batches.get({ batchId: status.batchId }).drafts).toMatchObject({ done: 5, held: 0 })
  expectEven(remote, status.batchId)
})

test('the same prompts in two batches are paid for once, and from the cache afterwards', async () => {
  const remote = await openRemoteLibrary({ looks: 5 })
  const one = await remote.start(prompts(3))
  const other = await remote.start([...prompts(3), 'another'], { route: 'live' })
  const { generation, batches } = remote.library.engine
  await generation.whenIdle(one)
  await generation.whenIdle(other)
  expect(batches.get({ batchId: other }).drafts).toMatchObject({ done: 4 })
  expect(remote.double.billedMicros()).toBe(3 * batchPriceMicros + livePriceMicros)
  const third = await remote.run([...prompts(3), 'yet another'])
  expect(third.drafts).toMatchObject({ done: 4, cached: 3 })
})

test('more remote batches than may be started in two hours: they grow, and the starts keep to the limit', async () => {
  const remote = await openRemoteLibrary({
    limits: { usualRequests: 2, startsPerHour: 2, mostRequests: 100 },
    factor: 20_000,
  })
  const status = await remote.run(prompts(40))
  expect(status.drafts.done).toBe(40)
  const sizes = remote.double.batches().map(({ id }) => remote.double.requests(id).length)
  expect(sizes.length).toBeLessThanOrEqual(6)
  const starts = listOf(remote)
    .map(({ startedMs }) => startedMs ?? 0)
    .sort((a, b) => a - b)
  for (const [at, ms] of starts.entries())
    expect((starts[at + 2] ?? Number.POSITIVE_INFINITY) - ms).toBeGreaterThanOrEqual(3_600_000)
})
