import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { ledgerFromLines } from '../fake-provider/ledger.ts'
import { openDesk, runAnswer, sheetText, until } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const key = 'sk-canary-0123456789'
const presetFolder = new URL('../../electron/engine/providers/custom/presets/', import.meta.url)
/** Enough for several arrays, several to one. */
const prompts = Array.from({ length: 24 }, (_, at) => `a shoe, view ${at}`)
const keys = {
  CUSTOM_ZSKY_API_KEY: key,
  CUSTOM_FLIXLY_API_KEY: key,
  CUSTOM_WIREFLOW_API_KEY: key,
  CUSTOM_IMAGES_API_KEY: key,
  CUSTOM_PICTURE_API_KEY: key,
  CUSTOM_JOBS_API_KEY: key,
}

/** What a description shows of itself, as far as it is changed here. */
const parsed = z.looseObject({
  models: z.array(z.looseObject({})),
  poll: z.looseObject({}).optional(),
  array: z.looseObject({}).optional(),
})

/** Each with the model that its service has, where the fake speaks its format, and how many requests go in a call. */
const presets = [
  ['zsky-like', 'custom:zsky/zsky', '/custom', 50],
  ['flixly-like', 'custom:flixly/flux-kontext', '/custom', 30],
  ['wireflow-like', 'custom:wireflow/my-flow', '/custom', 1],
  ['openai-like', 'custom:images/fake-image', '/v1', 1],
  ['picture-body', 'custom:picture/default', '/custom', 1],
  ['submit-and-poll', 'custom:jobs/default', '/custom', 1],
] as const

test('every preset: added from its description, a sheet is run through it, each picture paid once', async () => {
  const desk = await openDesk(keys)
  const sheet = await desk.write('shoes.csv', sheetText(prompts))
  for (const [preset, draft, path, most] of presets) {
    const provider = await startFakeProvider({ priceMicros: 20_000, key })
    onTestFinished(() => provider.close())
    // As it comes it may make a few pictures a minute, or an hour: the fake has no such limits.
    const of = parsed.parse(JSON.parse(await readFile(new URL(`${preset}.json`, presetFolder), 'utf8')))
    const models = of.models.map((model) => ({ ...model, price: '0.02' }))
    const poll = of.poll ? { poll: { ...of.poll, everySeconds: 0.05 } } : {}
    const service = { ...of, ...poll, models, limits: { concurrency: 4 }, baseUrl: provider.url + path }
    const file = await desk.write('service.json', JSON.stringify(service))
    const added = await desk.json('providers', 'add', file)
    expect(added).toMatchObject({ status: 0, object: { provider: { id: draft.split('/')[0], ready: true } } })

    const ran = await desk.json('run', sheet, '--draft', draft, '--cap', '10')
    const answer = runAnswer.parse(ran.object)
    expect(answer.drafts, preset).toMatchObject({ done: prompts.length, failed: 0, unknown: 0, held: 0, left: 0 })
    expect([ran.status, answer.settledMicros]).toEqual([0, prompts.length * 20_000])
    const ledger = provider.ledger()
    expect(ledger).toMatchObject({
      requests: prompts.length,
      pictures: prompts.length,
      billedMicros: prompts.length * 20_000,
    })
    if (most > 1) expect(new Set(ledger.remoteIds).size).toBeLessThanOrEqual(prompts.length / 3)
  }
  const images = presets.length * prompts.length
  expect(await desk.json('verify')).toMatchObject({ status: 0, object: { images } })
  for (const part of ['library.db', 'library.db-wal'])
    expect(await readFile(join(desk.library, part), 'latin1').catch(() => '')).not.toContain('canary')
}, 240_000)

test('what is wrong with a description is said with its field; show, change, replace, remove', async () => {
  const desk = await openDesk()
  const wrong = await desk.write('wrong.json', '{"version": 1, "name": "A B", "baseUrl": "file:///etc"}')
  const refused = await desk.json('providers', 'add', wrong)
  expect(refused.status).toBe(2)
  const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(refused.object)
  for (const said of ['name: is lower-case', 'baseUrl: is an http', 'models: ']) expect(error.message).toContain(said)
  const none = await desk.json('providers', 'add', 'no-such')
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('is no preset')])
  const nothing = await desk.write('text.json', '[1]')
  expect((await desk.json('providers', 'add', nothing)).stderr).toContain('no JSON object')

  const first = await desk.json(
    'providers',
    'add',
    'picture-body',
    '--name',
    'mine',
    '--base-url',
    'http://127.0.0.1:7/x',
  )
  expect(first).toMatchObject({ status: 0, object: { provider: { id: 'custom:mine' } } })
  const text = await desk.run('providers', 'show', 'mine')
  expect(JSON.parse(text.stdout)).toMatchObject({ name: 'mine', baseUrl: 'http://127.0.0.1:7/x' })
  const again = await desk.write('mine.json', text.stdout.replace('Picture as the answer', 'Mine'))
  expect((await desk.json('providers', 'add', again)).status).toBe(2)
  const replaced = await desk.json('providers', 'add', again, '--replace')
  expect(replaced).toMatchObject({ status: 0, object: { provider: { label: 'Mine' } } })
  expect((await desk.run('providers', 'remove', 'mine')).status).toBe(0)
  expect((await desk.run('providers')).stdout).not.toContain('custom:mine')
  expect((await desk.run('providers', 'remove', 'mine')).status).toBe(2)
})

test('killed while arrays are out: what was out is unknown and counted, nothing is sent or paid twice', async () => {
  const desk = await openDesk(keys)
  const ledgerFile = join(desk.folder, 'ledger.jsonl')
  const latency = { kind: 'fixed', ms: 1_500 } as const
  const provider = await startFakeProvider({ priceMicros: 40_000, key, latency, ledgerFile })
  onTestFinished(() => provider.close())
  const shown = await desk.run('providers', 'show', 'flixly-like')
  const service = parsed.parse(JSON.parse(shown.stdout))
  const models = [{ id: 'default', sizes: ['64x64'], price: '0.04' }]
  const array = { ...service.array, most: 10 }
  const changed = { ...service, array, models, baseUrl: `${provider.url}/custom`, limits: { concurrency: 2 } }
  expect((await desk.run('providers', 'add', await desk.write('s.json', JSON.stringify(changed)))).status).toBe(0)
  const prompts = Array.from({ length: 60 }, (_, at) => `picture ${at}`)
  const sheet = await desk.write('many.csv', sheetText(prompts))
  const args = ['run', sheet, '--draft', 'custom:flixly/default', '--size', '64x64', '--cap', '10']

  const command = desk.start(...args)
  await until(() => provider.ledger().requests >= 20, 'two calls of ten are out', 60_000)
  command.signal('SIGKILL')
  await command.ended
  const answer = runAnswer.parse((await desk.json(...args)).object)
  await until(() => provider.ledger().entries.every((entry) => entry.endedMs !== null), 'the provider has finished')
  const ledger = ledgerFromLines(await readFile(ledgerFile, 'utf8'))
  expect(Object.entries(ledger.byPrompt).filter(([, total]) => total.requests > 1)).toEqual([])
  expect(answer.drafts).toMatchObject({ done: 40, unknown: 20, failed: 0, left: 0 })
  const status = await desk.json('status', 'last')
  expect(status.object).toMatchObject({ settledMicros: 40 * 40_000, unknownMicros: 20 * 40_000 })
  expect(ledger.billedMicros).toBe(60 * 40_000)
})
