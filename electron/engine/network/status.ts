import { z } from 'zod'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { Reply } from './exchange.ts'
import { withReply } from './failures.ts'
import { parseJson, retryAfterMs } from './retry-after.ts'

export interface StatusContext {
  /** Who answered, as a person knows it: `http://127.0.0.1:8080`. */
  readonly where: string
  /** As in ProviderFetchOptions: whether sending it twice is harmless. */
  readonly repeatable: boolean
  readonly nowMs: number
  /** Cut out of every sentence: some services repeat the key they refuse. */
  readonly key: string | null
}

/** What an error reply says of itself. Every part is null where it does not say. */
export interface Complaint {
  readonly message: string | null
  readonly code: string | null
  readonly type: string | null
}

const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null)
const parts = { message: text, detail: text, code: text, type: text }
const wire = z.object({
  ...parts,
  error: z
    .union([z.string(), z.object(parts)])
    .nullish()
    .catch(null),
})

/** Reads the usual error bodies: `{error: {message, type, code}}`, `{error: "text"}`, `{detail}`, `{message}`. */
export const complaintOf = (reply: Reply): Complaint =>
  complaintIn(reply.bytes.length > 1_000_000 ? null : parseJson(reply.bytes))

/** The same for a body that was read as JSON: one with a picture is too long to be read twice. */
export function complaintIn(json: unknown): Complaint {
  const parsed = wire.safeParse(json)
  if (!parsed.success) return { message: null, code: null, type: null }
  const { error, ...top } = parsed.data
  const inner = typeof error === 'object' ? error : null
  const message = (typeof error === 'string' ? error : inner?.message) ?? top.message ?? top.detail ?? inner?.detail
  return { message: message ?? null, code: inner?.code ?? top.code ?? null, type: inner?.type ?? top.type ?? null }
}

/** A far end's words in one line of at most 300 characters, without the key or anything that looks like one. */
export function quoteWords(words: string, key: string | null): string {
  const withoutKey = key ? words.replaceAll(key, '[key]') : words
  const plain = withoutKey
    .replace(/\b(sk|pk|key|r8|fal|xai|bfl)[-_][\w*.-]{8,}/gi, '[key]')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return plain.length > 300 ? `${plain.slice(0, 299)}…` : plain
}

const noCredit = /insufficient_quota|billing_hard_limit_reached|insufficient_credits|exhausted balance/i

/**
 * The statuses that all providers share, as errors (RFC 9110 and the providers' documents, 2026-11). A whole 429, 500 or
 * 503 is unbilled and may be sent again; 408, 499, 502, 504 and 52x may hide a finished picture, so they are
 * `outcome-unknown` unless the request is repeatable. A redirect is never followed, so that the key stays where it was
 * meant to go. Refusals are the provider's own matter: look at `complaintOf` first.
 */
export function errorForStatus(reply: Reply, context: StatusContext): AppError {
  const { status } = reply
  const { where, repeatable, nowMs, key } = context
  const complaint = complaintOf(reply)
  const said = complaint.message ? ` It said: “${quoteWords(complaint.message, key)}”` : ''
  const cause = withReply(reply)
  const wait = retryAfterMs(reply.headers, reply.bytes, nowMs)
  const error = (code: ErrorCode, sentence: string, billed: boolean | null = false): AppError =>
    new AppError(code, `${where} ${sentence}${said}`, {
      cause,
      billed,
      ...(wait === null ? {} : { retryAfterMs: wait }),
    })

  const hasNoCredit = noCredit.test(`${complaint.code} ${complaint.type} ${status === 403 ? complaint.message : ''}`)
  if (status === 402 || (hasNoCredit && status >= 400 && status < 500)) {
    return error('quota', `says that the account is out of credit (status ${status}). Add credit there, then resume.`)
  }
  if (status === 401 || status === 403) {
    const next = 'Enter a valid key under Settings, Providers, then resume.'
    return error('auth', `did not accept ${key ? 'the key' : 'a request without a key'} (status ${status}). ${next}`)
  }
  if (status === 429) return error('rate-limited', 'asks for fewer requests (status 429); it is tried again by itself.')
  if (status === 404 || status === 405 || status === 410) {
    return error(
      'not-found',
      `does not know this address or model (status ${status}). Check the base URL and the model.`,
    )
  }
  if (status === 413)
    return error('invalid-input', 'says that the request is too large (status 413). Use smaller pictures.')
  if (status === 500 || status === 503) {
    return error('provider-unavailable', `failed (status ${status}); it is tried again by itself.`)
  }
  if (status >= 300 && status < 400) {
    const target = reply.headers.location && URL.canParse(reply.headers.location, where)
    const place = target ? ` to ${new URL(reply.headers.location ?? '', where).origin}` : ''
    const next = 'Redirects are not followed, so that the key stays where it belongs; correct the base URL.'
    return error('bad-response', `answered with a redirect${place} (status ${status}). ${next}`)
  }
  if (status >= 500 || status === 408 || status === 499) {
    if (status === 501) return error('unsupported', 'cannot do this (status 501). Choose another model.')
    if (repeatable) return error('provider-unavailable', `failed (status ${status}); it is tried again by itself.`)
    const next =
      'the picture may have been made and charged. Look at the provider’s usage page, then retry or dismiss it.'
    return error('outcome-unknown', `gave up on the request (status ${status}): ${next}`, null)
  }
  if (status >= 400)
    return error('invalid-input', `refused the request (status ${status}). Change the prompt or its settings.`)
  return error('bad-response', `answered with status ${status}, which means nothing here.`, null)
}
