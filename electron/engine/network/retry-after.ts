import { z } from 'zod'

const dayMs = 24 * 60 * 60 * 1000

/** Bodies say it too: `retry_after` in seconds (Replicate, BFL), Google's RetryInfo `"34s"`. */
const hints = z.object({
  retry_after: z.union([z.number(), z.string()]).optional().catch(undefined),
  error: z
    .object({
      retry_after: z.union([z.number(), z.string()]).optional().catch(undefined),
      details: z
        .array(z.object({ retryDelay: z.string().optional().catch(undefined) }).catch({ retryDelay: undefined }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** Zero to a day, in whole ms; everything else is nonsense and means "not said". */
const sane = (ms: number): number | null => (ms >= 0 && ms <= dayMs ? Math.ceil(ms) : null)

const decimal = (text: string): number | null => (/^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : null)

const seconds = (text: string): number | null => {
  const value = decimal(text)
  return value === null ? null : sane(value * 1000)
}

/** `12s`, `6m0s`, `1h2m3.5s`, `250ms`: the spans of Go, Google and the `x-ratelimit-reset-*` headers. */
function span(text: string): number | null {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text)
  if (!match || text === '') return null
  const [hours, minutes, secs, ms] = match.slice(1).map((part) => Number(part ?? 0))
  return sane((((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (secs ?? 0)) * 1000 + (ms ?? 0))
}

/** An HTTP date or an ISO one, counted from the server's own clock where it sent a `date`. A date gone by says nothing. */
function moment(text: string, nowMs: number, serverDate: string | undefined): number | null {
  const isHttpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
  const isIsoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/
  if (!isHttpDate.test(text) && !isIsoDate.test(text)) return null
  const theirNow = serverDate && isHttpDate.test(serverDate) ? Date.parse(serverDate) : nowMs
  return sane(Date.parse(text) - theirNow)
}

/** `x-ratelimit-reset-requests: 6m0s`: of the limits that are used up (or do not say), the one that lasts longest. */
function resetHeaders(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const waits = Object.entries(headers).flatMap(([name, value]) => {
    const kind = /^x-ratelimit-reset(-[a-z-]+)?$/.exec(name)
    if (!kind) return []
    const left = headers[`x-ratelimit-remaining${kind[1] ?? ''}`]
    if (left !== undefined && left.trim() !== '0') return []
    const text = value.trim()
    const number = decimal(text)
    // Over 10^9 it is a time since 1970 in seconds, not a span.
    const wait = number !== null && number > 1e9 ? sane(number * 1000 - nowMs) : (seconds(text) ?? span(text))
    return [wait ?? moment(text, nowMs, headers.date)].filter((ms) => ms !== null)
  })
  return waits.length > 0 ? Math.max(...waits) : null
}

function bodyHint(body: Uint8Array): number | null {
  if (body.length === 0 || body.length > 1_000_000) return null
  const said = hints.safeParse(parseJson(body))
  if (!said.success) return null
  const { error, retry_after: top } = said.data
  const inSeconds = top ?? error?.retry_after
  const delay = error?.details?.find((detail) => detail.retryDelay)?.retryDelay
  return (inSeconds === undefined ? null : seconds(String(inSeconds))) ?? (delay ? span(delay) : null)
}

/** A body read as JSON; `null` where it is none. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return null // What is not JSON has nothing to say here; callers name the reply themselves.
  }
}

/**
 * How long the far end asks to wait, in ms: `retry-after-ms`, `retry-after` (seconds or a date), the body's hint, then
 * the `x-ratelimit-reset-*` headers. Nonsense (empty, 0x10, negative, a date gone by, over a day) is `null`.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | null,
  nowMs: number,
): number | null {
  const inMs = decimal(headers['retry-after-ms']?.trim() ?? '')
  const plain = headers['retry-after']?.trim() ?? ''
  return (
    (inMs === null ? null : sane(inMs)) ??
    seconds(plain) ??
    moment(plain, nowMs, headers.date) ??
    (body ? bodyHint(body) : null) ??
    resetHeaders(headers, nowMs)
  )
}
