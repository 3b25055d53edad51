import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type ChainLibrary, cutout, cutoutMicros, lanczos, openChainLibrary } from './chain-library.ts'

const program = fileURLToPath(new URL('./chain-killed.ts', import.meta.url))
const enlargeAgain = { kind: 'upscale' as const, provider: 'sketch', model: 'lanczos', scale: 2 }
const threeSteps = { ...lanczos, steps: [enlargeAgain, cutout] }

/** A chain that is run but waits, in a library that nobody has open. */
async function openWaiting(): Promise<ChainLibrary> {
  const chains = await openChainLibrary(['a red shoe'])
  const { engine } = chains.here.library
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'sketch' } })
  const { planId, highestMicros } = await chains.plan(threeSteps)
  await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  await engine.close()
  return chains
}

function startKilled(folder: string, when: number) {
  const key = 'sk-canary-0123456789'
  const child = spawn(process.execPath, [program, folder, String(when)], {
    env: { ...process.env, RECRAFT_API_KEY: key, PROOFSHEET_KEYRING: 'off' },
    stdio: 'inherit',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test.each([1, 2, 3])(
  'killed when step %i of three is durable, the rest is made and nothing twice',
  {
    timeout: 60_000,
  },
  async (when) => {
    const { here, batchId } = await openWaiting()
    const [, signal] = await once(startKilled(here.library.folder, when), 'exit')
    expect(signal).toBe('SIGKILL')
    expect(here.fake.ledger().requests).toBe(when === 3 ? 1 : 0)
    const { engine } = await here.library.reopen()
    await engine.generation.whenIdle(batchId)
    const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    expect(engine.tiles.many({ tileIds: ids })[0]?.finals.map(({ model, width }) => [model, width])).toEqual([
      ['removeBackground', 256],
    ])
    expect(engine.batches.get({ batchId })).toMatchObject({
      finals: { done: 1, failed: 0, left: 0, unknown: 0 },
      settledMicros: cutoutMicros,
    })
    expect(here.fake.ledger()).toMatchObject({ requests: 1, billedMicros: cutoutMicros })
    expect(await engine.library.verify()).toMatchObject({ ok: true })
  },
)

test('killed while a paid step is out, that step alone is unknown; retried, the chain ends', {
  timeout: 60_000,
}, async () => {
  const { here, batchId } = await openWaiting()
  here.fake.script('', { kind: 'delay', ms: 20_000 })
  const child = startKilled(here.library.folder, 0)
  await expect.poll(() => here.fake.ledger().requests).toBe(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { engine } = await here.library.reopen()
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 0, unknown: 1 })
  expect(here.fake.ledger().requests).toBe(1)
  here.fake.script('')
  const jobIds = engine.generation.failures({ batchId }).groups.flatMap((group) => group.jobIds)
  engine.generation.resolveUnknown({ jobIds, action: 'retry' })
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId }).finals).toMatchObject({ done: 1, unknown: 0 })
  expect(here.fake.ledger().requests).toBe(2)
})
