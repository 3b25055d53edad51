/** A host on a disk that fails when it is told to: see failing-disk.c. Its status comes as messages. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { openEngine } from '#engine/engine.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import { fakeQueue } from '#test/fake-provider/queue-provider.ts'
import { draftProfile, runSheet, settingsFor, sheetOf } from './open-library.ts'

const given = z
  .object({ library: z.string(), url: z.string(), queue: z.boolean(), prompts: z.array(z.string()), micros: z.int() })
  .parse(JSON.parse(process.argv[2] ?? 'null'))
const engine = await openEngine({
  library: given.library,
  host: 'a test',
  keyFile: `${given.library}.keys.json`,
  env: {},
  emit: () => undefined,
  providers: [given.queue ? fakeQueue : openaiCompatible],
})
engine.settings.set({ dailyCapMicros: null })
const provider = given.queue ? 'fake-queue' : 'openai-compatible'
const settings = given.queue
  ? { baseUrl: given.url, priceMicros: given.micros, concurrency: 4 }
  : { baseUrl: `${given.url}/v1`, pricePerImageUsd: given.micros / 1_000_000, concurrency: 4 }
engine.providers.configure({ provider, settings })
const profile = draftProfile(provider, given.queue ? 'fake-queue' : 'fake-image', { width: 64, height: 64 })
const library = { engine, folder: given.library, events: [], reopen: () => Promise.reject(new Error('not here')) }
const batchId = await runSheet(library, sheetOf(given.prompts), settingsFor([profile]))

const tell = (message: object): void => void process.send?.(message)
let left = given.prompts.length
while (left > 0) {
  const status = engine.batches.get({ batchId })
  left = status.drafts.left
  tell({ done: status.drafts.done, left, storage: engine.generation.storageSentence(), end: null })
  await delay(20)
}
const { ok } = await engine.library.verify()
const status = engine.batches.get({ batchId })
await engine.close()
tell({ done: status.drafts.done, left: 0, storage: null, end: { ...status, verified: ok } })
process.disconnect()
