import { describe, expect, test } from 'vitest'
import { openNetwork } from '#engine/network/network.ts'
import { bfl } from '#engine/providers/bfl/bfl.ts'
import type { ProviderReply } from '#engine/providers/provider.ts'
import { openBench, source } from './hosted-session.ts'
import { noStream, sampleCall } from './sample-request.ts'

const bench = openBench(bfl, (url) => ({ baseUrl: `${url}/bfl`, pollSeconds: 0.01 }))
const klein = { model: 'flux-2-klein-4b', width: 512, height: 512, prompt: 'p' } as const
const bodySent = (): unknown => {
  const body = bench.sent.findLast(({ options }) => options.method === 'POST')?.options.body
  return typeof body === 'string' ? JSON.parse(body) : body
}

describe('what comes back', () => {
  test('the cost that was named with the task is what is settled, also from the stored handle', async () => {
    await bench.start({ priceMicros: 14_250, latency: { kind: 'fixed', ms: 60 } })
    const first = await bench.open().submit(bench.request(klein), sampleCall())
    if (first.state !== 'pending') throw new Error('not pending')
    const handle = JSON.parse(JSON.stringify(first.handle))
    const done = await bench.follow(bench.open(), { ...first, handle })
    expect(done).toMatchObject({ outputs: [{ kind: 'url', seed: 99 }], settled: { micros: 14_250, currency: 'USD' } })
    expect(bench.fake().ledger().billedMicros).toBe(14_250)
  })

  test('both ways to be moderated are refusals, with the reasons', async () => {
    bench.fake().script('p', { kind: 'refused', status: 400 }, { kind: 'refused', status: 200 })
    const errors = [await bench.failure(bench.make(klein)), await bench.failure(bench.make(klein))]
    expect(errors.map(({ code, billed }) => [code, billed])).toEqual([
      ['content-policy', null],
      ['content-policy', null],
    ])
    expect(errors[0]?.message).toContain('Violence')
  })

  test('an error there, and ready without a picture', async () => {
    bench.fake().script('p', { kind: 'error-in-200' }, { kind: 'no-data' })
    const errors = [await bench.failure(bench.make(klein)), await bench.failure(bench.make(klein))]
    expect(errors.map(({ code, billed }) => [code, billed])).toEqual([
      ['bad-response', null],
      ['bad-response', true],
    ])
    expect(errors[0]?.message).toContain('the worker crashed')
  })

  test('each form of its errors says what is wrong', async () => {
    const status = (code: number, body: unknown) => ({ kind: 'status' as const, status: code, body })
    bench
      .fake()
      .script(
        'p',
        status(422, { detail: [{ loc: ['body'], msg: 'Input should be a multiple of 16', type: 'x' }] }),
        status(402, { error: 'insufficient_credits', message: 'Not enough credits' }),
        status(429, { error: 'rate_limit_exceeded', message: 'Too many', retry_after: 5 }),
        status(403, { detail: 'Not authenticated' }),
      )
    const errors = []
    for (let time = 0; time < 4; time++) errors.push(await bench.failure(bench.make(klein)))
    expect(errors.map(({ code, retryAfterMs }) => [code, retryAfterMs])).toEqual([
      ['invalid-input', null],
      ['quota', null],
      ['rate-limited', 5_000],
      ['auth', null],
    ])
    expect(errors[0]?.message).toContain('multiple of 16')
  })

  test('a task that is not known yet is asked for again, after ten seconds it is gone; 503 is asked again', async () => {
    const handle = { id: 'x', pollingUrl: 'https://api.eu2.bfl.ai/v1/get_result?id=x', submittedMs: '0' }
    const pollAt = (nowMs: number, reply: Partial<ProviderReply>) =>
      bfl
        .open(
          {},
          {
            fetch: async () => ({ status: 200, headers: {}, bytes: new Uint8Array(), ...reply }),
            stream: noStream,
            now: () => nowMs,
            key: () => 'k',
          },
        )
        .poll?.(handle, sampleCall()) ?? Promise.reject(new Error('it cannot be polled'))
    const unknown = { bytes: Buffer.from('{"id":"x","status":"Task not found"}') }
    expect(await pollAt(9_000, unknown)).toMatchObject({ state: 'pending', handle })
    const gone = await bench.failure(pollAt(11_000, unknown))
    expect([gone.code, gone.billed]).toEqual(['bad-response', null])
    expect((await bench.failure(pollAt(0, { status: 503 }))).code).toBe('provider-unavailable')
    expect(await pollAt(0, { bytes: Buffer.from('{"id":"x","status":"Painting"}') })).toMatchObject({
      state: 'pending',
    })
  })
})

test('a key goes to BFL’s regional hosts, and to no other', async () => {
  const network = openNetwork({
    connectTimeoutMs: 500,
    resolve: (_name, answer) => answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
  })
  const send = network.forProvider({ origins: [bfl.origin({}) ?? '', ...(bfl.moreOrigins?.({}) ?? [])] })
  const poll = (pollingUrl: string) =>
    bfl
      .open({}, { fetch: send, stream: noStream, now: () => 0, key: () => 'k' })
      .poll?.({ pollingUrl }, sampleCall()) ?? Promise.resolve()
  const codes = []
  for (const host of ['api.eu2.bfl.ai', 'bfl.ai.example.com', 'evilbfl.ai'])
    codes.push((await bench.failure(poll(`https://${host}/v1/get_result?id=x`))).code)
  expect(codes).toEqual(['provider-unavailable', 'bad-response', 'bad-response'])
  expect(bfl.moreOrigins?.({ baseUrl: 'https://proxy.example.com' })).toEqual([])
  await network.close()
})

describe('what goes out', () => {
  test('an edit with references, in their fields; the size of the source is left out', async () => {
    await bench.make({ ...klein, operation: 'edit', source, references: [source], width: 64, height: 48, seed: 1 })
    const base64 = expect.stringMatching(/^iVBOR/)
    expect(bodySent()).toEqual({ prompt: 'p', input_image: base64, input_image_2: base64, seed: 1 })
  })

  test('FLUX.3 takes ratio and resolution, and no web search unless one asks for it', async () => {
    await bench.make({ model: 'flux-3-image', prompt: 'p', width: 2784, height: 1504 })
    expect(bodySent()).toEqual({ prompt: 'p', aspect_ratio: '16:9', resolution: '2k', grounding: false })
    await bench.make({ model: 'flux-3-image', prompt: 'p', width: 768, height: 768, options: { grounding: true } })
    expect(bodySent()).toEqual({ prompt: 'p', aspect_ratio: '1:1', resolution: '0.75k', grounding: true })
  })

  test.each([
    [{ ...klein, width: 4096, height: 4096 }, '4096x4096'],
    [{ ...klein, operation: 'edit' as const, source, references: Array(4).fill(source) }, 'at most 4 pictures in all'],
    [{ model: 'flux-3-image', prompt: 'p', seed: 3 }, 'no seed'],
    [{ model: 'flux-3-image', prompt: 'x'.repeat(15_001) }, '15001 characters'],
    [{ model: 'flux-pro-1.0-fill', operation: 'edit' as const, source, width: 512, height: 512 }, 'keeps the size'],
    [{ ...klein, model: '../flux' }, 'not a model'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

test('prices by the megapixel, in and out', () => {
  const at = (parts: Parameters<typeof bench.request>[0]) => bfl.price?.(bench.request(parts), {})
  const square = { width: 1024, height: 1024 }
  expect(at({ ...klein })).toEqual({ expectedMicros: 14_000, highestMicros: 14_000 })
  expect(at({ model: 'flux-2-pro', ...square })).toEqual({ expectedMicros: 30_000, highestMicros: 45_000 })
  expect(at({ model: 'flux-2-pro', ...square, operation: 'edit', source: { ...source, ...square } })).toEqual({
    expectedMicros: 45_000,
    highestMicros: 75_000,
  })
  expect(at({ model: 'flux-9', ...square })).toBeNull()
})
