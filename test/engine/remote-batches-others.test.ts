import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { AppError } from '#shared/errors.ts'
import { lookAt, never, openBatchBench, readOne } from './batch-bench.ts'
import { openCanned } from './canned-reply.ts'
import { openBench } from './hosted-session.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
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
