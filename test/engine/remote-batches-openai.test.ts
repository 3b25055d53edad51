import { createServer } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { openai } from '#engine/providers/openai/openai.ts'
import { never, openBatchBench, readOne, summaryOf } from './batch-bench.ts'
import { openBench } from './hosted-session.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const bench = openBench(openai, (url) => ({ baseUrl: `${url}/openai/v1` }))
const { call, remote, start, finish, read, upload, uploadBytes } = openBatchBench(bench)
const request = (prompt: string) =>
  bench.request({ model: 'gpt-image-2', width: 1024, height: 1024, quality: 'low', prompt })

test('refuses a whole batch with its reasons; one for a full queue may be started again', async () => {
  const of = remote()
  bench
    .fake()
    .batches.script(
      { kind: 'refuse-whole', code: 'token_limit_exceeded', message: 'Enqueued token limit reached for gpt-image-2' },
      { kind: 'refuse-whole', code: 'model_not_found', message: 'The model is not there' },
    )
  const full = await finish(of, await start(of, [request('p')]))
  expect(full).toMatchObject({ how: 'failed', isQueueFull: true, results: null })
  expect(full.message).toContain('Enqueued token limit')
  const wrong = await finish(of, await start(of, [request('p')]))
  expect(wrong).toMatchObject({ how: 'failed', results: null, message: 'The model is not there' })
  expect(wrong).not.toHaveProperty('isQueueFull')
  expect(bench.fake().ledger().requests).toBe(0)
})

test('says which line of the file is none', async () => {
  const of = remote()
  const line = await of.line({ id: 'same', request: request('p') }, call)
  const uploaded = await uploadBytes(of, Buffer.concat([line, line]))
  const handle = await of.start({ label: 'l', group: of.groupOf(request('p')), uploaded }, call)
  expect((await finish(of, handle)).message).toContain('(line 2)')
})

test('takes a model only where its page says so, and the reason has its date', async () => {
  const of = remote()
  const sentences = ['gpt-image-2.5-flare', 'gpt-image-1.5'].map((model) => of.check({ ...request('p'), model }))
  expect(sentences).toEqual([
    expect.stringContaining('is not taken in batches (read 2026-09-28)'),
    expect.stringContaining('is not known to be taken in batches'),
  ])
  expect(openai.models({}).flatMap(({ id, batchShare }) => (batchShare ? [[id, batchShare]] : []))).toEqual([
    ['gpt-image-2', 0.5],
  ])
  // A dated copy is the same model.
  expect(of.check({ ...request('p'), model: 'gpt-image-2-2026-04-21' })).toBeNull()
})

test('a request with pictures goes in another batch than one without', () => {
  const of = remote()
  const edit = bench.request({ ...request('p'), operation: 'edit', source: { sha256: 'a', width: 64, height: 48 } })
  expect([of.groupOf(request('p')), of.groupOf(edit)]).toEqual([
    'gpt-image-2 /images/generations',
    'gpt-image-2 /images/edits',
  ])
})

test('a picture that its JSON could not hold is refused before anything is sent', async () => {
  const of = remote()
  const large = { sha256: 'large', width: 64, height: 48 }
  const edit = bench.request({ ...request('p'), operation: 'edit', source: large })
  const input = async () => new Uint8Array(15_728_001)
  const error = await bench.failure(of.line({ id: 'r', request: edit }, { ...call, input }))
  expect([error.code, bench.sent.length]).toEqual(['unsupported', 0])
})

test('what a line says that has no answer', () => {
  const said = (error: unknown) => readOne(openai, { custom_id: 'a', response: null, error }, 'gpt-image-2').said
  expect(said({ code: 'batch_expired', message: 'x' })).toBe('model-failed false')
  expect(said({ code: 'batch_cancelled', message: 'x' })).toBe('canceled false')
  expect(said({ code: 'moderation_blocked', message: 'x' })).toBe('content-policy false')
  expect(said({ code: 'server_error', message: 'x' })).toBe('provider-unavailable false')
  expect(said({ code: 'rate_limit_exceeded', message: 'x' })).toBe('rate-limited false')
  expect(said({ code: 'invalid_value', message: 'x' })).toBe('invalid-input false')
  expect(said(null)).toMatch(/^bad-response/)
  const lost = { status_code: 504, request_id: 'r', body: {} }
  expect(readOne(openai, { custom_id: 'a', response: lost, error: null }, 'gpt-image-2').said).toMatch(
    /^provider-unavailable/,
  )
})

test('a file of 150 MB waits at the far end until it is read', async () => {
  const of = remote()
  const requests = Array.from({ length: 5 }, (_, index) => request(`p${index} [[padded mb=22]]`))
  const ended = await finish(of, await start(of, requests))
  const reader = of.results(ended.results ?? {}, call)[Symbol.asyncIterator]()
  let largest = (await reader.next()).value?.length ?? 0
  await new Promise((done) => setTimeout(done, 1_000))
  const [batch] = bench.fake().batches.all()
  expect(batch?.sentBytes).toBeLessThan(32_000_000)
  let bytes = largest
  for (;;) {
    const { value, done } = await reader.next()
    if (done) break
    largest = Math.max(largest, value.length)
    bytes += value.length
  }
  expect([largest < 1_000_000, bytes]).toEqual([true, batch?.sentBytes])
  expect(bytes).toBeGreaterThan(140_000_000)
}, 60_000)

test('50,001 requests are one too many; 50,000 are made', async () => {
  const of = remote()
  const requests = Array.from({ length: 50_001 }, (_, index) => request(`p${index}`))
  const most = of.limits('gpt-image-2').mostRequests
  const refused = await finish(of, await start(of, requests))
  expect([refused.how, refused.message]).toEqual(['failed', expect.stringContaining('50000')])
  const uploaded = await upload(of, requests.slice(0, most))
  const handle = await of.start({ label: 'l', group: of.groupOf(request('p')), uploaded }, call)
  let progress = await of.look(handle, call)
  for (let looks = 0; progress.state === 'working' && looks < 2_000; looks++) {
    await new Promise((done) => setTimeout(done, 50))
    progress = await of.look(handle, call)
  }
  expect(progress).toMatchObject({ state: 'ended', counts: { total: 50_000, succeeded: 50_000 } })
}, 180_000)

test('its webhooks of batches name the batch', async () => {
  const told: { headers: Record<string, string>; body: Buffer }[] = []
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece)
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
    told.push({ headers, body: Buffer.concat(pieces) })
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => server.close())
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const { batches, hooks } = bench.fake()
  batches.settings.hookUrl = `http://127.0.0.1:${port}/hooks/openai`
  const of = remote()
  const handle = await start(of, [request('p')])
  await finish(of, handle)
  await vi.waitFor(() => expect(told).toHaveLength(1), 10_000)
  const [delivery] = told
  if (!delivery) throw new Error('no webhook came')
  const io = { fetch: never, stream: never, now: Date.now, key: () => null, hookSecret: hooks.secret }
  const genuine = await openai.open({}, io).hook?.({ ...delivery, receivedMs: Date.now() })
  expect(genuine?.remoteIds).toEqual([handle.batch])
})

test('results and errors are two files, read one after the other', async () => {
  const of = remote()
  const ended = await finish(of, await start(of, [request('good'), request('bad [[500]]')]))
  expect(Object.keys(ended.results ?? {})).toEqual(['output', 'errors'])
  expect(Object.keys(summaryOf(await read(of, ended, 'gpt-image-2')))).toEqual(['r0', 'r1'])
})
