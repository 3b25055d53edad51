import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Refused } from './refusal.ts'

/** A request as it came, before anything of it is believed. */
export interface Signed {
  readonly method: string
  /** Path and query as they stood in the request line. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Verifier {
  /** The secret of an access key; null for one that is not known. */
  readonly secretOf: (accessKeyId: string) => string | null
  readonly region: string
  readonly nowMs: number
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
const skewMs = 15 * 60_000

/** RFC 3986, as AWS asks for it. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

export const queryOf = (target: string): URLSearchParams => {
  const at = target.indexOf('?')
  // A plus is a plus here: S3 knows no forms.
  return new URLSearchParams(at < 0 ? '' : target.slice(at + 1).replaceAll('+', '%2B'))
}

function timeOf(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!match) throw new Refused(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/**
 * AWS Signature Version 4 of a request, in its header or in its query (AWS, "Authenticating Requests", read 2026-11).
 * Answers the payload hash that was signed. Throws what S3 says of a request that is not as it should be.
 */
export function verifySignature(request: Signed, verifier: Verifier): string {
  const query = queryOf(request.target)
  return query.has('X-Amz-Signature') ? inQuery(request, query, verifier) : inHeader(request, query, verifier)
}

function inHeader(request: Signed, query: URLSearchParams, verifier: Verifier): string {
  const authorization = request.headers.authorization
  if (!authorization) throw new Refused(403, 'AccessDenied', 'Access Denied')
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (!match) throw new Refused(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed')
  const [, accessKeyId = '', day = '', region = '', names = '', signature = ''] = match
  const time = String(request.headers['x-amz-date'] ?? '')
  const sentMs = timeOf(time)
  const secret = secretOf(accessKeyId, verifier)
  checkRegion(region, verifier)
  if (Math.abs(sentMs - verifier.nowMs) > skewMs || !time.startsWith(day))
    throw new Refused(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    )
  const payload = request.headers['x-amz-content-sha256']
  if (typeof payload !== 'string')
    throw new Refused(400, 'InvalidRequest', 'Missing required header: x-amz-content-sha256')
  const signed = names.split(';')
  const needed = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-') || name === 'content-md5',
  )
  const unsigned = needed.find((name) => !signed.includes(name))
  if (unsigned)
    throw new Refused(
      403,
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned}`,
    )
  compare(request, query, { day, region, time, signed, payload, secret, signature })
  return payload
}

function inQuery(request: Signed, query: URLSearchParams, verifier: Verifier): string {
  const [accessKeyId = '', day = '', region = '', service, end] = (query.get('X-Amz-Credential') ?? '').split('/')
  const time = query.get('X-Amz-Date') ?? ''
  const expires = Number(query.get('X-Amz-Expires'))
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || service !== 's3' || end !== 'aws4_request')
    throw new Refused(400, 'AuthorizationQueryParametersError', 'Query-string authentication is malformed')
  if (!Number.isInteger(expires) || expires < 1 || expires > 604_800)
    throw new Refused(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds')
  const secret = secretOf(accessKeyId, verifier)
  checkRegion(region, verifier)
  const sentMs = timeOf(time)
  if (sentMs - skewMs > verifier.nowMs || sentMs + expires * 1000 < verifier.nowMs)
    throw new Refused(403, 'AccessDenied', 'Request has expired')
  const signature = query.get('X-Amz-Signature') ?? ''
  query.delete('X-Amz-Signature')
  const signed = (query.get('X-Amz-SignedHeaders') ?? '').split(';')
  if (!signed.includes('host')) throw new Refused(403, 'AccessDenied', 'host must be signed')
  const payload = 'UNSIGNED-PAYLOAD'
  compare(request, query, { day, region, time, signed, payload, secret, signature })
  return payload
}

function secretOf(accessKeyId: string, verifier: Verifier): string {
  const secret = verifier.secretOf(accessKeyId)
  if (secret !== null) return secret
  throw new Refused(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
}

function checkRegion(region: string, verifier: Verifier): void {
  if (region === verifier.region) return
  const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${verifier.region}'`
  throw new Refused(400, 'AuthorizationHeaderMalformed', message, { Region: verifier.region })
}

interface Claim {
  readonly day: string
  readonly region: string
  readonly time: string
  readonly signed: readonly string[]
  readonly payload: string
  readonly secret: string
  readonly signature: string
}

function compare(request: Signed, query: URLSearchParams, claim: Claim): void {
  const pairs = Array.from(query, ([name, value]) => [encoded(name), encoded(value)] as const)
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
  const headerText = (name: string): string =>
    `${name}:${String(request.headers[name] ?? '')
      .trim()
      .replace(/ +/g, ' ')}\n`
  const canonical = [
    request.method,
    request.target.split('?')[0],
    pairs.map((pair) => pair.join('=')).join('&'),
    claim.signed.map(headerText).join(''),
    claim.signed.join(';'),
    claim.payload,
  ].join('\n')
  const scope = `${claim.day}/${claim.region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', claim.time, scope, sha256(canonical)].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${claim.secret}`, claim.day), claim.region), 's3'), 'aws4_request')
  const right = hmac(key, text)
  const given = Buffer.from(claim.signature, 'hex')
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new Refused(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    )
}
