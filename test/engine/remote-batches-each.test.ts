import { createServer } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import type { Provider } from '#engine/providers/provider.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { AppError } from '#shared/errors.ts'
import { openBatchBench, summaryOf } from './batch-bench.ts'
import { openCanned } from './canned-reply.ts'
import { openBench } from './hosted-session.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const readOne = (provider: Provider, line: unknown, model: string) => {
  const { session } = openCanned(provider, {}, { status: 200, body: {} })
  const result = session.remoteBatches?.readLine(Buffer.from(JSON.stringify(line)), model)
  if (!result) throw new Error('it has no batches')
  return { ...result, said: summaryOf([result])[result.id] }
}
const lookAt = (provider: Provider, body: unknown, nowMs = 0) => {
  const { session } = openCanned(provider, {}, { status: 200, body }, nowMs)
  return session.remoteBatches?.look({ batch: 'batches/b1' }, { signal: new AbortController().signal, input: never })
}
const never = () => Promise.reject(new Error('no picture is needed'))

describe('OpenAI', () => {
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
})

describe('Gemini', () => {
  const bench = openBench(gemini, (url) => ({ baseUrl: `${url}/gemini/v1beta` }))
  const { call, remote, start, finish, upload } = openBatchBench(bench)
  const request = (prompt: string) => bench.request({ model: 'gemini-nano-banana-2.1', prompt })

  test('never sends the key, or the file, to another place for uploads', async () => {
    let came = 0
    const server = createServer((_request, response) => {
      came++
      response.end('{}')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    closers.push(() => server.close())
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    for (const uploadUrl of [`http://127.0.0.1:${port}/upload`, 'https://files.example/upload', 'ftp://x', 'none']) {
      bench.fake().batches.settings.uploadUrl = uploadUrl
      const error = await bench.failure(upload(remote(), [request('p')]))
      expect([error.code, error.billed]).toEqual(['bad-response', false])
    }
    expect(came).toBe(0)
    expect(bench.sent.every(({ url }) => url.startsWith(bench.fake().url))).toBe(true)
  })

  test('the upload goes beside the version, whatever stands before it', async () => {
    for (const [baseUrl, expected] of [
      ['https://generativelanguage.googleapis.com/v1beta', '/upload/v1beta/files'],
      ['https://proxy.example/google/v1beta/', '/google/upload/v1beta/files'],
      ['https://proxy.example', '/upload/files'],
    ]) {
      const { session, sent } = openCanned(gemini, { baseUrl }, { status: 503, body: {} })
      await bench.failure(session.remoteBatches?.upload({ path: '/none', byteLength: 1, name: 'n' }, call) ?? never())
      expect(sent.map(({ url }) => new URL(url).pathname)).toEqual([expected])
    }
  })

  test('refuses a whole batch with its reason; one for a full queue may be started again', async () => {
    const of = remote()
    bench
      .fake()
      .batches.script(
        { kind: 'refuse-whole', code: 'queue_full', message: 'Too many enqueued tokens' },
        { kind: 'refuse-whole', code: 'invalid', message: 'The file is none' },
      )
    expect(await finish(of, await start(of, [request('p')]))).toMatchObject({ how: 'failed', isQueueFull: true })
    const wrong = await finish(of, await start(of, [request('p')]))
    expect(wrong).toMatchObject({ how: 'failed', message: 'The file is none', results: null })
    expect(wrong).not.toHaveProperty('isQueueFull')
  })

  test('states are read by their ends, and pictures that are not written down yet are waited for', async () => {
    const operation = (state: string, more: object = {}) => ({ name: 'batches/b1', metadata: { state }, ...more })
    const response = { responsesFile: 'files/r1' }
    const said = async (body: unknown) => {
      const progress = await lookAt(gemini, body)
      return progress?.state === 'ended' ? progress.how : progress?.state
    }
    expect(await said(operation('JOB_STATE_SUCCEEDED', { done: true, response }))).toBe('completed')
    expect(await said(operation('JOB_STATE_PARTIALLY_SUCCEEDED', { response }))).toBe('completed')
    expect(await said(operation('BATCH_STATE_SUCCEEDED'))).toBe('working')
    expect(await said(operation('BATCH_STATE_SUCCEEDED', { done: true }))).toBe('completed')
    expect(await said(operation('BATCH_STATE_EXPIRED'))).toBe('expired')
    expect(await said(operation('JOB_STATE_CANCELLING'))).toBe('working')
    expect(await said({ name: 'batches/b1', done: true, error: { code: 1 } })).toBe('canceled')
    expect(await said({ name: 'batches/b1', done: true, error: { code: 13 } })).toBe('failed')
    expect(await said({ name: 'batches/b1' })).toBe('working')
  })

  test('a name that leads elsewhere is never asked for', async () => {
    const { session, sent } = openCanned(gemini, {}, { status: 200, body: {} })
    for (const batch of ['batches/../files/x', 'https://evil.example/batches/x', 'models/x', 'batches/a?b'])
      await bench.failure(session.remoteBatches?.look({ batch }, call) ?? never())
    expect(sent).toEqual([])
  })

  test('a line’s code says what the same status says live', () => {
    const said = (code: number, message = 'x') => readOne(gemini, { key: 'a', error: { code, message } }, 'm').said
    expect([said(3), said(8), said(13), said(14), said(4)]).toEqual([
      'invalid-input false',
      'rate-limited false',
      'provider-unavailable false',
      'provider-unavailable false',
      'provider-unavailable false',
    ])
    expect(said(3, 'This violates our Responsible AI practices')).toBe('content-policy false')
  })

  test('what was drawn while thinking is no picture, and a refusal inside of a 200 is one', () => {
    const thought = { thought: true, inlineData: { mimeType: 'image/png', data: 'AAAA' } }
    const picture = { inlineData: { mimeType: 'image/png', data: 'AQID' } }
    const response = { candidates: [{ content: { parts: [thought, picture] }, finishReason: 'STOP' }] }
    const { outcome } = readOne(gemini, { key: 'a', response }, 'gemini-nano-banana-2.1')
    if (outcome instanceof AppError) throw outcome
    expect(outcome.outputs).toEqual([{ kind: 'bytes', bytes: Buffer.from([1, 2, 3]), seed: null }])
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 8 } }
    expect(readOne(gemini, { key: 'a', response: blocked }, 'gemini-nano-banana-2.1').said).toBe('content-policy false')
  })
})

describe('xAI', () => {
  const bench = openBench(xai, (url) => ({ baseUrl: `${url}/xai/v1` }))
  const { remote, start, finish, call } = openBatchBench(bench)
  const request = (prompt: string) => bench.request({ model: 'grok-imagine-image', prompt })

  test('results come in small pages, all of them', async () => {
    const of = remote()
    const requests = Array.from({ length: 11 }, (_, index) => request(`p${index}`))
    const ended = await finish(of, await start(of, requests))
    bench.sent.length = 0
    let lines = 0
    for await (const line of of.results(ended.results ?? {}, call)) lines += line.at(-1) === 10 ? 1 : 0
    expect(lines).toBe(11)
    expect(bench.sent.map(({ url }) => new URL(url).search)).toEqual([
      '?page_size=4',
      '?page_size=4&pagination_token=4',
      '?page_size=4&pagination_token=8',
    ])
  })

  test('a file that it cannot read fails as a whole, in its words', async () => {
    const of = remote()
    bench.fake().batches.script({ kind: 'refuse-whole', code: 'x', message: 'The file is none of ours' })
    const ended = await finish(of, await start(of, [request('p')]))
    expect(ended).toMatchObject({ how: 'failed', message: 'The file is none of ours', results: null })
  })

  test('answers are read as its document has them and as its readers do; each names its own cost', () => {
    const answer = { data: [{ b64_json: 'AQID', respect_moderation: true }], usage: { cost_in_usd_ticks: 200_000_000 } }
    for (const line of [
      { batch_request_id: 'a', response: answer },
      { batch_request_id: 'a', response: { image_generation: answer } },
      { batch_request_id: 'a', batch_result: { response: { image_generation: answer } } },
    ]) {
      expect(readOne(xai, line, 'grok-imagine-image').said).toBe('done 1 20000')
    }
    const failed = (error_message: string) => readOne(xai, { batch_request_id: 'a', error_message }, 'm').said
    expect(failed('Generated image rejected by content moderation.')).toBe('content-policy false')
    expect(failed('Internal error')).toBe('provider-unavailable false')
    expect(failed('Argument not supported: size')).toBe('invalid-input false')
    expect(readOne(xai, { batch_request_id: 'a', batch_result: { error: 'x' } }, 'm').said).toBe(
      'provider-unavailable false',
    )
    const silent = { batch_request_id: 'a', response: { data: [], usage: { cost_in_usd_ticks: 0 } } }
    expect(readOne(xai, silent, 'm').said).toBe('content-policy false')
  })

  test('one whose time is over has expired, whatever waits in it', async () => {
    const state = { num_requests: 3, num_pending: 1, num_success: 2, num_error: 0, num_cancelled: 0 }
    const body = { batch_id: 'b', state, expires_at: '2026-01-01T00:00:00Z' }
    expect(await lookAt(xai, body, Date.parse('2025-12-31'))).toMatchObject({ state: 'working' })
    const over = await lookAt(xai, body, Date.parse('2026-01-02'))
    expect(over).toMatchObject({ state: 'ended', how: 'expired', results: { batch: 'b' } })
  })
})
