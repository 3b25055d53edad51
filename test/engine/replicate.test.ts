import { describe, expect, test } from 'vitest'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { openBench, source } from './hosted-session.ts'
import { noStream, sampleCall } from './sample-request.ts'

const bench = openBench(replicate, (url) => ({ baseUrl: `${url}/replicate/v1`, pollSeconds: 0.01 }))
const schnell = { model: 'black-forest-labs/flux-schnell', width: 512, height: 512, prompt: 'p' } as const
const painter = { model: 'acme/painter', width: 512, height: 512, prompt: 'p' } as const
const posted = (): [string, unknown][] =>
  bench.sent.flatMap(({ url, options }) =>
    typeof options.body === 'string' ? [[new URL(url).pathname, JSON.parse(options.body)]] : [],
  )

describe('what comes back', () => {
  test.each(['string', 'array', 'object'])('a model may give its picture as %s', async (shape) => {
    const { outputs, settled } = await bench.make({ ...painter, seed: 5, options: { shape } })
    expect([outputs, settled]).toEqual([[{ kind: 'url', url: expect.stringContaining('/files/'), seed: 5 }], null])
  })

  test('an answer without a picture is bad-response, and charged', async () => {
    const error = await bench.failure(bench.make({ ...painter, options: { shape: 'nothing' } }))
    expect([error.code, error.billed]).toEqual(['bad-response', true])
  })

  test('E005 is a refusal, another failure is the model’s', async () => {
    bench.fake().script('p', { kind: 'refused', status: 400 }, { kind: 'error-in-200' })
    const refusal = await bench.failure(bench.make(schnell))
    const failure = await bench.failure(bench.make(schnell))
    expect([refusal.code, failure.code, failure.message]).toEqual([
      'content-policy',
      'bad-response',
      expect.stringContaining('CUDA out of memory'),
    ])
  })

  test('402 is quota; a throttled account says when in the body', async () => {
    const title = 'Insufficient credit'
    const detail = 'Request was throttled. Your rate limit resets in ~5s.'
    bench
      .fake()
      .script(
        'p',
        { kind: 'status', status: 402, body: { title, detail: 'You have insufficient credit.', status: 402 } },
        { kind: 'status', status: 429, body: { detail, status: 429, retry_after: 5 } },
      )
    const errors = [await bench.failure(bench.make(schnell)), await bench.failure(bench.make(schnell))]
    expect(errors.map(({ code, retryAfterMs }) => [code, retryAfterMs])).toEqual([
      ['quota', null],
      ['rate-limited', 5_000],
    ])
  })

  test('what it removed after an hour is told as charged and gone; aborted is not charged', async () => {
    const urls = { get: 'https://api.replicate.com/v1/predictions/x', cancel: 'https://api.replicate.com/v1/x/cancel' }
    const pollOf = (said: object) =>
      replicate
        .open(
          {},
          {
            fetch: async () => ({
              status: 200,
              headers: {},
              bytes: Buffer.from(JSON.stringify({ id: 'x', urls, ...said })),
            }),
            stream: noStream,
            now: () => 0,
            key: () => 'k',
          },
        )
        .poll?.({ id: 'x', getUrl: urls.get, cancelUrl: urls.cancel }, sampleCall())
    const gone = await bench.failure(
      pollOf({ status: 'succeeded', output: null, data_removed: true }) ?? Promise.resolve(),
    )
    expect([gone.code, gone.billed, gone.message]).toEqual(['bad-response', true, expect.stringContaining('hour')])
    const aborted = await bench.failure(pollOf({ status: 'aborted' }) ?? Promise.resolve())
    expect([aborted.code, aborted.billed]).toEqual(['model-failed', false])
  })

  test('while it is followed, a key that is taken back or a poll that fails never sends it again', async () => {
    const poll = (status: number) =>
      replicate
        .open(
          {},
          {
            fetch: async () => ({ status, headers: {}, bytes: new Uint8Array() }),
            stream: noStream,
            now: () => 0,
            key: () => 'k',
          },
        )
        .poll?.({ getUrl: 'https://api.replicate.com/v1/predictions/x' }, sampleCall()) ?? Promise.resolve()
    const codes = []
    for (const status of [401, 402, 404, 429, 500, 504]) codes.push((await bench.failure(poll(status))).code)
    expect(codes).toEqual([
      'provider-unavailable',
      'provider-unavailable',
      'bad-response',
      'rate-limited',
      'provider-unavailable',
      'provider-unavailable',
    ])
  })
})

describe('what goes out', () => {
  test('an official model is asked by name with its ratio, another one by its version with what its schema says', async () => {
    await bench.make({ ...schnell, width: 1344, height: 768, seed: 3, outputFormat: 'jpeg' })
    await bench.make({ model: 'nightmareai/real-esrgan', operation: 'upscale', prompt: '', scale: 2, source })
    expect(posted()).toEqual([
      [
        '/replicate/v1/models/black-forest-labs/flux-schnell/predictions',
        {
          input: { prompt: 'p', aspect_ratio: '16:9', megapixels: '1', num_outputs: 1, seed: 3, output_format: 'jpg' },
        },
      ],
      [
        '/replicate/v1/predictions',
        { version: 'ab'.repeat(32), input: { image: expect.stringMatching(/^data:image\/png;base64,/), scale: 2 } },
      ],
    ])
  })

  test('a schema is read once', async () => {
    const session = bench.open()
    for (let time = 0; time < 2; time++) await session.submit(bench.request(painter), sampleCall())
    expect(bench.sent.filter(({ options }) => options.method === 'GET').length).toBe(1)
  })

  test.each([
    [{ width: 512, height: 500 }, '512x500'],
    [{ outputFormat: 'png' as const }, 'no png format'],
    [{ scale: 2 }, 'no upscale factor'],
    [{ options: { shape: 'cube' } }, 'takes string, array'],
    [{ options: { transparent: true } }, 'transparent'],
    [{ model: 'painter' }, 'owner/name'],
  ])('%o is refused, and nothing is made', async (parts, words) => {
    const error = await bench.failure(bench.make({ ...painter, ...parts }))
    expect([error.code, error.message, bench.fake().ledger().requests]).toEqual([
      'unsupported',
      expect.stringContaining(words),
      0,
    ])
  })
})

test('a lost request is found on a later page, by all that was sent', async () => {
  const session = bench.open()
  for (const seed of [1, 2, 3, 4]) await bench.make({ ...schnell, seed })
  const find = (seed: number) =>
    session.find?.(bench.request({ ...schnell, seed }), Date.now() - 60_000, sampleCall()) ?? Promise.resolve(null)
  const found = await find(1)
  if (!found) throw new Error('it was not found')
  expect((await bench.follow(session, found)).outputs).toMatchObject([{ seed: 1 }])
  expect(await find(9)).toBeNull()
})

test('models that are gone are told as retired', async () => {
  const models = await bench.open().catalogue?.(sampleCall())
  const retired = (id: string) => models?.find((model) => model.id === id)?.retired
  expect([retired('nightmareai/real-esrgan'), retired('black-forest-labs/flux-dev')]).toEqual([
    undefined,
    { on: expect.stringMatching(/^\d{4}-/), successor: null },
  ])
})
