import { once } from 'node:events'
import { createServer } from 'node:http'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import type { Provider } from '#engine/providers/provider.ts'
import { fakeQueue } from '#test/fake-provider/queue-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'

test('a paid picture whose address does not answer for long is fetched until it does, and never submitted again', async () => {
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a33' } })
    .png()
    .toBuffer()
  let fetches = 0
  const server = createServer((_request, response) => {
    fetches++
    if (fetches <= 9) response.writeHead(503).end()
    else response.end(picture)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  let submits = 0
  const provider: Provider = {
    ...fakeQueue,
    origin: () => origin,
    open: () => ({
      async submit() {
        submits++
        return { state: 'done', outputs: [{ kind: 'url', url: `${origin}/picture`, seed: null }], settled: null }
      },
    }),
  }
  const library = await openTestLibrary({ providers: [provider], clock: fastClock(200) })
  library.engine.providers.configure({ provider: provider.id, settings: { baseUrl: origin, priceMicros: 40_000 } })
  library.engine.settings.set({ dailyCapMicros: null })
  const profile = draftProfile(provider.id, 'fake-queue', { width: 64, height: 64 })
  const batchId = await runSheet(library, sheetOf(['a red shoe']), settingsFor([profile]))
  await library.engine.generation.whenIdle(batchId)
  expect({ submits, fetches }).toEqual({ submits: 1, fetches: 10 })
  expect(library.engine.batches.get({ batchId })).toMatchObject({
    requests: 1,
    settledMicros: 40_000,
    drafts: { done: 1, failed: 0, unknown: 0 },
  })
})
