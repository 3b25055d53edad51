import { expect, onTestFinished, test, vi } from 'vitest'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Desk, openDesk, runAnswer, setPaid, sheetText, until } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const fake = ['--draft', 'openai-compatible/fake-image', '--size', '64x64']

/** A library whose far end is the fake provider, at 4 cents a picture on both sides. */
async function openPaid(
  options: FakeProviderOptions = {},
  env: Record<string, string> = {},
): Promise<{ desk: Desk; provider: FakeProvider }> {
  const provider = await startFakeProvider({ priceMicros: 40_000, ...options })
  onTestFinished(() => provider.close())
  const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url}/v1`, ...env })
  await setPaid(desk, 0.04)
  return { desk, provider }
}

const run = async (desk: Desk, sheet: string, ...args: string[]) => {
  const { status, object, stderr } = await desk.json('run', sheet, ...fake, ...args)
  return { status, stderr, answer: runAnswer.parse(object) }
}

test('a sample is made first, and the same command without --first makes the rest', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('many.csv', sheetText(Array.from({ length: 30 }, (_, at) => `picture ${at}`)))
  const sample = await desk.json('run', sheet, '--size', '64x64', '--first', '10')
  expect(sample.status).toBe(0)
  const first = runAnswer.parse(sample.object)
  expect(first).toMatchObject({ requests: 10, drafts: { done: 10, held: 20 }, held: { sample: 20 } })
  const rest = runAnswer.parse((await desk.json('run', sheet, '--size', '64x64')).object)
  expect(rest).toMatchObject({ batchId: first.batchId, requests: 20, drafts: { done: 30, held: 0 } })
})

test('an unfinished batch is gone on with, and --new makes another', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('few.csv', sheetText(['one', 'two', 'three']))
  await desk.run('run', sheet, '--size', '64x64', '--first', '1')
  const other = runAnswer.parse((await desk.json('run', sheet, '--size', '64x64', '--new')).object)
  expect(other).toMatchObject({ batchId: 2, requests: 2, drafts: { done: 3, cached: 1 } })
})

test('a failed prompt does not stop the others; retry asks for it again', async () => {
  const { desk, provider } = await openPaid()
  const sheet = await desk.write('some.csv', sheetText(['good', 'bad [[refused]]', 'cut [[picture as=half times=1]]']))
  const { status, answer } = await run(desk, sheet)
  expect(status).toBe(3)
  expect(answer).toMatchObject({ drafts: { done: 1, failed: 2, left: 0 }, requests: 3, settledMicros: 80_000 })
  const failures = await desk.json('failures', 'last')
  expect(failures.object).toMatchObject({
    groups: expect.arrayContaining([
      expect.objectContaining({ code: 'content-policy', count: 1 }),
      expect.objectContaining({ code: 'bad-response', count: 1 }),
    ]),
  })
  const only = await desk.json('retry', 'last', '--only', 'bad-response')
  expect(only.status).toBe(3)
  expect(only.object).toMatchObject({ retried: 1, requests: 1, drafts: { done: 2, failed: 1 } })
  expect(await desk.json('retry', 'last')).toMatchObject({ status: 3, object: { retried: 1, drafts: { failed: 1 } } })
  expect((await desk.json('status', 'last')).object).toMatchObject({
    requests: provider.ledger().requests,
    settledMicros: provider.ledger().billedMicros,
  })
})

test('a lost reply is unknown, never sent again by itself, and paid again only on a person’s word', async () => {
  const { desk, provider } = await openPaid()
  const sheet = await desk.write('lost.csv', sheetText(['good', 'lost [[lost times=1]]']))
  const { status, answer } = await run(desk, sheet)
  expect(status).toBe(4)
  expect(answer).toMatchObject({ drafts: { done: 1, unknown: 1 }, requests: 2, settledMicros: 40_000 })
  expect(await run(desk, sheet)).toMatchObject({ status: 4, answer: { requests: 0, drafts: { unknown: 1 } } })
  expect(await desk.json('retry', 'last')).toMatchObject({ status: 4, object: { retried: 0, requests: 0 } })
  expect(provider.ledger().requests).toBe(2)
  const paidAgain = await desk.json('retry', 'last', '--only', 'outcome-unknown')
  expect(paidAgain).toMatchObject({ status: 0, object: { retried: 1, requests: 1, drafts: { done: 2, unknown: 0 } } })
  expect(provider.ledger().byPrompt['lost [[lost times=1]]']).toMatchObject({ requests: 2, pictures: 2 })
})

test('a cap holds what does not fit, to the cent, and a higher one goes on', async () => {
  const { desk, provider } = await openPaid()
  const sheet = await desk.write('dear.csv', sheetText(['a', 'b', 'c', 'd', 'e']))
  const capped = await run(desk, sheet, '--cap', '0.10')
  expect(capped.status).toBe(5)
  expect(capped.answer).toMatchObject({
    estimateMicros: 200_000,
    settledMicros: 80_000,
    requests: 2,
    drafts: { done: 2, held: 3, left: 0 },
    held: { budget: 3 },
  })
  expect(provider.ledger().billedMicros).toBe(80_000)
  expect(capped.stderr).toContain('daily cap')
  const rest = await run(desk, sheet, '--cap', '1')
  expect(rest).toMatchObject({
    status: 0,
    answer: { requests: 3, settledMicros: 120_000, drafts: { done: 5, held: 0 } },
  })
  expect(rest.stderr).not.toContain('daily cap')
  expect(provider.ledger().billedMicros).toBe(200_000)
})

test('without a price nothing is sent; with --price the same batch goes on and counts it', async () => {
  const provider = await startFakeProvider({ priceMicros: 40_000 })
  onTestFinished(() => provider.close())
  // Not loopback by its name, so nobody knows that it is free; it reaches this machine all the same.
  const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url.replace('127.0.0.1', '0.0.0.0')}/v1` })
  const sheet = await desk.write('dear.csv', sheetText(['a', 'b']))
  const held = await run(desk, sheet)
  expect(held.status).toBe(5)
  expect(held.answer).toMatchObject({ estimateMicros: null, requests: 0, drafts: { held: 2 }, held: { 'no-price': 2 } })
  expect((await desk.run('run', sheet, ...fake)).stdout).toContain('--price USD')
  expect(provider.ledger().requests).toBe(0)
  const paid = await run(desk, sheet, '--price', '0.04')
  expect(paid).toMatchObject({
    status: 0,
    answer: { batchId: held.answer.batchId, estimateMicros: 80_000, settledMicros: 80_000, drafts: { done: 2 } },
  })
})

test.each([
  ['a wrong key', 'auth', { key: 'right' }],
  ['no credit', 'quota', {}],
] as const)('%s stops the lane, and everything waits', async (_name, code, options) => {
  const { desk, provider } = await openPaid(options, { OPENAI_API_KEY: 'wrong' })
  const mark = code === 'quota' ? ' [[quota times=1]]' : ''
  const sheet = await desk.write('waiting.csv', sheetText(Array.from({ length: 6 }, (_, at) => `picture ${at}${mark}`)))
  const { status, answer, stderr } = await run(desk, sheet)
  expect(status).toBe(6)
  expect(answer).toMatchObject({ drafts: { done: 0, failed: 0, left: 6 }, paused: [{ code }], settledMicros: 0 })
  expect(stderr).not.toContain('    at ')
  expect(provider.ledger().billedMicros).toBe(0)
})

test('beside a host that writes, reading commands work and writing ones are refused with its name', async () => {
  const { desk } = await openPaid({ latency: { kind: 'fixed', ms: 30_000 } })
  const sheet = await desk.write('slow.csv', sheetText(['one', 'two']))
  const holder = desk.start('run', sheet, ...fake)
  for (;;) {
    const { object } = await desk.json('batches')
    if (JSON.stringify(object).includes('"batchId":1')) break
  }
  for (const args of [['status', 'last'], ['failures', 'last'], ['providers'], ['verify'], ['plan', sheet]])
    expect(await desk.run(...args)).toMatchObject({ status: 0 })
  for (const args of [
    ['run', sheet],
    ['decide', 'last', '--approve', 'all'],
    ['retry', 'last'],
    ['finalize', 'last'],
    ['deliver', 'last', '--to', 'out'],
    ['serve', '--port', '0'],
  ])
    expect(await desk.json(...args)).toMatchObject({
      status: 2,
      object: {
        error: { code: 'conflict', message: expect.stringContaining(`proofsheet run) (process ${holder.pid})`) },
      },
    })
  holder.signal('SIGINT')
  await until(() => holder.said().includes('waiting for'), 'it was asked to stop')
  holder.signal('SIGINT')
  expect(await holder.ended).toMatchObject({ status: 130 })
})

test('a command about one batch starts nothing of another', async () => {
  const { desk, provider } = await openPaid()
  const sheet = await desk.write('dear.csv', sheetText(['a', 'b', 'c']))
  await run(desk, sheet, '--first', '1')
  const other = await desk.write('other.csv', sheetText(['d']))
  await desk.run('run', sheet, ...fake, '--cap', '0.04')
  expect(provider.ledger().requests).toBe(2)
  await run(desk, other)
  await desk.run('decide', '1', '--approve', 'all')
  expect(provider.ledger().requests).toBe(3)
})
