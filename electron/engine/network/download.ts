import type { Dispatcher } from 'undici'
import { AppError } from '#shared/errors.ts'
import { exchange } from './exchange.ts'
import { errorForFailure, withReply } from './failures.ts'
import { parseAddress, refuseLiteral } from './guard.ts'
import { quoteWords } from './status.ts'

export interface DownloadOptions {
  readonly signal: AbortSignal
  readonly maxBytes: number
  /** The one private or loopback origin that may be reached, because a person typed it as the provider's base URL. */
  readonly allowedOrigin: string | null
  /** Who named the address, for messages; the provider where absent. */
  readonly from?: string
}

export interface Download {
  readonly bytes: Uint8Array
  /** As the server says; look at the bytes before believing it. */
  readonly contentType: string | null
}

const maxRedirects = 5

interface Ways {
  readonly open: Dispatcher
  readonly guarded: Dispatcher
  readonly headersTimeoutMs: number
  readonly idleTimeoutMs: number
}

/**
 * Fetches a picture that a provider named by URL. Sends no key and no cookie. Errors: `bad-response` for a private address,
 * too many redirects, too many bytes, an expired or missing picture; `provider-unavailable` where it may work later;
 * `canceled` by the signal. Fetching again is always harmless.
 */
export async function download(ways: Ways, address: string, options: DownloadOptions): Promise<Download> {
  const { signal, maxBytes, allowedOrigin, from = 'The provider' } = options
  let url = parseAddress(address, from)
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const isAllowed =
      allowedOrigin !== null && URL.canParse(allowedOrigin) && new URL(allowedOrigin).origin === url.origin
    if (!isAllowed) refuseLiteral(url, hop === 0 ? from : 'A redirect')
    const result = await exchange(isAllowed ? ways.open : ways.guarded, {
      url,
      method: 'GET',
      headers: { 'user-agent': 'Proofsheet', accept: 'image/*, */*;q=0.5', 'accept-encoding': 'identity' },
      body: null,
      signal,
      headersTimeoutMs: ways.headersTimeoutMs,
      idleTimeoutMs: ways.idleTimeoutMs,
      maxBytes,
    })
    if (result.outcome === 'failure') throw errorForFailure(result, url, true, maxBytes)
    const { status, headers, bytes } = result.reply
    if (status >= 200 && status < 300) return { bytes, contentType: headers['content-type'] ?? null }
    const isRedirect = [301, 302, 303, 307, 308].includes(status)
    if (!isRedirect || !headers.location || !URL.canParse(headers.location, url.href)) {
      throw errorForResult(url, result.reply)
    }
    url = parseAddress(new URL(headers.location, url.href).href, 'A redirect')
  }
  const sentence = `The picture’s address at ${new URL(address).origin} redirects for ever (more than ${maxRedirects} times).`
  throw new AppError('bad-response', sentence)
}

function errorForResult(
  url: URL,
  reply: { status: number; headers: Readonly<Record<string, string>>; bytes: Uint8Array },
): AppError {
  const cause = withReply(reply)
  const { status } = reply
  if (status === 429 || status >= 500 || status === 408) {
    return new AppError('provider-unavailable', `${url.origin} could not give the picture now (status ${status}).`, {
      cause,
    })
  }
  const why =
    status === 401 || status === 403 || status === 404 || status === 410
      ? 'it has expired or is gone'
      : 'it was refused'
  const words = quoteWords(new TextDecoder().decode(reply.bytes.subarray(0, 200)), null)
  const said = words && !words.startsWith('<') ? ` It said: “${words}”` : ''
  return new AppError(
    'bad-response',
    `The picture cannot be fetched from ${url.origin}: ${why} (status ${status}).${said}`,
    { cause },
  )
}
