import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { replyOf } from '#engine/network/network.ts'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { Fault } from '../fake-provider/faults.ts'
import { fieldsFor, openCanned } from './canned-reply.ts'
import { openBench, source, sourcePng } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(gemini, (url) => ({ baseUrl: `${url}/gemini/v1beta` }))
const banana = { model: 'gemini-nano-banana-2.1', width: 1024, height: 1024, quality: 'minimal', prompt: 'p' } as const
const failWith = (fault: Fault, parts: Partial<GenerationRequest> = banana, settings = {}) => {
  bench.fake().script('p', fault)
  return bench.failure(bench.make(parts, settings))
}
const priceFor = (parts: Partial<GenerationRequest>) =>
  gemini.price?.(bench.request({ ...banana, prompt: '', ...parts }), {}) ?? null
const canned = (body: unknown, status = 200, nowMs = 0) =>
  openCanned(gemini, {}, { status, body }, nowMs).submit(banana)
const AQID = { inlineData: { mimeType: 'image/png', data: 'AQID' } }

describe('money', () => {
  test('the price before: pictures by resolution, thoughts by quality, words and pictures that go in', () => {
    expect(priceFor({ quality: 'minimal' })).toEqual({ expectedMicros: 33_600, highestMicros: 33_600 + 500 * 7.5 })
    expect(priceFor({ width: 5504, height: 3072, quality: 'medium' })).toEqual({
      expectedMicros: 113_400 + 500 * 7.5,
      highestMicros: 113_400 + 4000 * 7.5,
    })
    // Not asked how much to think: it may think as much as it likes.
    expect(priceFor({ quality: null })?.highestMicros).toBe(33_600 + 12_000 * 7.5)
    expect(priceFor({ prompt: 'four', references: [source, source] })).toEqual({
      expectedMicros: Math.ceil(33_600 + (1 + 2 * 1120) * 1.5),
      highestMicros: Math.ceil(33_600 + 3_750 + (4 + 2 * 1120) * 1.5),
    })
    const pro = { model: 'gemini-3-pro-image', quality: null }
    expect(priceFor({ ...pro, width: 4096, height: 4096 })?.expectedMicros).toBe(240_000 + 6_000)
    expect(priceFor({ model: 'gemini-banana-9' })).toBeNull()
  })

  test('each model’s line says what a picture of its final size costs, without thoughts', () => {
    const fresh = gemini.models({}).filter(({ price }) => price.perImageMicros !== null)
    expect(fresh.length).toBeGreaterThan(5)
    for (const { id, finalSize, finalQuality, price } of fresh) {
      const found = priceFor({ model: id, ...finalSize, quality: finalQuality ?? null })?.expectedMicros ?? 0
      const thoughts = /2\.1$/.test(id) ? 3_750 : /3-pro-image$/.test(id) ? 6_000 : 0
      expect([id, found - thoughts]).toEqual([id, price.perImageMicros])
    }
  })

  test('an answer is settled by its own tokens, to the micro', async () => {
    let total = 0
    for (const parts of [
      banana,
      { ...banana, prompt: 'q', width: 2048, height: 2048 },
      { ...banana, prompt: 'r', operation: 'edit' as const, source },
    ])
      total += (await bench.make(parts)).settled?.micros ?? 0
    expect(total).toBe(bench.fake().ledger().billedMicros)
    expect(total).toBe((8 * 3 + 1120) * 1.5 + 300 * 7.5 + (1120 + 1680 + 1120) * 30)
  })

  test('without details all that came out counts as pictures; without a usage nothing is settled', async () => {
    const candidates = [{ content: { parts: [AQID] } }]
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 100, thoughtsTokenCount: 2 }
    expect(await canned({ candidates, usageMetadata })).toMatchObject({ settled: { micros: 3_030 } })
    expect(await canned({ candidates })).toMatchObject({ settled: null })
  })
})

describe('what comes back', () => {
  test('a picture of the asked size; what was drawn while thinking is skipped', async () => {
    const { outputs } = await bench.make({ ...banana, width: 1376, height: 768 })
    expect(outputs.length).toBe(1)
    const [output] = outputs
    if (output?.kind !== 'bytes') throw new Error('no bytes')
    expect(await sharp(output.bytes).metadata()).toMatchObject({ format: 'png', width: 1376, height: 768 })
  })

  test('of several pictures the last one is meant, and none is thrown away', async () => {
    const last = { inlineData: { mimeType: 'image/jpeg', data: 'BAUG' } }
    const body = { candidates: [{ content: { parts: [{ ...AQID, thought: true }, AQID, { text: 'or' }, last] } }] }
    expect(await canned(body)).toMatchObject({
      outputs: [
        { kind: 'bytes', bytes: Buffer.from([4, 5, 6]) },
        { kind: 'bytes', bytes: Buffer.from([1, 2, 3]) },
      ],
    })
  })

  test('a blocked prompt is refused inside a 200, and charged nothing where nothing came out', async () => {
    const error = await failWith({ kind: 'refused', status: 400 })
    expect([error.code, error.billed, error.message]).toEqual([
      'content-policy',
      false,
      expect.stringContaining('PROHIBITED_CONTENT'),
    ])
    expect(replyOf(error)?.status).toBe(200)
    expect(bench.fake().ledger().billedMicros).toBe(0)
    for (const blockReason of ['SAFETY', 'OTHER', 'BLOCKLIST', 'IMAGE_SAFETY']) {
      const blocked = await bench.failure(canned({ promptFeedback: { blockReason } }))
      expect([blocked.code, blocked.billed]).toEqual(['content-policy', null])
    }
  })

  test('a picture that is held back is refused, in every form; its words are shown', async () => {
    const error = await failWith({ kind: 'refused', status: 200 })
    expect([error.code, error.billed, error.message]).toEqual([
      'content-policy',
      null,
      expect.stringContaining('held back for safety'),
    ])
    const ends =
      'SAFETY PROHIBITED_CONTENT IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION RECITATION BLOCKLIST SPII'
    for (const finishReason of ends.split(' ')) {
      expect((await bench.failure(canned({ candidates: [{ finishReason }] }))).code).toBe('content-policy')
    }
  })

  test('no picture for no good reason is bad-response, charged, with what it said', async () => {
    const error = await failWith({ kind: 'no-data' })
    expect([error.code, error.billed, error.message]).toEqual([
      'bad-response',
      true,
      expect.stringContaining('without a picture: “I can only describe it.”'),
    ])
    for (const finishReason of ['NO_IMAGE', 'IMAGE_OTHER', 'OTHER']) {
      const failed = await bench.failure(canned({ candidates: [{ finishReason }] }))
      expect([failed.code, failed.message]).toEqual(['bad-response', expect.stringContaining(finishReason)])
    }
    await bench.start({})
    expect((await failWith({ kind: 'error-in-200' })).message).toContain('The model crashed')
    await bench.start({})
    expect((await failWith({ kind: 'garbage' })).code).toBe('bad-response')
  })
})

describe('errors', () => {
  const google = (status: number, name: string, message: string, details: object[] = []) => ({
    error: { code: status, status: name, message, details },
  })
  const failed = (status: number, body: unknown, nowMs = 0) => bench.failure(canned(body, status, nowMs))

  test('a wrong key comes as a 400; so does a place or account that may not use it', async () => {
    const bad = google(400, 'INVALID_ARGUMENT', 'API key not valid.', [{ reason: 'API_KEY_INVALID' }])
    const error = await failed(400, bad)
    expect([error.code, error.billed, error.message]).toEqual(['auth', false, expect.stringContaining('(status 400)')])
    const where = google(400, 'FAILED_PRECONDITION', 'User location is not supported')
    expect((await failed(400, where)).code).toBe('auth')
    expect((await failed(403, google(403, 'PERMISSION_DENIED', 'no'))).code).toBe('auth')
    expect((await failed(400, google(400, 'INVALID_ARGUMENT', 'imageSize'))).code).toBe('invalid-input')
    expect((await failed(404, google(404, 'NOT_FOUND', 'is not found'))).code).toBe('not-found')
  })

  test('a limit a minute waits as told, one a day until midnight in California, one of nothing is quota', async () => {
    const limit = (quotaId: string, quotaValue = '5') =>
      google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', [
        { violations: [{ quotaId, quotaValue }] },
        { retryDelay: '34s' },
      ])
    const minute = await failed(429, limit('GenerateRequestsPerMinutePerProjectPerModel'))
    expect([minute.code, minute.retryAfterMs]).toEqual(['rate-limited', 34_000])
    // 21:30 in California, summer time.
    const day = await failed(429, limit('GenerateRequestsPerDayPerProjectPerModel'), Date.UTC(2026, 6, 2, 4, 30))
    expect([day.code, day.retryAfterMs]).toEqual(['rate-limited', 2.5 * 3_600_000])
    expect((await failed(429, limit('RequestsPerMinute-FreeTier', '0'))).code).toBe('quota')
    const words = google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: free_tier, limit: 0, model: x')
    expect((await failed(429, words)).code).toBe('quota')
  })

  test('500 and 503 may be sent again, a 504 may hide a picture', async () => {
    const codes = []
    for (const status of [500, 503, 504]) codes.push((await failed(status, google(status, 'X', 'overloaded'))).code)
    expect(codes).toEqual(['provider-unavailable', 'provider-unavailable', 'outcome-unknown'])
  })
})

describe('what goes out', () => {
  test('ratio and resolution for a size, the thinking level for a quality, the key in a header only', async () => {
    const parts = { ...banana, width: 1536, height: 2752, quality: 'high', options: { safetyThreshold: 'OFF' } }
    expect(await fieldsFor(gemini, {}, parts)).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'p' }] }],
      generationConfig: {
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: '9:16', imageSize: '2K' },
        thinkingConfig: { thinkingLevel: 'HIGH' },
      },
      safetySettings: ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT'].map((name) => ({
        category: `HARM_CATEGORY_${name}`,
        threshold: 'OFF',
      })),
    })
    await bench.make(banana)
    expect(bench.sent[0]?.url).toMatch(/\/v1beta\/models\/gemini-nano-banana-2\.1:generateContent$/)
  })

  test('an edit sends its pictures after the words, and follows the first one’s shape where no size is asked', async () => {
    const edit = { model: 'gemini-3-pro-image', prompt: 'p', operation: 'edit' as const, source, references: [source] }
    const picture = { inlineData: { mimeType: 'image/png', data: sourcePng.toString('base64') } }
    expect(await fieldsFor(gemini, {}, edit)).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'p' }, picture, picture] }],
      generationConfig: { responseModalities: ['IMAGE'] },
    })
  })

  test('a model of one resolution is not told any', async () => {
    const old = { model: 'gemini-2.5-flash-image', prompt: 'p', width: 1344, height: 768 }
    expect(await fieldsFor(gemini, { askRetired: true }, old)).toMatchObject({
      generationConfig: { imageConfig: { aspectRatio: '16:9' } },
    })
  })

  test('what it cannot do is unsupported and sends nothing', async () => {
    const wrong: [Partial<GenerationRequest>, RegExp][] = [
      [{ seed: 1 }, /takes no seed/],
      [{ negativePrompt: 'blur' }, /no negative prompt/],
      [{ outputFormat: 'jpeg' }, /cannot give jpeg/],
      [{ quality: 'max' }, /no quality “max”/],
      [{ options: { transparent: true } }, /transparent/],
      [{ options: { safetyThreshold: 'NONE' } }, /takes BLOCK_LOW/],
      [{ options: { temperature: 1 } }, /no option “temperature”/],
      [{ width: 1920, height: 1080 }, /1920x1080 is not offered/],
      [{ operation: 'edit', source, references: Array(14).fill(source) }, /at most 14 pictures, not 15/],
      [{ model: 'gemini-3.1-flash-lite-image', quality: null, width: 2048, height: 2048 }, /not offered/],
      [{ model: 'gemini-3.1-flash-image', quality: null }, /since 2026-10-29.*Use gemini-nano-banana-2.1/],
      [{ model: '../../x' }, /not a model id/],
      [{ model: 'a?key=b' }, /not a model id/],
    ]
    for (const [parts, sentence] of wrong) {
      const error = await bench.failure(bench.make({ ...banana, ...parts }))
      expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(sentence)])
    }
    const large = new Uint8Array(16_000_000)
    const call = { ...sampleCall(), input: async () => large }
    const request = bench.request({ ...banana, references: [source] })
    expect((await bench.failure(bench.open().submit(request, call))).message).toMatch(/more than 20 MB together/)
    expect(bench.sent).toEqual([])
  })
})

describe('Imagen, for accounts that still have it', () => {
  const old = { model: 'imagen-4.0-generate-001', prompt: 'p', width: 2048, height: 2048 }
  const settings = { askRetired: true }

  test('is withdrawn unless asked for, and then speaks its own form', async () => {
    expect((await bench.failure(bench.make(old))).message).toContain('no longer offered')
    expect((await bench.make(old, settings)).outputs).toMatchObject([{ kind: 'bytes' }])
    expect(bench.sent.map(({ url }) => url)).toEqual([expect.stringMatching(/imagen-4.0-generate-001:predict$/)])
    expect(await fieldsFor(gemini, settings, { ...old, options: { personGeneration: 'dont_allow' } })).toEqual({
      instances: [{ prompt: 'p' }],
      parameters: {
        sampleCount: 1,
        includeRaiReason: true,
        aspectRatio: '1:1',
        sampleImageSize: '2K',
        personGeneration: 'dont_allow',
      },
    })
    expect(gemini.price?.(bench.request(old), settings)).toEqual({ expectedMicros: 40_000, highestMicros: 40_000 })
  })

  test('refuses by a reason, by an empty answer, or with a 400', async () => {
    const filtered = await failWith({ kind: 'refused', status: 200 }, old, settings)
    expect([filtered.code, filtered.message]).toEqual([
      'content-policy',
      expect.stringContaining('filtered for safety'),
    ])
    await bench.start({})
    expect((await failWith({ kind: 'refused', status: 400 }, old, settings)).code).toBe('content-policy')
    await bench.start({})
    expect((await failWith({ kind: 'no-data' }, old, settings)).code).toBe('bad-response')
    const message = 'The prompt contains words that violate Google’s Responsible AI practices.'
    const body = { error: { code: 400, message, status: 'INVALID_ARGUMENT' } }
    const canned = openCanned(gemini, settings, { status: 400, body })
    const error = await bench.failure(canned.submit(old))
    expect([error.code, error.billed]).toEqual(['content-policy', false])
  })
})

test('the account’s own models, without those that draw nothing', async () => {
  const account = await bench.open().check?.(sampleCall())
  expect(account?.message).toMatch(/3 models make pictures$/)
  expect(account?.models).toEqual(['gemini-3-pro-image', 'gemini-nano-banana-2.1', 'imagen-4.0-generate-001'])
  const models = await bench.open().catalogue?.(sampleCall())
  expect(models?.map(({ id, retired }) => [id, retired])).toContainEqual(['imagen-4.0-generate-001', undefined])
})
