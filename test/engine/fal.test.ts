import { describe, expect, test } from 'vitest'
import { fal } from '#engine/providers/fal/fal.ts'
import { tooMany } from '../fake-provider/faults.ts'
import { openBench, source } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(fal, (url) => ({
  baseUrl: `${url}/fal-queue`,
  platformUrl: `${url}/fal-platform/v1`,
  pollSeconds: 0.01,
}))
const schnell = { model: 'fal-ai/flux/schnell', width: 512, height: 512, prompt: 'p' } as const
const fieldsSent = (): unknown[] =>
  bench.sent.flatMap(({ options }) => (typeof options.body === 'string' ? [JSON.parse(options.body)] : []))

describe('what comes back', () => {
  test('a seed of the model’s own, and no cost, for fal names none', async () => {
    expect(await bench.make(schnell)).toMatchObject({ outputs: [{ kind: 'url', seed: 4242 }], settled: null })
  })

  test('a picture that the safety checker blackened is withheld, and charged perhaps', async () => {
    bench.fake().script('p', { kind: 'refused', status: 200 })
    expect((await bench.make(schnell)).outputs).toEqual([
      { kind: 'withheld', reason: expect.stringContaining('safety'), billed: null },
    ])
  })

  test('a refusal says why, in fal’s words', async () => {
    bench.fake().script('p', { kind: 'refused', status: 400 })
    const error = await bench.failure(bench.make(schnell))
    expect([error.code, error.billed, error.message]).toEqual([
      'content-policy',
      null,
      expect.stringContaining('The content was flagged.'),
    ])
  })

  test('a model that failed there ends the job, uncharged; it is not polled for ever', async () => {
    bench.fake().script('p', { kind: 'error-in-200' })
    const error = await bench.failure(bench.make(schnell))
    expect([error.code, error.billed, error.message]).toEqual([
      'model-failed',
      false,
      expect.stringContaining('runner_disconnected'),
    ])
    expect(bench.fake().ledger()).toMatchObject({ requests: 1, pictures: 0 })
  })

  test('what is wrong with a field is told; it is the request’s own fault', async () => {
    const detail = [{ loc: ['body', 'seed'], msg: 'Input should be less', type: 'less_than', input: 7 }]
    bench.fake().script('p', { kind: 'status', status: 422, body: { detail } })
    const error = await bench.failure(bench.make(schnell))
    expect([error.code, error.message]).toEqual(['invalid-input', expect.stringContaining('Input should be less')])
  })

  test('no credit (403 with its words) is quota, another 403 is auth, a 429 waits as told in the body', async () => {
    const status = (code: number, detail: string) => ({ kind: 'status' as const, status: code, body: { detail } })
    bench
      .fake()
      .script(
        'p',
        status(403, 'User is locked. Reason: Exhausted balance.'),
        status(403, 'Forbidden'),
        tooMany('body', 4),
      )
    const errors = []
    for (let time = 0; time < 3; time++) errors.push(await bench.failure(bench.make(schnell)))
    expect(errors.map(({ code, retryAfterMs }) => [code, retryAfterMs])).toEqual([
      ['quota', null],
      ['auth', null],
      ['rate-limited', 4_000],
    ])
  })

  test('a job that fal has forgotten is bad-response, for it may have been charged', async () => {
    const session = bench.open()
    const url = `${bench.fake().url}/fal-queue/fal-ai/flux/requests/no-such-job`
    const error = await bench.failure(
      session.poll?.({ statusUrl: `${url}/status`, responseUrl: url }, sampleCall()) ?? Promise.resolve(),
    )
    expect([error.code, error.billed]).toEqual(['bad-response', null])
  })

  test('canceling what has ended changes nothing', async () => {
    const session = bench.open()
    const first = await session.submit(bench.request(schnell), sampleCall())
    const done = await bench.follow(session, first)
    expect(done.outputs.length).toBe(1)
    if (first.state === 'pending') await session.cancel?.(first.handle, sampleCall())
    expect(bench.fake().ledger()).toMatchObject({ pictures: 1 })
  })
})

describe('what goes out', () => {
  test('an edit goes to the sibling endpoint with its pictures, an upscale carries its factor', async () => {
    await bench.make({ model: 'fal-ai/flux-2-pro', operation: 'edit', prompt: 'e', source, references: [source] })
    await bench.make({ model: 'fal-ai/seedvr/upscale/image', operation: 'upscale', prompt: '', scale: 2, source })
    expect(
      bench.sent.filter(({ options }) => options.method === 'POST').map(({ url }) => new URL(url).pathname),
    ).toEqual(['/fal-queue/fal-ai/flux-2-pro/edit', '/fal-queue/fal-ai/seedvr/upscale/image'])
    const uri = expect.stringMatching(/^data:image\/png;base64,/)
    expect(fieldsSent()).toEqual([
      { prompt: 'e', image_urls: [uri, uri] },
      { image_url: uri, upscale_factor: 2, upscale_mode: 'factor' },
    ])
  })

  test('transparent goes where it can, and is refused elsewhere', async () => {
    const options = { transparent: true }
    await bench.make({ model: 'fal-ai/gpt-image-1.5', width: 1024, height: 1024, options })
    expect(fieldsSent()).toMatchObject([{ background: 'transparent', image_size: '1024x1024' }])
    const error = await bench.failure(bench.make({ ...schnell, options }))
    expect([error.code, bench.fake().ledger().requests]).toEqual(['unsupported', 1])
  })

  test.each([
    [{ seed: -1 }, 'seeds from 0'],
    [{ negativePrompt: 'blur' }, 'negative prompt'],
    [{ references: [source] }, 'no reference pictures'],
    [{ outputFormat: 'webp' as const }, 'webp'],
    [{ options: { loras: [] } }, 'no option “loras”'],
    [{ operation: 'edit' as const, source }, 'offers no edit'],
    [
      { model: 'fal-ai/recraft/v3/text-to-image', prompt: 'x'.repeat(1001), width: 1024, height: 1024 },
      '1001 characters',
    ],
    [{ model: 'fal-ai/clarity-upscaler', operation: 'upscale' as const, scale: 5, source }, '1 to 4 times'],
    [{ model: 'fal-ai/flux/dev', operation: 'edit' as const, source }, 'keeps the size'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make({ ...schnell, ...parts }))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

describe('endpoints that no catalogue has', () => {
  const painter = { ...schnell, model: 'acme/painter/v1', seed: 3, options: { style: 'ink' } }

  test('are asked by the schema that fal publishes for them', async () => {
    await bench.make(painter)
    const size = { width: 512, height: 512 }
    expect(fieldsSent()).toEqual([{ image_size: size, num_images: 1, prompt: 'p', seed: 3, style: 'ink' }])
  })

  test.each([
    [{ options: { style: 'chalk' } }, 'takes oil, ink, not chalk'],
    [{ options: { steps: 9 } }, 'takes 8 or less'],
    [{ options: { steps: 1.5 } }, 'whole numbers'],
    [{ options: { mood: 'calm' } }, 'no option “mood”'],
    [{ negativePrompt: 'blur' }, 'no negative prompt'],
    [{ prompt: '' }, 'needs prompt'],
    [{ operation: 'edit' as const, source }, 'takes no picture'],
  ])('%o is refused, and nothing is made', async (parts, words) => {
    const error = await bench.failure(bench.make({ ...painter, ...parts }))
    expect([error.code, error.message, bench.fake().ledger().requests]).toEqual([
      'unsupported',
      expect.stringContaining(words),
      0,
    ])
  })

  test('an id that fal does not know, or that is none', async () => {
    expect((await bench.failure(bench.make({ ...schnell, model: 'acme/nothing' }))).code).toBe('not-found')
    expect(fal.model('../../etc', {})).toBeNull()
    expect(fal.model('https://example.com/x', {})).toBeNull()
  })
})

describe('the platform', () => {
  test('a lost request is found on a later page; the same prompt with another seed is not it', async () => {
    const session = bench.open()
    for (const seed of [1, 2, 3, 4]) await bench.make({ ...schnell, seed })
    const found = await session.find?.(bench.request({ ...schnell, seed: 1 }), Date.now() - 60_000, sampleCall())
    if (!found) throw new Error('it was not found')
    expect((await bench.follow(session, found)).outputs).toMatchObject([{ seed: 1 }])
    expect(await session.find?.(bench.request({ ...schnell, seed: 9 }), 0, sampleCall())).toBeNull()
  })

  test('prices are read live: by the picture, by the megapixel, and none by the second', async () => {
    const models = await bench.open().catalogue?.(sampleCall())
    const priceOf = (id: string) => models?.find((model) => model.id === id)?.price
    expect(priceOf('fal-ai/flux/schnell')).toMatchObject({ perImageMicros: 6_200, currency: 'USD' })
    expect(priceOf('fal-ai/flux-2-pro')).toMatchObject({ perImageMicros: 3_100 })
    expect(priceOf('fal-ai/esrgan')).toMatchObject({ perImageMicros: null, source: expect.stringContaining('0.00111') })
  })

  test('an endpoint that fal withdraws is marked', async () => {
    const models = await bench.open().catalogue?.(sampleCall())
    expect(models?.filter(({ retired }) => retired).map(({ id, retired }) => [id, retired?.on])).toEqual([
      ['fal-ai/flux-2/turbo', '2026-10-01'],
    ])
  })

  test('a key for another queue is not shown to fal.ai', () => {
    expect(fal.moreOrigins?.({})).toEqual(['https://api.fal.ai'])
    expect(fal.moreOrigins?.({ baseUrl: 'https://proxy.example.com/fal' })).toEqual([])
  })
})

test('prices: begun megapixels count; the most is by the smaller megapixel', () => {
  const at = (model: string, parts: Parameters<typeof bench.request>[0]) =>
    fal.price?.(bench.request({ model, ...parts }), {})
  const square = { width: 1024, height: 1024 }
  expect(at('fal-ai/flux/schnell', { width: 512, height: 512 })).toEqual({
    expectedMicros: 3_000,
    highestMicros: 3_000,
  })
  expect(at('fal-ai/flux/schnell', square)).toEqual({ expectedMicros: 3_000, highestMicros: 6_000 })
  expect(at('fal-ai/flux-2-pro', { ...square, operation: 'edit', source: { ...source, ...square } })).toEqual({
    expectedMicros: 45_000,
    highestMicros: 75_000,
  })
  expect(at('fal-ai/esrgan', square)).toBeNull()
  expect(at('acme/painter/v1', square)).toBeNull()
})
