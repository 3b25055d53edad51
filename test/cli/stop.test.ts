import { expect, onTestFinished, test, vi } from 'vitest'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { oneObject, openDesk, runAnswer, setPaid, sheetText, until } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const prompts = Array.from({ length: 20 }, (_, at) => `picture ${at}`)
const fake = ['--draft', 'openai-compatible/fake-image', '--size', '64x64']

/** The default of the provider's own limit (openai-compatible, "concurrency"). */
const slots = 4

/** A run whose first requests take `ms`, on a provider that answers all others at once. */
async function startSlowRun(ms: number) {
  let asked = 0
  const provider = await startFakeProvider({
    priceMicros: 40_000,
    fault: () => {
      asked++
      return asked <= slots ? { kind: 'delay', ms } : null
    },
  })
  onTestFinished(() => provider.close())
  const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url}/v1` })
  await setPaid(desk, 0.04)
  const sheet = await desk.write('slow.csv', sheetText(prompts))
  const command = desk.start('run', sheet, ...fake, '--json')
  await until(() => provider.ledger().requests === slots, 'the first requests are out')
  return { provider, desk, sheet, command }
}

test('Ctrl+C sends nothing new and keeps what is out; the same command goes on', async () => {
  const { provider, desk, sheet, command } = await startSlowRun(4000)
  command.signal('SIGINT')
  await until(() => command.said().includes('waiting for'), 'it says what it waits for')
  expect(command.said()).toContain(`waiting for ${slots} requests, at most 120 s; Ctrl+C again leaves them`)
  const { status, stdout } = await command.ended
  expect(status).toBe(130)
  const stopped = runAnswer.parse(oneObject(stdout))
  expect(stopped).toMatchObject({
    stopped: true,
    requests: slots,
    settledMicros: slots * 40_000,
    drafts: { done: slots, failed: 0, unknown: 0, left: prompts.length - slots },
  })
  expect(provider.ledger()).toMatchObject({ requests: slots, billedMicros: slots * 40_000 })

  const rest = await desk.json('run', sheet, ...fake)
  expect(rest.status).toBe(0)
  expect(runAnswer.parse(rest.object)).toMatchObject({
    batchId: stopped.batchId,
    requests: prompts.length - slots,
    drafts: { done: prompts.length, unknown: 0 },
  })
  expect(Object.values(provider.ledger().byPrompt).map((total) => total.requests)).toEqual(prompts.map(() => 1))
})

test.each(['SIGINT', 'SIGTERM'] as const)('a second %s leaves at once, and what was out is unknown', async (signal) => {
  const { provider, desk, sheet, command } = await startSlowRun(20_000)
  command.signal(signal)
  await until(() => command.said().includes('waiting for'), 'it says what it waits for')
  const askedMs = performance.now()
  command.signal(signal)
  const { status, stdout } = await command.ended
  // Far from the 20 s that the requests take, and from the 120 s that it would wait.
  expect(performance.now() - askedMs).toBeLessThan(10_000)
  expect(status).toBe(130)
  expect(runAnswer.parse(oneObject(stdout))).toMatchObject({ drafts: { done: 0, unknown: slots } })
  expect((await desk.json('status', 'last')).object).toMatchObject({
    drafts: { unknown: slots },
    settledMicros: 0,
    unknownMicros: slots * 40_000,
  })
  const again = await desk.json('plan', sheet, ...fake)
  expect(again.object).toMatchObject({ batchId: 1 })
  expect(provider.ledger().requests).toBe(slots)
})

test('Ctrl+C in a free run ends it at once, without asking twice', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('many.csv', sheetText(Array.from({ length: 400 }, (_, at) => `a red shoe ${at}`)))
  const command = desk.start('run', sheet)
  await until(() => command.said().includes('drafts'), 'the first line of progress', 20_000)
  command.signal('SIGINT')
  const { status, stdout } = await command.ended
  expect(status).toBe(130)
  expect(stdout).toContain('the same command goes on')
  const counts = (await desk.json('status', 'last')).object
  expect(counts).toMatchObject({ drafts: { failed: 0, unknown: 0 } })
})
