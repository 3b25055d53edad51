import { describe, expect, test } from 'vitest'
import { replyOf } from '#engine/network/network.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { type Fault, noCredit, tooMany } from '../fake-provider/faults.ts'
import { fieldsFor, openCanned } from './canned-reply.ts'
import { openBench, source } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(openai, (url) => ({ baseUrl: `${url}/openai/v1` }))
const flare = { model: 'gpt-image-2.5-flare', width: 1024, height: 1024, quality: 'low', prompt: 'p' } as const
const failWith = (fault: Fault) => {
  bench.fake().script('p', fault)
  return bench.failure(bench.make(flare))
}
const priceFor = (parts: Partial<GenerationRequest>) =>
  openai.price?.(bench.request({ ...flare, ...parts }), {}) ?? null

describe('money', () => {
  test('the price before is that of the published table, and what the words may cost', () => {
    const published: [string, number, number, string, number][] = [
      ['gpt-image-2.5-flare', 1024, 1024, 'low', 196],
      ['gpt-image-2.5-flare', 1536, 1024, 'medium', 343],
      ['gpt-image-2.5-sunburst', 1536, 864, 'high', 1078],
      ['gpt-image-2.5-sunburst', 864, 1536, 'xhigh', 1917],
      ['gpt-image-2.5-sunburst', 2048, 2048, 'max', 14_272],
      ['gpt-image-2.5-flare', 3840, 2160, 'medium', 865],
      ['gpt-image-2', 1024, 1024, 'low', 196],
      ['gpt-image-2', 1024, 1024, 'medium', 1756],
      ['gpt-image-2', 3840, 2160, 'high', 13_342],
    ]
    for (const [model, width, height, quality, tokens] of published) {
      const price = priceFor({ model, width, height, quality })
      // One letter: at most one token of 5 micros.
      expect(price).toEqual({ expectedMicros: tokens * 30 + 2, highestMicros: tokens * 30 + 5 })
    }
    const fixed = (model: string, width: number, quality: string) =>
      priceFor({ model, width, quality, prompt: '' })?.expectedMicros
    expect(fixed('gpt-image-1.5', 1536, 'medium')).toBe(50_000)
    expect(fixed('gpt-image-1-mini', 1024, 'low')).toBe(5_000)
  })

  test('each model’s line says what its final costs', () => {
    for (const { id, finalSize, finalQuality, price } of openai.models({})) {
      const found = priceFor({ model: id, ...finalSize, quality: finalQuality ?? null, prompt: '' })
      expect([id, found?.expectedMicros ?? null]).toEqual([id, price.perImageMicros])
    }
  })

  test('without a quality the best may be charged; pictures that go in count; what nobody knows is null', () => {
    expect(priceFor({ quality: null, prompt: '' })).toEqual({ expectedMicros: 52_680, highestMicros: 210_720 })
    const edited = priceFor({ operation: 'edit', source, references: [source], prompt: '' })
    expect(edited).toEqual({ expectedMicros: 5_880 + 20_000, highestMicros: 5_880 + 104_000 })
    expect([priceFor({ model: 'gpt-image-2.6-flare' }), priceFor({ model: 'gpt-image-9' })]).toEqual([null, null])
    expect(priceFor({ model: 'gpt-image-2-2026-04-21', prompt: '' })?.expectedMicros).toBe(5_880)
  })

  test('an answer is settled by its own tokens, to the micro, and never over the price before', async () => {
    const parts = [
      flare,
      { ...flare, prompt: 'large', width: 2048, height: 2048, quality: 'high' },
      { ...flare, prompt: 'edited', operation: 'edit' as const, source, references: [source] },
    ]
    let total = 0
    for (const one of parts) {
      const { settled } = await bench.make(one)
      total += settled?.micros ?? 0
      expect(settled?.currency).toBe('USD')
    }
    expect(total).toBe(bench.fake().ledger().billedMicros)
    expect(total).toBe(3 * 14 * 5 + (196 + 3568 + 196) * 30 + 2 * 1250 * 8)
  })

  test('where the rates are not known, or the answer names no tokens, nothing is settled', async () => {
    const data = [{ b64_json: 'AQID' }]
    const usage = { input_tokens: 10, output_tokens: 100 }
    const settledOf = async (model: string, body: unknown) => {
      const progress = await openCanned(openai, {}, { status: 200, body }).submit({ ...flare, model })
      return progress.state === 'done' ? progress.settled : 'pending'
    }
    expect(await settledOf('gpt-image-2.6-flare', { data, usage })).toBeNull()
    expect(await settledOf('gpt-image-2', { data })).toBeNull()
    // Without details all that went in counts as pictures.
    expect(await settledOf('gpt-image-2', { data, usage })).toEqual({ micros: 3_080, currency: 'USD' })
  })
})

describe('what comes back', () => {
  test('a refusal is content-policy: free with a 400, open inside a 200', async () => {
    for (const [status, billed] of [
      [400, false],
      [200, null],
    ] as const) {
      await bench.start({})
      const error = await failWith({ kind: 'refused', status })
      expect([error.code, error.billed, error.message]).toEqual([
        'content-policy',
        billed,
        expect.stringContaining('rejected by the safety system'),
      ])
    }
  })

  const bad: [string, Fault, RegExp][] = [
    ['garbage', { kind: 'garbage' }, /not known here/],
    ['no picture', { kind: 'no-data' }, /without a picture/],
    ['an error inside a 200', { kind: 'error-in-200' }, /reported an error in its answer: “The model crashed”/],
    ['an empty picture', { kind: 'picture', as: 'empty' }, /without a picture/],
  ]
  test.each(bad)('%s is bad-response, charged, its raw answer kept', async (_name, fault, sentence) => {
    const error = await failWith(fault)
    expect([error.code, error.billed, error.message]).toEqual(['bad-response', true, expect.stringMatching(sentence)])
    expect(replyOf(error)?.status).toBe(200)
  })

  test('a gateway’s address is handed on, more pictures than asked are kept', async () => {
    bench.fake().script('p', { kind: 'url', wrong: 'nothing' }, { kind: 'count', pictures: 3 })
    expect((await bench.make(flare)).outputs).toEqual([{ kind: 'url', url: `${bench.fake().url}/files/1`, seed: null }])
    expect((await bench.make(flare)).outputs.length).toBe(3)
  })

  test('no credit and a hard limit are quota, an organization that is not verified is auth', async () => {
    expect((await failWith(noCredit())).code).toBe('quota')
    const status = (code: number, name: string, message: string): Fault => ({
      kind: 'status',
      status: code,
      body: { error: { message, type: 'invalid_request_error', code: name } },
    })
    await bench.start({})
    expect((await failWith(status(400, 'billing_hard_limit_reached', 'Billing hard limit'))).code).toBe('quota')
    await bench.start({})
    const unverified = await failWith(status(403, 'x', 'Your organization must be verified to use the model'))
    expect([unverified.code, unverified.message]).toEqual(['auth', expect.stringContaining('must be verified')])
    await bench.start({})
    expect((await failWith(status(404, 'model_not_found', 'The model does not exist'))).code).toBe('not-found')
  })

  test('a 429 waits as told in every form', async () => {
    const resets = { 'x-ratelimit-remaining-images': '0', 'x-ratelimit-reset-images': '12s' }
    const forms: [Fault, number][] = [
      [tooMany('seconds', 7), 7_000],
      [tooMany('ms', 2), 2_000],
      [tooMany('body', 5), 5_000],
      [{ kind: 'status', status: 429, headers: resets, body: { error: { code: 'rate_limit_exceeded' } } }, 12_000],
    ]
    for (const [fault, waitMs] of forms) {
      await bench.start({})
      const error = await failWith(fault)
      expect([error.code, error.retryAfterMs]).toEqual(['rate-limited', waitMs])
    }
  })
})

describe('what goes out', () => {
  test('only what GPT image models take: neither seed nor negative prompt nor response_format', async () => {
    const options = { transparent: true, moderation: 'low' }
    expect(await fieldsFor(openai, {}, { ...flare, outputFormat: 'png', options })).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'p',
      n: 1,
      size: '1024x1024',
      quality: 'low',
      output_format: 'png',
      background: 'transparent',
      moderation: 'low',
    })
    expect(await fieldsFor(openai, {}, { model: 'gpt-image-2', prompt: 'p' })).toEqual({
      model: 'gpt-image-2',
      prompt: 'p',
      n: 1,
    })
  })

  test('references make it a form, the same one every time', async () => {
    await bench.make({ ...flare, references: [source] })
    await bench.make({ ...flare, references: [source] })
    expect(bench.sent.map(({ url }) => new URL(url).pathname)).toEqual(Array(2).fill('/openai/v1/images/edits'))
    const [first, second] = bench.sent.map(({ options }) =>
      options.body instanceof FormData ? [...options.body.entries()].map(([name]) => name) : [],
    )
    expect(first).toEqual(['model', 'prompt', 'n', 'size', 'quality', 'image[]'])
    expect(second).toEqual(first)
  })

  test('any size within its bounds, and none outside them', async () => {
    const fields = (width: number, height: number) =>
      fieldsFor(openai, {}, { ...flare, width, height }).catch((error: { code: string }) => error.code)
    expect(await fields(1040, 1200)).toMatchObject({ size: '1040x1200' })
    for (const [width, height] of [
      [1024, 1000],
      [800, 800],
      [3856, 1296],
      [2896, 2880],
      [2400, 784],
    ] as const) {
      expect([width, height, await fields(width, height)]).toEqual([width, height, 'unsupported'])
    }
  })

  test('what it cannot do is unsupported and sends nothing', async () => {
    const wrong: [Partial<GenerationRequest>, RegExp][] = [
      [{ seed: 1 }, /takes no seed/],
      [{ negativePrompt: 'blur' }, /no negative prompt/],
      [{ quality: 'hd' }, /no quality “hd”/],
      [{ outputFormat: 'avif' }, /cannot give avif/],
      [{ outputFormat: 'jpeg', options: { transparent: true } }, /JPEG cannot be transparent/],
      [{ options: { output_compression: 50 } }, /for jpeg and webp/],
      [{ options: { output_compression: 101 }, outputFormat: 'webp' }, /cannot be 101/],
      [{ options: { moderation: 'off' } }, /cannot be "off"/],
      [{ options: { moderation: 'low' }, references: [source] }, /without pictures/],
      [{ options: { steps: 4 } }, /no option “steps”/],
      [{ operation: 'upscale', scale: 2, source }, /offers no upscale/],
      [{ operation: 'edit', source, references: Array(16).fill(source) }, /at most 16 pictures, not 17/],
      [{ prompt: 'x'.repeat(32_001) }, /32001 characters/],
      [{ model: 'dall-e-3', quality: null }, /no longer offered \(since 2026-05-12\)/],
      [{ model: '../files' }, /not a model id/],
    ]
    for (const [parts, sentence] of wrong) {
      const error = await bench.failure(bench.make({ ...flare, ...parts }))
      expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(sentence)])
    }
    expect(bench.sent).toEqual([])
  })

  test('DALL·E in its own form, for servers that still have it', async () => {
    const old = {
      model: 'dall-e-3',
      width: 1792,
      height: 1024,
      quality: 'hd',
      prompt: 'p',
      options: { style: 'vivid' },
    }
    const { outputs, settled } = await bench.make(old, { askRetired: true })
    expect([outputs[0]?.kind, settled]).toEqual(['bytes', null])
    expect(await fieldsFor(openai, { askRetired: true }, old)).toEqual({
      model: 'dall-e-3',
      prompt: 'p',
      n: 1,
      size: '1792x1024',
      quality: 'hd',
      response_format: 'b64_json',
      style: 'vivid',
    })
  })

  test('organization and project go along where they are given', async () => {
    await bench.make(flare, { organization: 'org-1', project: 'proj_1' })
    await bench.make({ ...flare, prompt: 'q' })
    expect(bench.sent.map(({ options }) => options.headers?.['openai-organization'])).toEqual(['org-1', undefined])
    expect(bench.sent[0]?.options.headers).toMatchObject({ 'openai-project': 'proj_1' })
  })
})

test('the account’s own models, with what is known of each', async () => {
  const account = await bench.open().check?.(sampleCall())
  expect(account?.models).toEqual(['dall-e-3', 'gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-2.5-sunburst'])
  const models = await bench.open().catalogue?.(sampleCall())
  expect(models?.map(({ id, retired }) => [id, retired])).toContainEqual(['dall-e-3', undefined])
  expect(openai.model('gpt-image-2-2026-04-21', {})).toMatchObject({ label: 'GPT Image 2 (gpt-image-2-2026-04-21)' })
  expect(openai.model('gpt-image-9', {})).toMatchObject({ label: 'gpt-image-9', price: { perImageMicros: null } })
})
