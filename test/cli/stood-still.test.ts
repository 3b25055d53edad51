import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openEngine } from '#engine/engine.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { oneObject, openDesk, runAnswer, setPaid, sheetText, until } from './command.ts'

const slots = 4

test.skipIf(process.platform === 'win32')(
  'a process that stands still past every timeout reads the replies that came meanwhile, and pays nothing twice',
  async () => {
    const provider = await startFakeProvider({ priceMicros: 40_000, latency: { kind: 'fixed', ms: 2000 } })
    onTestFinished(() => provider.close())
    const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url}/v1` })
    await setPaid(desk, 0.04)
    const engine = await openEngine({
      library: desk.library,
      host: 'a test',
      keyFile: `${desk.folder}/keys.json`,
      env: {},
      emit: () => undefined,
    })
    // The least that can be set.
    engine.providers.configure({ provider: 'openai-compatible', settings: { timeoutSeconds: 10 } })
    await engine.close()
    const sheet = await desk.write('few.csv', sheetText(Array.from({ length: 8 }, (_, at) => `picture ${at}`)))
    const command = desk.start('run', sheet, '--draft', 'openai-compatible/fake-image', '--size', '64x64', '--json')
    await until(() => provider.ledger().requests === slots, 'the first requests are out', 30_000)
    command.signal('SIGSTOP')
    await sleep(12_000)
    command.signal('SIGCONT')
    const { status, stdout } = await command.ended
    expect(runAnswer.parse(oneObject(stdout)).drafts).toMatchObject({ done: 8, unknown: 0, failed: 0 })
    expect(status).toBe(0)
    expect(provider.ledger()).toMatchObject({ requests: 8, billedMicros: 8 * 40_000 })
  },
  90_000,
)
