import { describe, expect, test } from 'vitest'
import type { Handle, Progress } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import { type Canned, openCanned } from './canned-reply.ts'
import { hostedSubjects } from './provider-subjects.ts'
import { sampleCall } from './sample-request.ts'

/** What the providers' documents say (read in November 2026) of refusals, limits and costs, a line each. */

const png = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')
const nowMs = Date.UTC(2026, 10, 21)
const handles: Record<string, Handle> = {
  fal: {
    requestId: 'r',
    statusUrl: 'https://queue.fal.run/a/b/requests/r/status',
    responseUrl: 'https://queue.fal.run/a/b/requests/r',
    cancelUrl: 'https://queue.fal.run/a/b/requests/r/cancel',
  },
  replicate: {
    id: 'p',
    getUrl: 'https://api.replicate.com/v1/predictions/p',
    cancelUrl: 'https://api.replicate.com/v1/predictions/p/cancel',
  },
  bfl: { id: 't', pollingUrl: 'https://api.bfl.ai/v1/get_result?id=t', submittedMs: '0', costCredits: '3' },
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Canned => ({
  status,
  body,
  headers,
})

/** What a provider makes of an answer: to the request itself, or to the poll of one that is under way. */
async function ending(provider: string, reply: Canned, of: 'submit' | 'poll' = 'submit'): Promise<Progress | AppError> {
  const subject = hostedSubjects.find((one) => one.provider.id === provider)
  if (!subject) throw new Error(`there is no ${provider}`)
  const { session, submit } = openCanned(subject.provider, {}, reply, nowMs)
  try {
    return of === 'submit'
      ? await submit(subject.request)
      : ((await session.poll?.(handles[provider] ?? {}, sampleCall())) ??
          Promise.reject(new Error(`${provider} cannot be polled`)))
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

const openAiError = (code: string, type = 'image_generation_user_error') =>
  json(400, { error: { message: 'Your request was rejected', type, param: null, code } })
const prediction = (parts: object) =>
  json(200, {
    id: 'p',
    urls: { get: handles.replicate?.getUrl, cancel: handles.replicate?.cancelUrl },
    input: {},
    output: null,
    ...parts,
  })
const falDetail = (type: string) => json(422, { detail: [{ loc: ['body', 'prompt'], msg: 'flagged', type }] })
const task = (parts: object) => json(200, { id: 't', result: null, ...parts })
const stabilityError = (status: number, name: string) => json(status, { id: 'a', name, errors: ['flagged'] })
const candidate = (finishReason: string) => json(200, { candidates: [{ finishReason, index: 0 }] })

describe('a refusal is content-policy, or a picture that is withheld, in every form', () => {
  const failed = (error: string) => prediction({ status: 'failed', error })
  test.each<[string, string, Canned, ('submit' | 'poll')?]>([
    ['openai', 'moderation_blocked', openAiError('moderation_blocked')],
    ['openai', 'the older code', openAiError('content_policy_violation', 'invalid_request_error')],
    ['gemini', 'a blocked prompt', json(200, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })],
    ['gemini', 'a picture held back', candidate('IMAGE_SAFETY')],
    ['gemini', 'words of somebody else', candidate('RECITATION')],
    ['fal', 'the result’s 422', falDetail('content_policy_violation'), 'poll'],
    ['replicate', 'E005', failed('The input or output was flagged as sensitive. (E005)'), 'poll'],
    ['replicate', 'its words alone', failed('The output was flagged as sensitive.'), 'poll'],
    ['replicate', 'a model’s own words', failed('NSFW content detected. Try running it again.'), 'poll'],
    ['replicate', 'at once', failed('NSFW content detected'), 'submit'],
    ['stability', '403 by its name', stabilityError(403, 'content_moderation')],
    ['stability', '422 public_figure', stabilityError(422, 'public_figure')],
    ['stability', 'a blurred picture', json(200, { image: png, finish_reason: 'CONTENT_FILTERED', seed: 1 })],
    ['xai', 'a slot that is filtered', json(200, { data: [{ b64_json: png, respect_moderation: false }] })],
    ['xai', 'a slot that is empty', json(200, { data: [{ b64_json: '', respect_moderation: true }] })],
    ['xai', 'no slot', json(200, { data: [] })],
    ['xai', 'a block reason', json(200, { data: [], block_reason: 'guidelines' })],
    ['xai', 'a 400 about its guidelines', json(400, { code: 'x', error: 'Content violates usage guidelines.' })],
    ['recraft', 'a code of its own', json(400, { code: 'content_moderation_failed', message: 'no' })],
    ['bfl', 'the request', task({ status: 'Request Moderated', details: { 'Moderation Reasons': ['x'] } }), 'poll'],
    ['bfl', 'the picture', task({ status: 'Content Moderated' }), 'poll'],
  ])('%s: %s', async (provider, _name, reply, of) => {
    const end = await ending(provider, reply, of)
    const said = end instanceof AppError ? end.code : end.state === 'done' ? end.outputs.map(({ kind }) => kind) : end
    expect(['content-policy', ['withheld']]).toContainEqual(said)
  })

  test.each<[string, string, Canned, ('submit' | 'poll')?]>([
    ['stability', 'another 403 is the key’s', stabilityError(403, 'forbidden')],
    ['replicate', 'a model that broke', failed('CUDA out of memory'), 'poll'],
    ['fal', 'another 422', falDetail('image_too_small'), 'poll'],
    ['recraft', 'another code', json(400, { code: 'invalid_request', message: 'no' })],
    ['gemini', 'a picture that it did not draw', candidate('NO_IMAGE')],
  ])('%s: %s, and no refusal', async (provider, _name, reply, of) => {
    const end = await ending(provider, reply, of)
    expect(end instanceof AppError ? end.code : 'no error').not.toMatch(/content-policy|no error/)
  })
})

describe('limits: how long to wait, and when no waiting helps', () => {
  const google = (quotaId: string, more: object[] = []) =>
    json(429, {
      error: {
        code: 429,
        message: 'exhausted',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] }, ...more],
      },
    })
  const busy = { error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' } }
  test.each<[string, string, Canned, number | null]>([
    ['openai', 'retry-after', json(429, busy, { 'retry-after': '12' }), 12_000],
    ['openai', 'retry-after-ms', json(429, busy, { 'retry-after-ms': '250' }), 250],
    [
      'openai',
      'the images of a minute',
      json(429, busy, { 'x-ratelimit-remaining-images': '0', 'x-ratelimit-reset-images': '12s' }),
      12_000,
    ],
    ['gemini', 'RetryInfo', google('GenerateRequestsPerMinutePerProjectPerModel', [{ retryDelay: '34s' }]), 34_000],
    ['replicate', 'its body', json(429, { detail: 'throttled', status: 429, retry_after: 5 }), 5_000],
    ['stability', 'its minute', stabilityError(429, 'rate_limit_exceeded'), 60_000],
    ['xai', 'retry-after', json(429, { code: 'x', error: 'Too many requests' }, { 'retry-after': '3' }), 3_000],
    ['recraft', 'nothing', json(429, { code: 'rate_limit', message: 'slow down' }), null],
    ['bfl', 'its body', json(429, { error: 'rate_limit_exceeded', message: 'slow', retry_after: 5 }), 5_000],
    ['fal', 'nothing', json(429, { detail: 'Too many requests' }), null],
  ])('%s: %s', async (provider, _name, reply, waitMs) => {
    expect(await ending(provider, reply)).toMatchObject({ code: 'rate-limited', retryAfterMs: waitMs, billed: false })
  })

  test('Gemini’s limit of a day waits until midnight in California', async () => {
    const end = await ending('gemini', google('GenerateRequestsPerDayPerProjectPerModel', [{ retryDelay: '34s' }]))
    // 21 November, 00:00 UTC is 16:00 the day before there.
    expect(end).toMatchObject({ code: 'rate-limited', retryAfterMs: 8 * 3_600_000 })
  })

  test.each<[string, string, Canned]>([
    ['openai', 'insufficient_quota', json(429, { error: { message: 'quota', code: 'insufficient_quota' } })],
    [
      'openai',
      'billing_hard_limit_reached',
      json(400, { error: { message: 'b', code: 'billing_hard_limit_reached' } }),
    ],
    ['fal', 'an exhausted balance', json(403, { detail: 'User is locked. Reason: Exhausted balance.' })],
    ['replicate', '402', json(402, { title: 'Insufficient credit', detail: 'no credit', status: 402 })],
    ['stability', '402', stabilityError(402, 'payment_required')],
    ['bfl', '402', json(402, { error: 'insufficient_credits', message: 'no credit' })],
    ['recraft', '402', json(402, { code: 'no_credits', message: 'no credit' })],
  ])('%s: %s is quota, which stands the lane still', async (provider, _name, reply) => {
    expect(await ending(provider, reply)).toMatchObject({ code: 'quota', billed: false })
  })
})

describe('the true cost is read where it stands', () => {
  test.each<[string, string, Canned, ('submit' | 'poll')?, (number | null)?]>([
    [
      'openai',
      'tokens by the table',
      json(200, {
        data: [{ b64_json: png }],
        usage: { input_tokens: 14, input_tokens_details: { text_tokens: 14, image_tokens: 0 }, output_tokens: 196 },
      }),
      'submit',
      14 * 5 + 196 * 30,
    ],
    [
      'gemini',
      'the tokens of its pictures',
      json(200, {
        candidates: [
          { content: { parts: [{ inlineData: { mimeType: 'image/png', data: png } }] }, finishReason: 'STOP' },
        ],
        usageMetadata: {
          promptTokenCount: 8,
          candidatesTokenCount: 1120,
          candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
          totalTokenCount: 1128,
        },
      }),
      'submit',
      8 * 1.5 + 1120 * 30,
    ],
    [
      'xai',
      'ticks',
      json(200, { data: [{ b64_json: png, respect_moderation: true }], usage: { cost_in_usd_ticks: 800_000_000 } }),
      'submit',
      80_000,
    ],
    ['recraft', 'credits', json(200, { created: 1, credits: 35, data: [{ b64_json: png }] }), 'submit', 35_000],
    [
      'bfl',
      'the credits named when it was taken in',
      task({ status: 'Ready', result: { sample: 'https://delivery.example.com/a.png' } }),
      'poll',
      30_000,
    ],
    ['stability', 'none: its prices are fixed', json(200, { image: png, finish_reason: 'SUCCESS' }), 'submit', null],
    [
      'replicate',
      'none',
      prediction({ status: 'succeeded', output: ['https://replicate.delivery/a.png'], metrics: { predict_time: 1 } }),
      'poll',
      null,
    ],
  ])('%s: %s', async (provider, _name, reply, of, micros) => {
    const settled = micros === null ? null : { micros, currency: 'USD' }
    expect(await ending(provider, reply, of)).toMatchObject({ state: 'done', settled })
  })
})
