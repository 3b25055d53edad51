import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as HttpLink } from '@orpc/client/fetch'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRouter } from '#api/api.ts'
import { createEventLog } from '#api/event-log.ts'
import { usualDraftSettings } from '#api/open-sheet.ts'
import { type Engine, openEngine } from '#engine/engine.ts'
import { errorFromApi } from '#shared/api-error.ts'
import type { Contract } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { startWebHost, type WebHost } from '../../electron/web/web.ts'
import { openSession } from './raw-request.ts'

type Client = ContractRouterClient<Contract>

const sheetText = 'sku,prompt\nA1,a red sneaker on grey\nA2,a blue sneaker on sand\nA3,"a green boot, wet"\n'
const root = fileURLToPath(new URL('../..', import.meta.url))
const eventLog = createEventLog()
const channel = new MessageChannel()
const clients = new Map<string, Client>()
let folder: string
let engine: Engine
let host: WebHost
let batchId: number
let tileIds: number[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofsheet-hosts-'))
  await mkdir(join(folder, 'renderer'))
  await writeFile(join(folder, 'renderer', 'index.html'), '<!doctype html>')
  engine = await openEngine({
    library: join(folder, 'library'),
    host: 'the host tests',
    keyFile: join(folder, 'keys.json'),
    env: {},
    emit: eventLog.add,
    examples: join(root, 'examples'),
  })
  const router = createRouter(engine, eventLog, () => {})
  clients.set('in process', createRouterClient(router))

  new RPCHandler(router).upgrade(channel.port2)
  channel.port1.start()
  channel.port2.start()
  clients.set('message port', createORPCClient(new PortLink({ port: channel.port1 })))

  host = await startWebHost({ engine, eventLog, port: 0, rendererFolder: join(folder, 'renderer') })
  const cookie = await openSession(Number(new URL(host.url).port), host.urlWithToken)
  clients.set('HTTP', createORPCClient(new HttpLink({ url: `${host.url}rpc`, headers: { cookie } })))

  ;({ batchId, tileIds } = await makeBatch(clientOf('in process')))
}, 60_000)

afterAll(async () => {
  channel.port1.close()
  await host?.close()
  await engine?.close()
  eventLog.close()
  await rm(folder, { recursive: true, force: true })
})

const clientOf = (name: string): Client => {
  const client = clients.get(name)
  if (!client) throw new Error(`there is no client "${name}"`)
  return client
}

/** The whole way from a sheet to drafts, through the contract alone. */
async function makeBatch(client: Client) {
  const sheet = await client.sheets.add({ name: 'shoes.csv', bytesBase64: btoa(sheetText) })
  const settings = usualDraftSettings(sheet, await client.settings.get(), await client.providers.list())
  const plan = await client.generation.planDrafts({ sheetId: sheet.id, settings })
  const run = await client.generation.run({ planId: plan.planId, highestMicros: plan.highestMicros })
  const isDone = async () => expect((await client.batches.get({ batchId: run.batchId })).drafts.left).toBe(0)
  await vi.waitFor(isDone, { timeout: 30_000, interval: 20 })
  const { ids } = await client.tiles.ids({ batchId: run.batchId })
  return { batchId: run.batchId, tileIds: ids }
}

const rest = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
  const reply = await fetch(`${host.url}api${path}`, {
    method,
    headers: { authorization: `Bearer ${host.bearerToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: await reply.json() }
}

/** Every call that only reads, by name. */
const reads: Record<string, (client: Client) => Promise<unknown>> = {
  'library.info': (client) => client.library.info(),
  'sheets.get': (client) => client.sheets.get({ sheetId: 1 }),
  'sheets.rows': (client) => client.sheets.rows({ sheetId: 1, offset: 1, limit: 1 }),
  'sheets.example': (client) => client.sheets.example(),
  'batches.list': (client) => client.batches.list(),
  'batches.get': (client) => client.batches.get({ batchId }),
  'batches.find': (client) => client.batches.find({ batch: 'last' }),
  'tiles.ids': (client) => client.tiles.ids({ batchId, order: 'undecided-first' }),
  'tiles.list': (client) => client.tiles.list({ batchId, order: 'newest' }),
  'tiles.many': (client) => client.tiles.many({ tileIds: [...tileIds].reverse() }),
  'tiles.nextUndecided': (client) => client.tiles.nextUndecided({ tileId: tileIds[0] ?? 0 }),
  'generation.failures': (client) => client.generation.failures({ batchId }),
  'generation.queue': (client) => client.generation.queue(),
  'review.history': (client) => client.review.history({ batchId }),
  'delivery.list': (client) => client.delivery.list({ batchId }),
  'providers.list': (client) => client.providers.list(),
  'settings.get': (client) => client.settings.get(),
}

/** Calls that fail, with the code each has. */
const failures: Record<string, [string, (client: Client) => Promise<unknown>]> = {
  'a batch that is not there': ['not-found', (client) => client.batches.get({ batchId: 999 })],
  'a plan that is not there': ['not-found', (client) => client.generation.run({ planId: 'none', highestMicros: 0 })],
  'an input that does not fit': ['invalid-input', (client) => client.tiles.many({ tileIds: [-1] })],
  'a theme that is not one': [
    'invalid-input',
    (client) => Reflect.apply(client.settings.set, null, [{ theme: 'pink' }]),
  ],
}

describe.each(['message port', 'HTTP'])('over %s', (name) => {
  test.each(Object.keys(reads))('%s answers as in process', async (call) => {
    const read = reads[call]
    const answer = await read?.(clientOf(name))
    expect(answer).toEqual(await read?.(clientOf('in process')))
    expect(answer).toBeDefined()
  })
})

describe.each(['in process', 'message port', 'HTTP'])('%s', (name) => {
  test.each(Object.keys(failures))('%s fails with its code and one sentence', async (what) => {
    const [code, call] = failures[what] ?? ['', async () => {}]
    const error = errorFromApi(await call(clientOf(name)).catch((thrown: unknown) => thrown))
    expect(error).toBeInstanceOf(AppError)
    const known = errorFromApi(await call(clientOf('in process')).catch((thrown: unknown) => thrown))
    expect([error, error.message]).toMatchObject([{ code }, known.message])
    expect(error.message).not.toMatch(/\n|\bat .*:\d+/)
  })

  test('a decision, its undo and the event of it', async () => {
    const client = clientOf(name)
    const stop = new AbortController()
    const events = await client.events.follow({ after: null }, { signal: stop.signal })
    const targets = { kind: 'selector', batchId, selector: 'all' } as const
    const applied = await client.review.apply({ targets, verb: { kind: 'approve' } })
    expect(applied.changed.map((marks) => marks.decision)).toEqual(['approved', 'approved', 'approved'])
    const undone = await client.review.undo({ batchId })
    expect(undone.changed.map((marks) => marks.decision)).toEqual(['undecided', 'undecided', 'undecided'])
    let number = 0
    for await (const told of events) {
      expect(told.number).toBeGreaterThan(number)
      number = told.number
      if (told.event.kind !== 'marks-changed') continue
      expect([...told.event.tileIds].sort()).toEqual([...tileIds].sort())
      break
    }
    stop.abort()
  })

  test('a whole sheet run a second time comes from the cache', async () => {
    const client = clientOf(name)
    const again = await makeBatch(client)
    const { drafts, requests } = await client.batches.get({ batchId: again.batchId })
    expect([drafts.done, drafts.cached, requests]).toEqual([3, 3, 0])
  })
})

describe('REST', () => {
  test('answers as in process', async () => {
    const client = clientOf('in process')
    expect(await rest('GET', '/library')).toEqual({ status: 200, body: await client.library.info() })
    expect((await rest('GET', `/batches/${batchId}`)).body).toEqual(await client.batches.get({ batchId }))
    expect((await rest('GET', '/batches/find?batch=last')).body).toEqual(await client.batches.find({ batch: 'last' }))
    expect((await rest('GET', '/sheets/1/rows?offset=1&limit=1')).body).toEqual(
      await client.sheets.rows({ sheetId: 1, offset: 1, limit: 1 }),
    )
    expect((await rest('POST', '/tiles/many', { tileIds })).body).toEqual(await client.tiles.many({ tileIds }))
    expect((await rest('POST', `/batches/${batchId}/tiles/ids`, {})).body).toEqual(await client.tiles.ids({ batchId }))
  })

  test('errors have a status, the code and the sentence', async () => {
    expect(await rest('GET', '/batches/999')).toMatchObject({
      status: 404,
      body: { code: 'not-found', message: expect.stringContaining('999') },
    })
    expect(await rest('POST', '/tiles/many', { tileIds: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'invalid-input', message: expect.stringContaining('tileIds') },
    })
    expect((await rest('GET', '/nothing')).status).toBe(404)
  })

  test('a picture is read by the id that a tile names', async () => {
    const [tile] = await clientOf('in process').tiles.many({ tileIds })
    const address = `${host.url}media/${tile?.image?.id}/thumb`
    const picture = await fetch(address, { headers: { authorization: `Bearer ${host.bearerToken}` } })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)])
    expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(500)
    expect((await fetch(address)).status).toBe(401)
  })
})
