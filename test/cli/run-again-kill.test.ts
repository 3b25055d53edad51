import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openEngine } from '#engine/engine.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { openDesk, setPaid, sheetText, until } from './command.ts'

const price = 40_000
/** The default of the provider's own limit (openai-compatible, "concurrency"). */
const slots = 4

test('killed while a manifest’s pictures are made again: the rest is made at the next start, none is paid twice', async () => {
  const desk = await openDesk()
  let hangAfter = Number.POSITIVE_INFINITY
  let asked = 0
  const provider = await startFakeProvider({
    priceMicros: price,
    fault: () => {
      asked++
      return asked > hangAfter ? { kind: 'hang' } : null
    },
  })
  onTestFinished(() => provider.close())
  desk.env.OPENAI_BASE_URL = `${provider.url}/v1`
  await setPaid(desk, price / 1_000_000)
  const prompts = Array.from({ length: 12 }, (_, at) => `picture ${at}`)
  const sheet = await desk.write('sheet.csv', sheetText(prompts))
  await desk.json('run', sheet, '--draft', 'openai-compatible/fake-image', '--size', '64x64', '--name', 'Shoes')
  await desk.json('decide', 'last', '--approve', 'all')
  await desk.json('deliver', 'last', 'out', '--name', '{row}')
  expect(provider.ledger()).toMatchObject({ requests: 12, billedMicros: 12 * price })

  // Five come again, then every slot waits for an answer that never comes.
  hangAfter = 17
  const command = desk.start('run', '--from-manifest', join('out', 'Shoes', 'manifest.json'), '--yes')
  await until(() => provider.ledger().requests === 17 + slots, 'every slot waits', 40_000)
  command.signal('SIGKILL')
  expect((await command.ended).status).toBe(null)

  hangAfter = Number.POSITIVE_INFINITY
  const engine = await openEngine({
    library: desk.library,
    host: 'a test',
    keyFile: join(desk.folder, 'keys.json'),
    env: desk.env,
    emit: () => undefined,
  })
  try {
    const [batch] = engine.batches.list()
    const batchId = batch?.batchId ?? 0
    await engine.generation.whenIdle(batchId)
    const { counts } = await engine.generation.madeAgain({ batchId })
    expect(counts).toEqual({ same: 12 - slots, 'same-look': 0, different: 0, 'not-made': slots })
    expect(engine.batches.get({ batchId })).toMatchObject({
      drafts: { done: 12 - slots, unknown: slots, left: 0 },
      settledMicros: (12 - slots) * price,
      unknownMicros: slots * price,
    })
  } finally {
    await engine.close()
  }
  const byPrompt = Object.values(provider.ledger().byPrompt).map(({ requests }) => requests)
  expect(byPrompt).toEqual(Array(12).fill(2))
}, 90_000)
