import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Desk, openDesk, sheetText } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

async function openBatchDesk(turnaroundMs: number) {
  const fake = await startFakeProvider({ pictureSize: { width: 64, height: 64 }, batches: { turnaroundMs } })
  onTestFinished(() => fake.close())
  const desk = await openDesk({ OPENAI_API_KEY: 'sk-desk', OPENAI_BASE_URL: `${fake.url}/openai/v1` })
  const sheet = await desk.write('few.csv', sheetText(['one', 'two', 'three']))
  return { fake, desk, sheet, model: ['--draft', 'openai/gpt-image-2'] }
}

test('a run by batch ends when it is sent; canceled, it costs what was made by then', async () => {
  const { fake, desk, sheet, model } = await openBatchDesk(3_600_000)
  const plan = await desk.run('plan', sheet, ...model)
  expect(plan.stdout).toMatch(/by batch .*50 % less, within .* \(--route batch\)/)
  const sent = await desk.json('run', sheet, ...model, '--route', 'batch')
  expect(sent).toMatchObject({ status: 0, object: { drafts: { left: 3 }, remote: { out: 3, remoteBatches: 1 } } })
  expect((await desk.run('remote')).stdout).toMatch(/openai\/gpt-image-2 +working/)
  expect((await desk.json('remote', 'cancel', '1')).status).toBe(0)
  const lookAndList = async () => {
    expect((await desk.json('remote', 'look')).status).toBe(0)
    return (await desk.run('remote')).stdout
  }
  await expect.poll(lookAndList, { timeout: 60_000 }).toContain('No remote batch is open')
  const all = await desk.json('remote', 'list', '--all')
  const ended = { remoteBatchId: 1, how: 'canceled', requests: 3, isCancelAsked: true }
  expect(all.object).toMatchObject({ remoteBatches: [ended] })
  expect((await desk.json('status', 'last')).object).toMatchObject({
    drafts: { left: 0 },
    settledMicros: fake.ledger().billedMicros,
  })
})

test('pictures come in when somebody looks', async () => {
  const { fake, desk, sheet, model } = await openBatchDesk(100)
  expect((await desk.json('run', sheet, ...model, '--route', 'batch')).status).toBe(0)
  const lookAndCount = async () => ((await desk.json('remote', 'look')).status === 0 ? left(desk) : -1)
  await expect.poll(lookAndCount, { timeout: 60_000 }).toBe(0)
  expect((await desk.json('status', 'last')).object).toMatchObject({
    drafts: { done: 3 },
    settledMicros: fake.ledger().billedMicros,
  })
})

const left = async (desk: Desk): Promise<number> =>
  z.object({ drafts: z.object({ left: z.int() }) }).parse((await desk.json('status', 'last')).object).drafts.left

test('with --wait the pictures are waited for; the files can be written out', async () => {
  const { fake, desk, sheet, model } = await openBatchDesk(0)
  const out = join(desk.folder, 'out')
  const written = await desk.json('remote', 'export', sheet, out, ...model)
  expect(written).toMatchObject({ status: 0, object: { files: [{ requests: 3 }], left: [] } })
  const lines = (await readFile(join(out, 'openai-1.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).body.prompt)).toEqual(['one', 'two', 'three'])
  const made = await desk.json('run', sheet, ...model, '--route', 'openai/gpt-image-2=batch', '--wait')
  expect(made).toMatchObject({
    status: 0,
    object: { drafts: { done: 3, left: 0 }, settledMicros: fake.ledger().billedMicros },
  })
})

test('a route or a window that is none is bad input', async () => {
  const { desk, sheet, model } = await openBatchDesk(0)
  for (const args of [
    ['--route', 'slow'],
    ['--window', '2-8'],
    ['--start-at', '25:00'],
  ])
    expect((await desk.run('run', sheet, ...model, ...args)).status).toBe(2)
})

test('what waits for its time starts when a person says so', async () => {
  const { fake, desk, sheet, model } = await openBatchDesk(0)
  const waiting = desk.start('run', sheet, ...model, '--route', 'batch', '--start-at', '2099-01-01T00:00Z')
  await expect.poll(async () => (await desk.run('batches')).stdout, { timeout: 60_000 }).toContain('few')
  waiting.signal('SIGINT')
  await waiting.ended
  expect(fake.batches.all()).toHaveLength(0)
  expect(await desk.json('start', 'last', '--wait')).toMatchObject({
    status: 0,
    object: { started: 3, drafts: { done: 3, left: 0 }, settledMicros: fake.ledger().billedMicros },
  })
})

test('asked for a batch where no model takes one, a run is refused', async () => {
  const { desk, sheet } = await openBatchDesk(0)
  const refused = await desk.run('run', sheet, '--draft', 'sketch/sketch', '--route', 'batch')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('Nothing of this can be made in a batch: sketch/sketch takes no batches')
})
