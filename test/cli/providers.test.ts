import { expect, onTestFinished, test } from 'vitest'
import { openEngine } from '#engine/engine.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Desk, openDesk, sheetText } from './command.ts'

/** Changes the library as the window would. */
async function inLibrary(desk: Desk, settings: Partial<Settings>, provider?: [string, Record<string, string>]) {
  const engine = await openEngine({
    library: desk.library,
    host: 'a test',
    keyFile: `${desk.folder}/keys.json`,
    env: {},
    emit: () => undefined,
  })
  engine.settings.set(settings)
  if (provider) engine.providers.configure({ provider: provider[0], settings: provider[1] })
  await engine.close()
}

test('models are shown, and read again from the service with what has changed', async () => {
  const fake = await startFakeProvider({ key: 'k' })
  onTestFinished(() => fake.close())
  const desk = await openDesk({ RECRAFT_API_TOKEN: 'k' })
  await inLibrary(desk, {}, ['recraft', { baseUrl: `${fake.url}/recraft/v1` }])
  const models = (price: number) => ({
    models: expect.arrayContaining([
      expect.objectContaining({ id: 'recraftv4_1', price: expect.objectContaining({ perImageMicros: price }) }),
    ]),
  })
  expect(await desk.json('providers', 'models', 'recraft')).toMatchObject({ status: 0, object: models(35_000) })
  const found = { providers: [{ provider: 'recraft', prices: 1, summary: '1 price changed', error: null }] }
  expect(await desk.json('providers', 'refresh', 'recraft')).toMatchObject({ status: 0, object: found })
  expect(await desk.json('providers', 'models', 'recraft')).toMatchObject({ object: models(33_300) })
  const { stdout } = await desk.run('providers', 'models', 'recraft')
  expect(stdout).toContain('Recraft’s list of models')
  await fake.close()
  expect(await desk.json('providers', 'refresh')).toMatchObject({
    status: 3,
    object: { providers: [{ provider: 'recraft', error: expect.stringContaining('127.0.0.1') }] },
  })
  expect(await desk.run('providers', 'refresh', 'nobody')).toMatchObject({ status: 2 })
  expect(await desk.run('providers', 'refresh', 'stability')).toMatchObject({ status: 2 })
}, 90_000)

test('a saved profile makes drafts and finals by its name', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('shoes.csv', sheetText(['a red shoe']))
  const small = { provider: 'sketch', model: 'sketch', width: 256, height: 192, quality: null, options: {} }
  const larger = {
    kind: 'rerender' as const,
    provider: 'sketch',
    model: 'sketch',
    width: 640,
    height: 480,
    scale: null,
  }
  await inLibrary(desk, {
    profiles: [
      { stage: 'draft', name: 'Small', profile: small },
      { stage: 'final', name: 'Shop', profile: larger },
    ],
  })
  expect(await desk.run('plan', sheet, '--profile', 'none')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('There are: "Small".'),
  })
  expect(await desk.run('plan', sheet, '--profile', 'small', '--draft', 'sketch/sketch')).toMatchObject({ status: 2 })
  expect(await desk.json('run', sheet, '--profile', 'small')).toMatchObject({ object: { drafts: { done: 1 } } })
  await desk.run('decide', 'last', '--approve', 'all')
  expect(await desk.json('finalize', 'last', '--profile', 'Shop')).toMatchObject({ object: { finals: { done: 1 } } })
  const engine = await openEngine({
    library: desk.library,
    readOnly: true,
    host: 'a test',
    keyFile: `${desk.folder}/keys.json`,
    env: {},
    emit: () => undefined,
  })
  onTestFinished(() => engine.close())
  const [tile] = engine.tiles.many({ tileIds: engine.tiles.ids({ batchId: 1, filter: {}, order: 'sheet' }).ids })
  expect([tile?.image, tile?.finals[0]]).toMatchObject([
    { width: 256, height: 192 },
    { width: 640, height: 480 },
  ])
}, 90_000)

test('a provider is set up, tried and used with commands alone', async () => {
  const fake = await startFakeProvider({ key: 'k' })
  onTestFinished(() => fake.close())
  const desk = await openDesk({ FAL_KEY: undefined })
  const sheet = await desk.write('shoes.csv', sheetText(['a red shoe']))
  const flux = ['run', sheet, '--draft', 'fal/fal-ai/flux/schnell']
  expect((await desk.run(...flux)).stderr).toMatch(/"proofsheet providers key fal", or in FAL_KEY/)
  expect(await desk.run('providers', 'test', 'fal')).toMatchObject({ status: 6 })
  const place = [`baseUrl=${fake.url}/fal-queue`, `platformUrl=${fake.url}/fal-platform/v1`, 'pollSeconds=1']
  expect(await desk.json('providers', 'set', 'fal', ...place)).toMatchObject({
    status: 0,
    object: { provider: 'fal', settings: { baseUrl: `${fake.url}/fal-queue`, pollSeconds: 1 } },
  })
  for (const wrong of ['nothing', 'other=1', 'pollSeconds=soon'])
    expect(await desk.run('providers', 'set', 'fal', wrong)).toMatchObject({ status: 2 })
  expect(await desk.pipe('k\n', 'providers', 'key', 'fal')).toMatchObject({ status: 0 })
  expect(await desk.json('providers', 'test', 'fal')).toMatchObject({ status: 0, object: { ok: true } })
  expect(await desk.run(...flux)).toMatchObject({ status: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
}, 120_000)
