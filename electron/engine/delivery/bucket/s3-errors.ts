import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'

/** What a service says when it refuses: its code (`NoSuchKey`; for a HEAD, only what the status tells), and where it is. */
export interface Refusal {
  readonly code: string
  readonly status: number
  readonly message: string
  /** The region that the bucket is in, where the reply says so. */
  readonly region: string | null
  /** The service's clock, ms since 1970; null where the reply does not say. */
  readonly serverMs: number | null
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** Reads an error of the SDK; null for one that is no refusal of the service. */
export function refusalOf(error: unknown): Refusal | null {
  const status = field(field(error, '$metadata'), 'httpStatusCode')
  if (!(error instanceof Error) || typeof status !== 'number' || errorCodeOf(error) !== null) return null
  const headers = field(field(error, '$response'), 'headers')
  const date = textOf(field(headers, 'date'))
  return {
    code: textOf(field(error, 'Code')) ?? error.name,
    status,
    message: error.message,
    region: textOf(field(headers, 'x-amz-bucket-region')) ?? textOf(field(error, 'Region')),
    serverMs: date === null || Number.isNaN(Date.parse(date)) ? null : Date.parse(date),
  }
}

const passingStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const passingCodes: ReadonlySet<string> = new Set([
  'SlowDown',
  'RequestTimeout',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'ConditionalRequestConflict',
  'IncompleteBody',
  // The bytes were changed on the way.
  'BadDigest',
  'XAmzContentSHA256Mismatch',
])

/** Whether the same request may well be answered in a moment (S3's error codes, read 2026-11). */
export function isPassing(error: unknown): boolean {
  const refusal = refusalOf(error)
  if (refusal) return passingStatuses.has(refusal.status) || passingCodes.has(refusal.code)
  return errorCodeOf(error) === 'provider-unavailable'
}

/** Whether the service says that it does not know a header or a request, rather than that it refuses this one. */
export function isNotImplemented(error: unknown): boolean {
  const refusal = refusalOf(error)
  return refusal !== null && (refusal.status === 501 || refusal.code === 'NotImplemented')
}

const keyCodes: ReadonlySet<string> = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidSecurity'])
const regionCodes: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'InvalidRegionName',
])

export interface Whereabouts {
  readonly bucket: string
  /** The service, as a person knows it: `AWS S3` or the endpoint. */
  readonly service: string
  readonly nowMs: number
}

/**
 * What an error of a bucket means to a person, as an AppError: `auth` for keys, `storage` for the rest. Every sentence ends
 * with the way on, and none holds a key or a signature. A defect stays what it is.
 */
export function bucketError(error: unknown, { bucket, service, nowMs }: Whereabouts): unknown {
  const code = errorCodeOf(error)
  const failed = (kind: 'auth' | 'storage', sentence: string): AppError =>
    new AppError(kind, sentence, { cause: error })
  if (code === 'canceled' || code === 'auth' || code === 'storage' || code === 'invalid-input')
    return error instanceof AppError ? error : new AppError(code, messageOf(error))
  if (code !== null)
    return failed('storage', `${messageOf(error)} Deliver again once it answers: only what is missing is sent.`)
  const refusal = refusalOf(error)
  if (!refusal) return withoutReply(error, service)
  const { status, region } = refusal
  if (refusal.code === 'RequestTimeTooSkewed' || refusal.code === 'RequestExpired') {
    const minutes = refusal.serverMs === null ? null : Math.round(Math.abs(nowMs - refusal.serverMs) / 60_000)
    const off = minutes === null || minutes === 0 ? 'is wrong' : `is ${minutes} minutes off`
    return failed(
      'storage',
      `This machine’s clock ${off}, so ${service} refuses its requests. Set the clock, then try again.`,
    )
  }
  if (regionCodes.has(refusal.code) || status === 301 || status === 307) {
    const where = region === null ? 'another region than the one given' : `the region ${region}, not the one given`
    const next = region === null ? 'Enter its region' : `Enter ${region} as the region`
    return failed('storage', `The bucket ${bucket} is in ${where}. ${next}, then try again.`)
  }
  if (refusal.code === 'NoSuchBucket')
    return failed('storage', `There is no bucket ${bucket} at ${service}. Make it there, or correct its name.`)
  if (refusal.code === 'ExpiredToken' || refusal.code === 'TokenRefreshRequired')
    return failed('auth', `The credentials for ${service} have expired. Sign in again, then deliver again.`)
  if (keyCodes.has(refusal.code) || status === 401)
    return failed('auth', `${service} does not accept the keys (${refusal.code}). Enter valid keys, then try again.`)
  if (status === 403)
    return failed(
      'auth',
      `${service} does not let these keys into the bucket ${bucket} (${refusal.code}). Check the keys, and that they may list, read, write and delete there.`,
    )
  if (isPassing(error))
    return failed(
      'storage',
      `${service} is too busy now (${refusal.code}). Deliver again later: only what is missing is sent.`,
    )
  const word = /^[A-Za-z][\w.]{0,60}$/.test(refusal.code) ? `${refusal.code}, ` : ''
  return failed(
    'storage',
    `${service} refused a request for the bucket ${bucket} (${word}status ${status}). Check its settings, then deliver again.`,
  )
}

/** Errors that came before anything was sent: that there are no credentials or no region. Others are defects. */
function withoutReply(error: unknown, service: string): unknown {
  const name = error instanceof Error ? error.name : ''
  const message = messageOf(error)
  if (/^Region is missing/i.test(message))
    return new AppError('storage', `No region is known for ${service}. Enter the bucket’s region, then try again.`)
  if (!/Credentials|Token|SSO/i.test(name) && !/credential|profile|sso session/i.test(message)) return error
  return new AppError(
    'auth',
    `No credentials were found for ${service}. Store its keys, name a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
    { cause: error },
  )
}
