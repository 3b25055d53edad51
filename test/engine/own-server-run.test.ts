import { expect, onTestFinished, test } from 'vitest'
import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { comfyui } from '#engine/providers/comfyui/comfyui.ts'
import { sdcpp } from '#engine/providers/sdcpp/sdcpp.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const size = { width: 64, height: 64 }
const profiles = {
  a1111: draftProfile('a1111', 'photon_v1.safetensors [ec41bd2a82]', size),
  comfyui: draftProfile('comfyui', 'sdxl.safetensors', size),
  sdcpp: draftProfile('sdcpp', 'tiny-sd', size),
}

async function openOwn(options: FakeProviderOptions = {}): Promise<{ fake: FakeProvider; library: TestLibrary }> {
  const fake = await startFakeProvider({ priceMicros: 0, ...options })
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({ providers: [a1111, comfyui, sdcpp], clock: fastClock(20), env: {} })
  const { providers } = library.engine
  providers.configure({ provider: 'a1111', settings: { baseUrl: `${fake.url}/a1111` } })
  providers.configure({ provider: 'comfyui', settings: { baseUrl: `${fake.url}/comfyui`, pollSeconds: 0.2 } })
  providers.configure({ provider: 'sdcpp', settings: { baseUrl: `${fake.url}/sdcpp`, pollSeconds: 0.2 } })
  return { fake, library }
}

test('one sheet with three servers of one’s own: no key, no price to enter, every picture made once', async () => {
  const { fake, library } = await openOwn({ latency: { kind: 'fixed', ms: 10 } })
  const prompts = Array.from({ length: 4 }, (_, n) => `a shoe in colour ${n}`)
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor(Object.values(profiles)))
  await library.engine.generation.whenIdle(batchId)
  const batch = library.engine.batches.get({ batchId })
  expect(batch.drafts).toMatchObject({ done: 12, failed: 0, unknown: 0, held: 0, left: 0 })
  expect([batch.settledMicros, fake.ledger().pictures, fake.ledger().requests]).toEqual([0, 12, 12])
})

test('ComfyUI: a reply that was lost, garbled or cut is looked up by our own id, and made once', async () => {
  const { fake, library } = await openOwn()
  const prompts = ['lost [[lost times=1]]', 'garbled [[garbage times=1]]', 'cut [[cut how=length times=1]]', 'good']
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profiles.comfyui]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 4, failed: 0, unknown: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 4, pictures: 4 })
})

test.each(['a1111', 'sdcpp'] as const)('%s: a lost reply costs nothing, so it is asked again', async (name) => {
  const { fake, library } = await openOwn()
  const batchId = await runSheet(library, sheetOf(['lost [[lost times=1]]', 'good']), settingsFor([profiles[name]]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, failed: 0, unknown: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 3, pictures: 3 })
})

test.each(['comfyui', 'sdcpp'] as const)('%s: the next start goes on with what is under way', async (name) => {
  const { fake, library } = await openOwn({ latency: { kind: 'fixed', ms: 1_500 } })
  const batchId = await runSheet(library, sheetOf(['a red shoe', 'a blue cup']), settingsFor([profiles[name]]))
  await expect.poll(() => fake.ledger().remoteIds.length).toBe(2)
  const again = await library.reopen()
  await again.engine.generation.whenIdle(batchId)
  expect(again.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, unknown: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 2, pictures: 2 })
})

test.each(['a1111', 'comfyui', 'sdcpp'] as const)('%s: busy and down', async (name) => {
  const { fake, library } = await openOwn()
  const prompts = ['busy [[429 seconds=1 times=1]]', 'down [[503 times=2]]', 'good']
  const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profiles[name]]))
  await library.engine.generation.whenIdle(batchId)
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 3, failed: 0, unknown: 0 })
  expect(fake.ledger()).toMatchObject({ requests: 6, pictures: 3 })
})
