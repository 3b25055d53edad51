import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { remoteBatch } from '#shared/contract/remote-batches.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/fake-provider.ts'
import type { BatchFault } from '../fake-provider/faults.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

const key = 'sk-canary-0123456789'
const names = ['openai', 'gemini', 'xai'] as const
type Name = (typeof names)[number]

async function openServices(): Promise<{ fake: FakeProvider; library: TestLibrary }> {
  const fake = await startFakeProvider({ key, pictureSize: { width: 64, height: 64 } })
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({
    providers: [openai, gemini, xai],
    clock: fastClock(5000),
    lookEveryMs: 60_000,
    env: { OPENAI_API_KEY: key, GEMINI_API_KEY: key, XAI_API_KEY: key },
  })
  for (const provider of names) {
    const path = provider === 'gemini' ? 'v1beta' : 'v1'
    library.engine.providers.configure({
      provider,
      settings: { baseUrl: `${fake.url}/${provider}/${path}`, requestsPerMinute: null },
    })
  }
  library.engine.settings.set({ dailyCapMicros: null })
  return { fake, library }
}

/** The cheapest model of a service that its batches take. */
function profileOf({ engine }: TestLibrary, name: Name) {
  const info = engine.providers.list().find(({ id }) => id === name)
  const found = info?.models.find(({ batchShare, retired }) => batchShare !== undefined && !retired)
  if (!found) throw new Error(`${name} has no model with batches`)
  return draftProfile(name, found.id, { quality: found.draftQuality ?? null })
}

async function runThere(
  fake: FakeProvider,
  library: TestLibrary,
  name: Name,
  prompts: string[],
  ...faults: BatchFault[][]
) {
  fake.batches.script(...faults)
  const settings = settingsFor([profileOf(library, name)])
  const batchId = await runSheet(library, sheetOf(prompts), settings, { route: 'batch' })
  await library.engine.generation.whenIdle(batchId)
  return library.engine.batches.get({ batchId })
}

test.each(names)('%s: a run in batches, out of order, costs what the service bills, to the micro', async (name) => {
  const { fake, library } = await openServices()
  const status = await runThere(fake, library, name, ['a red shoe', 'a blue cup', 'never [[refused]]', 'a green hat'])
  expect(status.drafts).toMatchObject({ done: 3, failed: 1, unknown: 0, left: 0 })
  expect(status.reservedMicros).toBe(0)
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
  expect(status.settledMicros).toBeLessThan(status.estimateMicros * 1.5)
})

test.each(names)(
  '%s: refused alone, a start lost, expired with a part, downloads that fail and tear: all made once',
  async (name) => {
    const { fake, library } = await openServices()
    const faults: BatchFault[][] = [
      [{ kind: 'lost-start' }, { kind: 'expire', made: 2 }, { kind: 'torn-download', times: 2, bytes: 200 }],
      [{ kind: 'no-download', times: 3, status: 503 }],
    ]
    const status = await runThere(fake, library, name, ['one', 'two', 'three', 'four'], ...faults)
    expect(status.drafts).toMatchObject({ done: 4, failed: 0, unknown: 0 })
    expect(status.settledMicros).toBe(fake.ledger().billedMicros)
    expect(fake.ledger().pictures).toBe(4)
  },
)

test.each(names)('%s: only failures come back, and nothing is charged', async (name) => {
  const { fake, library } = await openServices()
  const status = await runThere(fake, library, name, ['never [[refused]]', 'never ever [[refused]]'])
  expect(status.drafts).toMatchObject({ done: 0, failed: 2 })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
})

test.each(names)('%s: canceled where it stands still, what was made is kept', async (name) => {
  const { fake, library } = await openServices()
  fake.batches.script([{ kind: 'stand-still', made: 1 }])
  const settings = settingsFor([profileOf(library, name)])
  const batchId = await runSheet(library, sheetOf(['one', 'two', 'three']), settings, { route: 'batch' })
  const { engine } = library
  await engine.generation.whenSent(batchId)
  await expect.poll(() => fake.ledger().pictures).toBe(1)
  const [open] = engine.remoteBatches.list({ batchId, open: true })
  engine.remoteBatches.cancel({ remoteBatchId: open?.remoteBatchId ?? 0 })
  await engine.generation.whenIdle(batchId)
  const status = engine.batches.get({ batchId })
  expect(status.drafts).toMatchObject({ done: 1, canceled: 2 })
  expect(status.settledMicros).toBe(fake.ledger().billedMicros)
})

test.each(names)(
  '%s: a batch that the service knows no more is lost, once it was asked for in vain for ever',
  async (name) => {
    const { fake, library } = await openServices()
    const { engine } = library
    const status = await runThere(fake, library, name, ['a red shoe', 'a blue cup'], [{ kind: 'vanish' }])
    expect(status.drafts).toMatchObject({ done: 0, unknown: 2, left: 0 })
    const [lost] = engine.remoteBatches.list({ batchId: null, open: true })
    expect(lost).toMatchObject({
      state: 'lost',
      unknown: 2,
      message: expect.stringContaining('does not know this batch'),
    })
  },
)

test('the time of the next try is a whole number of ms: the queue could not be shown while a step was put off', async () => {
  const { fake, library } = await openServices()
  const { engine } = library
  fake.batches.script({ kind: 'no-download', times: 1_000_000, status: 500 })
  await runSheet(library, sheetOf(['a red shoe']), settingsFor([profileOf(library, 'openai')]), { route: 'batch' })
  const waiting = () =>
    engine.remoteBatches
      .list({ batchId: null, open: true })
      .filter(({ nextMs, state }) => state === 'reading' && nextMs !== null)
  await expect.poll(waiting).toHaveLength(1)
  expect(z.array(remoteBatch).safeParse(waiting()).error).toBeUndefined()
})

test.each(names)('%s: large pictures and small ones in one file, none spoils another', async (name) => {
  const { fake, library } = await openServices()
  const large = ['a tower [[padded mb=7]]', 'a bridge [[padded mb=7]]']
  const middling = ['a house [[padded mb=1]]', 'a street [[padded mb=1]]', 'a park [[padded mb=1]]']
  const status = await runThere(fake, library, name, [...large, 'a red shoe', ...middling, 'a blue cup'])
  expect(status.drafts).toMatchObject({ done: 7, failed: 0, unknown: 0, left: 0 })
  // Every file still has the hash that it is named by, and no two are the same.
  expect(await library.engine.library.verify()).toMatchObject({ ok: true })
  const tiles = library.engine.tiles.many({
    tileIds: library.engine.tiles.ids({ batchId: status.batchId, filter: {}, order: 'sheet' }).ids,
  })
  expect(new Set(tiles.map(({ image }) => image?.sha256)).size).toBe(7)
})
