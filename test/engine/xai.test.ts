import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { xai } from '#engine/providers/xai/xai.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { type Fault, tooMany } from '../fake-provider/faults.ts'
import { fieldsFor, openCanned } from './canned-reply.ts'
import { openBench, source, sourcePng } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(xai, (url) => ({ baseUrl: `${url}/xai/v1` }))
const grok = { model: 'grok-imagine-image-2.0', width: 1024, height: 1024, quality: 'low', prompt: 'p' } as const
const failWith = (fault: Fault) => {
  bench.fake().script('p', fault)
  return bench.failure(bench.make(grok))
}
const priceFor = (parts: Partial<GenerationRequest>) =>
  xai.price?.(bench.request({ ...grok, ...parts }), {})?.highestMicros ?? null
const canned = (body: unknown, status = 200) => openCanned(xai, {}, { status, body }).submit(grok)

describe('money', () => {
  test('the price before: by quality and resolution, and for each picture that goes in', () => {
    expect(priceFor({})).toBe(40_000)
    expect(priceFor({ width: 2816, height: 1536 })).toBe(60_000)
    expect(priceFor({ quality: 'medium', width: 2048, height: 2048 })).toBe(80_000)
    expect(priceFor({ quality: null, width: null, height: null })).toBe(60_000)
    expect(priceFor({ operation: 'edit', source, references: [source] })).toBe(60_000)
    expect(priceFor({ model: 'grok-imagine-image', quality: null, source })).toBe(22_000)
    expect([priceFor({ model: 'grok-imagine-image-pro', quality: null }), priceFor({ model: 'grok-9' })]).toEqual([
      null,
      null,
    ])
    for (const { id, finalSize, finalQuality, price } of xai.models({})) {
      expect(priceFor({ model: id, ...finalSize, quality: finalQuality ?? null })).toBe(price.perImageMicros)
    }
  })

  test('an answer is settled by the ticks it names, to the micro, and as the price said', async () => {
    let [total, before] = [0, 0]
    for (const parts of [
      grok,
      { ...grok, prompt: 'q', quality: 'medium', width: 2048, height: 2048 },
      { ...grok, prompt: 'r', operation: 'edit' as const, source, references: [source] },
      { model: 'grok-imagine-image', prompt: 's', operation: 'edit' as const, source },
    ]) {
      total += (await bench.make(parts)).settled?.micros ?? 0
      before += priceFor({ quality: null, width: null, height: null, ...parts }) ?? 0
    }
    expect([total, before]).toEqual([bench.fake().ledger().billedMicros, total])
    expect(await canned({ data: [{ b64_json: 'AQID' }] })).toMatchObject({ settled: null })
    const odd = { data: [{ b64_json: 'AQID' }], usage: { cost_in_usd_ticks: 200_000_001 } }
    expect(await canned(odd)).toMatchObject({ settled: { micros: 20_001, currency: 'USD' } })
  })
})

describe('what comes back', () => {
  test('a picture of the asked size, without a seed', async () => {
    const { outputs } = await bench.make({ ...grok, width: 1408, height: 768 })
    const [output] = outputs
    if (output?.kind !== 'bytes') throw new Error('no bytes')
    expect(output.seed).toBeNull()
    expect(await sharp(output.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1408, height: 768 })
  })

  test('of several pictures only the filtered one is held back', async () => {
    const data = [
      { b64_json: 'AQID', respect_moderation: true },
      { b64_json: '', respect_moderation: false },
      { b64_json: 'data:image/jpeg;base64,BAUG' },
      { revised_prompt: 'neither bytes nor an address' },
      { url: 'https://imgen.x.ai/a.jpg' },
    ]
    expect(await canned({ data, usage: { cost_in_usd_ticks: 800_000_000 } })).toMatchObject({
      outputs: [
        { kind: 'bytes', bytes: Buffer.from([1, 2, 3]) },
        { kind: 'withheld', billed: true },
        { kind: 'bytes', bytes: Buffer.from([4, 5, 6]) },
        { kind: 'withheld' },
        { kind: 'url', url: 'https://imgen.x.ai/a.jpg' },
      ],
      settled: { micros: 80_000 },
    })
  })

  test('the only picture held back: withheld, with what it cost; a placeholder is not taken for it', async () => {
    bench.fake().script('p', { kind: 'refused', status: 200 })
    const done = await bench.make(grok)
    expect(done.outputs).toEqual([{ kind: 'withheld', reason: expect.stringContaining('moderation'), billed: true }])
    expect(done.settled?.micros).toBe(bench.fake().ledger().billedMicros)
    const placeholder = { data: [{ b64_json: 'AQID', respect_moderation: false }] }
    expect(await canned(placeholder)).toMatchObject({ outputs: [{ kind: 'withheld', billed: null }], settled: null })
  })

  test('no picture at all, a block reason, a 400 about its guidelines: refused', async () => {
    const silent = await failWith({ kind: 'no-data' })
    expect([silent.code, silent.billed]).toEqual(['content-policy', true])
    const free = await bench.failure(canned({ data: [], usage: { cost_in_usd_ticks: 0 } }))
    expect([free.code, free.billed]).toEqual(['content-policy', false])
    const blocked = await bench.failure(canned({ data: [{}], block_reason: 'BLOCK_REASON_CSAM' }))
    expect([blocked.code, blocked.billed, blocked.message]).toEqual([
      'content-policy',
      null,
      expect.stringContaining('BLOCK_REASON_CSAM'),
    ])
    for (const body of [
      { code: 'Client specified an invalid argument', error: 'The prompt violates our usage guidelines.' },
      { error: { message: 'Rejected', type: 'content_policy', code: 'content_moderation' } },
    ]) {
      const error = await bench.failure(canned(body, 400))
      expect([error.code, error.billed]).toEqual(['content-policy', false])
    }
  })

  test('an error inside a 200, garbage and an unknown form are bad-response', async () => {
    const inside = await failWith({ kind: 'error-in-200' })
    expect([inside.code, inside.billed, inside.message]).toEqual([
      'bad-response',
      true,
      expect.stringContaining('The model crashed'),
    ])
    await bench.start({})
    expect((await failWith({ kind: 'garbage' })).code).toBe('bad-response')
    expect((await bench.failure(canned({ images: [] }))).message).toContain('without a picture')
  })

  test('errors as two strings and as an object; key and credit are told by the words', async () => {
    const failed = (status: number, body: unknown) => bench.failure(canned(body, status))
    const size = await failed(400, { code: 'invalid', error: 'Argument not supported: size' })
    expect([size.code, size.message]).toEqual(['invalid-input', expect.stringContaining('not supported: size')])
    expect((await failed(404, { error: { message: 'The model x does not exist' } })).code).toBe('not-found')
    expect((await failed(400, { error: 'Incorrect API key provided: xa***' })).code).toBe('auth')
    expect((await failed(403, { code: 'x', error: 'API key is currently blocked' })).code).toBe('auth')
    const spent = 'Your team has used all available credits or reached its monthly spending limit.'
    expect((await failed(429, { code: 'x', error: spent })).code).toBe('quota')
    expect((await failed(403, { code: 'x', error: 'Your team doesn’t have any credits yet' })).code).toBe('quota')
    const limit = await failWith(tooMany('seconds', 9))
    expect([limit.code, limit.retryAfterMs]).toEqual(['rate-limited', 9_000])
    expect((await failed(422, { error: 'resolution' })).code).toBe('invalid-input')
  })
})

describe('what goes out', () => {
  test('ratio and resolution for a size, bytes asked for, one picture', async () => {
    expect(await fieldsFor(xai, {}, { ...grok, width: 1536, height: 2816, quality: 'medium' })).toEqual({
      model: 'grok-imagine-image-2.0',
      prompt: 'p',
      n: 1,
      aspect_ratio: '9:16',
      resolution: '2k',
      quality: 'medium',
      response_format: 'b64_json',
    })
  })

  test('an edit is JSON with data URIs: `image` for one, `images` for more; no size follows the picture', async () => {
    const edit = { model: 'grok-imagine-image', prompt: 'p', operation: 'edit' as const, source }
    const picture = { url: `data:image/png;base64,${sourcePng.toString('base64')}`, type: 'image_url' }
    const rest = { model: 'grok-imagine-image', prompt: 'p', response_format: 'b64_json' }
    expect(await fieldsFor(xai, {}, edit)).toEqual({ ...rest, image: picture })
    expect(await fieldsFor(xai, {}, { ...edit, references: [source] })).toEqual({ ...rest, images: [picture, picture] })
    await bench.make(edit)
    expect(bench.sent.map(({ url }) => new URL(url).pathname)).toEqual(['/xai/v1/images/edits'])
  })

  test('what it cannot do is unsupported and sends nothing', async () => {
    const wrong: [Partial<GenerationRequest>, RegExp][] = [
      [{ seed: 1 }, /takes no seed/],
      [{ negativePrompt: 'blur' }, /no negative prompt/],
      [{ outputFormat: 'png' }, /cannot give png/],
      [{ quality: 'high' }, /no quality “high”/],
      [{ model: 'grok-imagine-image', quality: 'low' }, /no quality “low”/],
      [{ model: 'grok-imagine-image', quality: null, width: 2048, height: 2048 }, /not offered/],
      [{ options: { transparent: true } }, /transparent/],
      [{ options: { style: 'vivid' } }, /no option “style”/],
      [{ width: 1248, height: 576, operation: 'edit', source }, /not offered .* with pictures/],
      [{ operation: 'edit', source, references: Array(3).fill(source) }, /at most 3 pictures, not 4/],
      [{ model: 'grok-imagine-image-pro', quality: null }, /since 2026-11-02.*grok-imagine-image-2.0/],
    ]
    for (const [parts, sentence] of wrong) {
      const error = await bench.failure(bench.make({ ...grok, ...parts }))
      expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(sentence)])
    }
    const call = { ...sampleCall(), input: async () => new Uint8Array(10 * 1024 * 1024 + 1) }
    const request = bench.request({ ...grok, references: [source] })
    expect((await bench.failure(bench.open().submit(request, call))).message).toMatch(/this service takes 10.5 MB/)
    expect(bench.sent).toEqual([])
  })
})

test('the account’s own models, with the longest prompt each reads; a wrong key comes as a 400', async () => {
  const account = await bench.open().check?.(sampleCall())
  expect(account?.models).toEqual(['grok-imagine-image', 'grok-imagine-image-2.0'])
  const models = await bench.open().catalogue?.(sampleCall())
  expect(models?.map(({ id, maxPromptLength, price }) => [id, maxPromptLength, price.perImageMicros])).toEqual([
    ['grok-imagine-image-2.0', 8000, 80_000],
    ['grok-imagine-image', 1024, 20_000],
  ])
})
