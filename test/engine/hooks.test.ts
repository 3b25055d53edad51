import { generateKeyPairSync } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { Engine } from '#engine/engine.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { startHookListener } from '../../electron/web/hook-listener.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const key = 'sk-canary-0123456789'
const openaiSecret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'
const profiles = {
  fal: draftProfile('fal', 'fal-ai/flux/schnell', { width: 512, height: 512 }),
  replicate: draftProfile('replicate', 'black-forest-labs/flux-schnell', { width: 512, height: 512 }),
}

interface Hooked {
  readonly fake: FakeProvider
  readonly library: TestLibrary
  readonly address: (provider: string) => string
  readonly start: (provider: keyof typeof profiles, prompts: readonly string[]) => Promise<number>
}

/** An engine with a listener for webhooks, at the true time: polls are a minute apart unless said otherwise. */
async function openHooked(options: FakeProviderOptions & { pollSeconds?: number } = {}): Promise<Hooked> {
  const { pollSeconds = 60, ...fakeOptions } = options
  const fake = await startFakeProvider({ key, priceMicros: 3_000, latency: { kind: 'fixed', ms: 300 }, ...fakeOptions })
  onTestFinished(() => fake.close())
  let engine: Engine | null = null
  const receive: Engine['receiveHook'] = (provider, hook) =>
    engine?.receiveHook(provider, hook) ?? Promise.resolve('later')
  const listener = await startHookListener({ receive, port: 0, host: '127.0.0.1' })
  onTestFinished(() => listener.close())
  const publicUrl = `http://127.0.0.1:${listener.port}`
  const library = await openTestLibrary({
    providers: [fal, replicate, openai],
    env: { FAL_KEY: key, REPLICATE_API_TOKEN: key, OPENAI_API_KEY: key, OPENAI_WEBHOOK_SECRET: openaiSecret },
    publicUrl,
  })
  engine = library.engine
  const configure = (provider: string, settings: Record<string, string | number>) =>
    library.engine.providers.configure({ provider, settings })
  const hookKeysUrl = `${fake.url}/fal-keys/jwks.json`
  const platformUrl = `${fake.url}/fal-platform/v1`
  configure('fal', { baseUrl: `${fake.url}/fal-queue`, platformUrl, hookKeysUrl, pollSeconds })
  configure('replicate', { baseUrl: `${fake.url}/replicate/v1`, pollSeconds })
  library.engine.settings.set({ dailyCapMicros: null })
  return {
    fake,
    library,
    address: (provider) => `${publicUrl}/hooks/${provider}`,
    start: (provider, prompts) => runSheet(library, sheetOf(prompts), settingsFor([profiles[provider]])),
  }
}

async function finish({ library }: Hooked, batchId: number, done: number): Promise<void> {
  await library.engine.generation.whenIdle(batchId)
  const status = library.engine.batches.get({ batchId })
  expect(status.drafts).toMatchObject({ done, failed: 0, unknown: 0, left: 0 })
  expect(status.settledMicros).toBe(done * 3_000)
}

/** One request, one picture and one bill for each prompt, whatever the hooks did. */
const once = (fake: FakeProvider, count: number) =>
  expect(fake.ledger()).toMatchObject({ requests: count, pictures: count, billedMicros: count * 3_000 })

const polls = (fake: FakeProvider) => fake.asked().filter(({ url }) => /\/status$|\/predictions\/\w+$/.test(url)).length

test.each(['fal', 'replicate'] as const)(
  '%s: a job is polled as soon as its webhook comes, and once',
  async (provider) => {
    const at = await openHooked()
    const startedMs = performance.now()
    const batchId = await at.start(provider, ['a red shoe'])
    await finish(at, batchId, 1)
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    expect(at.fake.hooks.sent.map(({ url, status }) => [url, status])).toEqual([[at.address(provider), 204]])
    expect(polls(at.fake)).toBe(1)
    once(at.fake, 1)
  },
)

test('a webhook before the submit is answered is not lost', async () => {
  const at = await openHooked({ latency: { kind: 'fixed', ms: 50 } })
  at.fake.hooks.isBeforeReply = true
  await finish(at, await at.start('fal', ['a red shoe', 'a blue cup']), 2)
  expect(at.fake.hooks.sent.map(({ status }) => status)).toEqual([204, 204])
  once(at.fake, 2)
})

test('what is not the service’s, or too old, wakes nobody; neither does a genuine one for another provider', async () => {
  const at = await openHooked({ latency: { kind: 'fixed', ms: 60_000 } })
  const { fake, library } = at
  await at.start('fal', ['a red shoe'])
  await expect.poll(() => fake.ledger().remoteIds.length).toBe(1)
  const id = fake.ledger().remoteIds[0] ?? ''
  const { hooks } = fake
  const good = hooks.falHook(id, { status: 'OK' })
  const stranger = generateKeyPairSync('ed25519').privateKey
  const sixMinutes = 360_000
  const statuses = await Promise.all(
    [
      hooks.falHook(id, { status: 'OK' }, Date.now(), stranger),
      hooks.falHook(id, { status: 'OK' }, Date.now() - sixMinutes),
      hooks.falHook(id, { status: 'OK' }, Date.now() + sixMinutes),
      { ...good, body: good.body.replace('OK', 'KO') },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-timestamp': `${Math.floor(Date.now() / 1000) + 1}` } },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-signature': '' } },
      { headers: {}, body: good.body },
    ].map((hook) => hooks.send(at.address('fal'), hook)),
  )
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401])
  expect(await hooks.send(at.address('replicate'), good)).toBe(401)
  expect(await hooks.send(at.address('replicate'), hooks.standardHook({ id }))).toBe(204)
  expect(await hooks.send(at.address('sketch'), good)).toBe(404)
  expect(await hooks.send(at.address('fal'), { ...good, body: 'x'.repeat(4_000_001) })).not.toBe(204)
  expect(await hooks.send(at.address('fal'), hooks.falHook('somebody-elses', {}))).toBe(204)
  expect(polls(fake)).toBe(0)
  // A genuine one is good for one poll; sent again it is answered, and good for nothing.
  expect(await hooks.send(at.address('fal'), good)).toBe(204)
  await expect.poll(() => polls(fake)).toBe(1)
  expect(await hooks.send(at.address('fal'), good)).toBe(204)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(polls(fake)).toBe(1)
  expect(library.engine.batches.list()[0]?.drafts.done).toBe(0)
})

test('twice, and after the end: nothing is fetched, saved or paid twice', async () => {
  const at = await openHooked()
  const batchId = await at.start('fal', ['a red shoe'])
  await finish(at, batchId, 1)
  const [first] = at.fake.hooks.sent
  const id = at.fake.ledger().remoteIds[0] ?? ''
  if (!first) throw new Error('no webhook was sent')
  expect(await at.fake.hooks.send(first.url, first)).toBe(204)
  // The service tries again with a new signature.
  expect(await at.fake.hooks.send(first.url, at.fake.hooks.falHook(id, { status: 'OK' }, Date.now() + 5_000))).toBe(204)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await finish(at, batchId, 1)
  once(at.fake, 1)
  expect(polls(at.fake)).toBe(1)
  expect(at.fake.asked().filter(({ url }) => url.startsWith('/files/')).length).toBe(1)
})

test('its content is never believed: not that it failed, not another picture, not a price', async () => {
  const at = await openHooked({ latency: { kind: 'fixed', ms: 900 } })
  const batchId = await at.start('fal', ['a red shoe'])
  await expect.poll(() => at.fake.ledger().remoteIds.length).toBe(1)
  const id = at.fake.ledger().remoteIds[0] ?? ''
  const lie = {
    status: 'ERROR',
    error: 'failed',
    cost: 99,
    payload: { images: [{ url: `${at.fake.url}/files/evil` }] },
  }
  expect(await at.fake.hooks.send(at.address('fal'), at.fake.hooks.falHook(id, lie))).toBe(204)
  await expect.poll(() => polls(at.fake)).toBe(1)
  await finish(at, batchId, 1)
  once(at.fake, 1)
  expect(at.fake.asked().some(({ url }) => url.includes('evil'))).toBe(false)
})

test.each(['fal', 'replicate'] as const)(
  '%s: without webhooks, or without its keys, polling does it all',
  async (provider) => {
    const at = await openHooked({ pollSeconds: 0.2 })
    at.fake.hooks.isSilent = true
    await finish(at, await at.start(provider, ['silent']), 1)
    at.fake.hooks.isSilent = false
    at.fake.hooks.areKeysDown = true
    await finish(at, await at.start(provider, ['down']), 1)
    await expect.poll(() => at.fake.hooks.sent.map(({ status }) => status)).toEqual([503])
    once(at.fake, 2)
    expect(polls(at.fake)).toBeGreaterThan(1)
  },
)

test('keys are fetched once and kept; a new one is found, and strangers cannot make us ask for it over and over', async () => {
  const at = await openHooked()
  const { hooks } = at.fake
  const send = (id: string) => hooks.send(at.address('fal'), hooks.falHook(id, {}))
  expect([await send('one'), await send('two'), hooks.keyRequests]).toEqual([204, 204, 1])
  hooks.changeKey()
  // Within the minute nothing is asked again: the hook is refused, and polling goes on.
  for (let n = 0; n < 5; n++) expect(await send(`three-${n}`)).toBe(401)
  expect(hooks.keyRequests).toBe(1)
  const hook = hooks.falHook('four', {}, Date.now() + 61_000)
  const later = { headers: hook.headers, body: Buffer.from(hook.body), receivedMs: Date.now() + 61_000 }
  expect(await at.library.engine.receiveHook('fal', later)).toBe('taken')
  expect(hooks.keyRequests).toBe(2)
  expect(at.fake.asked().filter(({ url, authorization }) => url.includes('jwks') && authorization !== null)).toEqual([])
})

test('OpenAI’s are verified with the secret of the environment', async () => {
  const at = await openHooked()
  const { hooks } = at.fake
  const content = { id: 'evt_1', type: 'batch.completed', data: { id: 'batch_1' } }
  const send = (hook: Parameters<typeof hooks.send>[1]) => hooks.send(at.address('openai'), hook)
  const good = hooks.standardHook(content, Date.now(), openaiSecret)
  expect([await send(good), await send(good)]).toEqual([204, 204])
  expect(await send(hooks.standardHook(content))).toBe(401)
  expect(await send(hooks.standardHook(content, Date.now() - 301_000, openaiSecret))).toBe(401)
  expect(await send({ ...good, body: good.body.replace('batch_1', 'batch_2') })).toBe(401)
  const without = await at.library.reopen({ env: { OPENAI_API_KEY: key } })
  const hook = { headers: good.headers, body: Buffer.from(good.body), receivedMs: Date.now() }
  expect(await without.engine.receiveHook('openai', hook)).toBe('nowhere')
})

test('the address of the webhooks is no part of a wish: a library without one finds the same pictures', async () => {
  const at = await openHooked()
  await finish(at, await at.start('fal', ['a red shoe']), 1)
  await finish(at, await at.start('replicate', ['a red shoe']), 1)
  const again = await at.library.reopen({ publicUrl: null })
  for (const provider of ['fal', 'replicate'] as const) {
    const batchId = await runSheet(again, sheetOf(['a red shoe']), settingsFor([profiles[provider]]))
    await again.engine.generation.whenIdle(batchId)
    expect(again.engine.batches.get({ batchId }).drafts.done).toBe(1)
  }
  once(at.fake, 2)
})
