import { describe, expect, test } from 'vitest'
import { errorForStatus, isOfflineError, quoteWords, replyOf, retryAfterMs } from '#engine/network/network.ts'
import { AppError } from '#shared/errors.ts'

const now = Date.parse('2026-11-21T10:00:00Z')
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe('how long to wait', () => {
  const said: [string, Record<string, string>, unknown, number | null][] = [
    ['seconds', { 'retry-after': '12' }, null, 12_000],
    ['zero', { 'retry-after': '0' }, null, 0],
    ['a fraction', { 'retry-after': '0.25' }, null, 250],
    ['ms before seconds', { 'retry-after-ms': '1500', 'retry-after': '2' }, null, 1_500],
    ['an HTTP date', { 'retry-after': 'Sat, 21 Nov 2026 10:00:07 GMT' }, null, 7_000],
    [
      'an HTTP date, by the server’s own clock',
      { 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
      null,
      7_000,
    ],
    ['the body', {}, { retry_after: 5 }, 5_000],
    ['the body’s error', {}, { error: { retry_after: '3' } }, 3_000],
    ['Google’s RetryInfo', {}, { error: { details: [{ '@type': 'x' }, { retryDelay: '34s' }] } }, 34_000],
    ['a reset span', { 'x-ratelimit-reset-requests': '6m0s' }, null, 360_000],
    ['a reset in ms', { 'x-ratelimit-reset-images': '250ms' }, null, 250],
    ['a reset in seconds', { 'x-ratelimit-reset': '9' }, null, 9_000],
    ['a reset as a time', { 'x-ratelimit-reset': String(now / 1000 + 4) }, null, 4_000],
    [
      'the reset of the limit that is used up',
      {
        'x-ratelimit-remaining-tokens': '500',
        'x-ratelimit-reset-tokens': '9m0s',
        'x-ratelimit-remaining-images': '0',
        'x-ratelimit-reset-images': '12s',
      },
      null,
      12_000,
    ],
    ['the header before the body', { 'retry-after': '1' }, { retry_after: 9 }, 1_000],
    ['nonsense in the header, sense in the body', { 'retry-after': 'soon' }, { retry_after: 9 }, 9_000],
    ['nothing', {}, null, null],
    ['a body that is not JSON', {}, '<html>', null],
    ['a body of another shape', {}, { retry_after: { a: 1 }, error: 'x' }, null],
    ...['', '0x10', '-5', '1e3', 'Infinity', 'NaN', '86401', '99999999999', 'soon', '12 seconds'].map(
      (text): [string, Record<string, string>, unknown, null] => [
        `nonsense “${text}”`,
        { 'retry-after': text },
        null,
        null,
      ],
    ),
    ['a date gone by', { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, null, null],
    ['a far date', { 'retry-after': 'Mon, 21 Nov 2033 09:00:00 GMT' }, null, null],
    ['an empty reset', { 'x-ratelimit-reset-requests': '' }, null, null],
  ]
  for (const [name, headers, body, expected] of said) {
    test(`${name}: ${expected}`, () => {
      expect(retryAfterMs(headers, body === null ? null : bytes(body), now)).toBe(expected)
    })
  }
})

describe('a status', () => {
  const key = 'sk-canary-1234567890'
  const make = (status: number, body: unknown = '', repeatable = false, headers = {}) =>
    errorForStatus({ status, headers, bytes: bytes(body) }, { where: 'http://x.example', repeatable, nowMs: now, key })

  const table: [number, unknown, string, boolean | null][] = [
    [401, '', 'auth', false],
    [403, '', 'auth', false],
    [402, '', 'quota', false],
    [429, '', 'rate-limited', false],
    [429, { error: { code: 'insufficient_quota' } }, 'quota', false],
    [429, { error: { type: 'insufficient_quota' } }, 'quota', false],
    [400, { error: { code: 'billing_hard_limit_reached' } }, 'quota', false],
    [403, { detail: 'User is locked. Reason: Exhausted balance.' }, 'quota', false],
    [400, '', 'invalid-input', false],
    [422, { detail: [{ loc: ['body'], msg: 'x' }] }, 'invalid-input', false],
    [409, '', 'invalid-input', false],
    [404, '', 'not-found', false],
    [413, '', 'invalid-input', false],
    [500, '', 'provider-unavailable', false],
    [503, '', 'provider-unavailable', false],
    [501, '', 'unsupported', false],
    [302, '', 'bad-response', false],
    ...[408, 499, 502, 504, 520, 522, 524, 529].map((status): [number, unknown, string, null] => [
      status,
      '',
      'outcome-unknown',
      null,
    ]),
  ]
  for (const [status, body, code, billed] of table) {
    test(`${status} ${JSON.stringify(body)} is ${code}`, () => {
      const error = make(status, body)
      expect([error.code, error.billed]).toEqual([code, billed])
      expect(error.message).toContain('http://x.example')
    })
  }

  test('that may hide a picture is retried where repeating is harmless', () => {
    for (const status of [408, 502, 504, 524]) expect(make(status, '', true).code).toBe('provider-unavailable')
  })

  test('carries how long to wait, and the whole reply', () => {
    const error = make(429, { error: { message: 'slow down' } }, false, { 'retry-after': '3' })
    expect([error.retryAfterMs, replyOf(error)?.status]).toEqual([3_000, 429])
    expect(error.message).toContain('“slow down”')
  })

  test('never repeats the key, in whole or masked', () => {
    const words = `Incorrect API key provided: ${key}. You gave sk-cana****7890\u202e\n`
    const { message } = make(401, { error: { message: words } })
    expect(message).not.toMatch(/canary|7890|\u202e|\n/)
    expect(message).toContain('Incorrect API key provided')
    expect(quoteWords('bad key 5f2c-plain-word', '5f2c-plain-word')).toBe('bad key [key]')
    expect(quoteWords('bad key sk-other-0123456789', null)).toBe('bad key [key]')
    expect(quoteWords('x'.repeat(1_000), null).length).toBe(300)
  })

  test('redirect names where it points, and that it was not followed', () => {
    expect(make(301, '', false, { location: 'https://other.example/v1/x?token=1' }).message).toMatch(
      /redirect to https:\/\/other\.example .*not followed/,
    )
  })
})

test('offline is told from a provider that is down', () => {
  const failed = (code: string) =>
    new AppError('provider-unavailable', 'x', { cause: Object.assign(new Error('x'), { code }) })
  const up = { eth0: [{ internal: false }] }
  expect(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN'].every((code) => isOfflineError(failed(code), up))).toBe(true)
  expect(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'].some((code) => isOfflineError(failed(code), up))).toBe(false)
  expect(isOfflineError(failed('ENOTFOUND'), {})).toBe(true)
  const both = new AggregateError([Object.assign(new Error('x'), { code: 'ENETUNREACH' })])
  expect(isOfflineError(new AppError('provider-unavailable', 'x', { cause: both }), up)).toBe(true)
})
