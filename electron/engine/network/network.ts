import { Agent, buildConnector } from 'undici'
import { AppError } from '#shared/errors.ts'
import { isLoopbackHost } from './addresses.ts'
import { type Download, type DownloadOptions, download } from './download.ts'
import { exchange, type Reply } from './exchange.ts'
import { errorForFailure } from './failures.ts'
import {
  guardedLookup,
  type Lookup,
  matchOrigin,
  openLookup,
  parseAddress,
  refuseLiteral,
  resolveName,
} from './guard.ts'
import { encodeForm } from './multipart.ts'

export { isLoopbackHost } from './addresses.ts'
export type { Download, DownloadOptions } from './download.ts'
export type { Reply } from './exchange.ts'
export { isOfflineError, isUnsent, replyOf, withReply } from './failures.ts'
export { matchOrigin } from './guard.ts'
export { parseJson, retryAfterMs } from './retry-after.ts'
export { complaintOf, errorForStatus, quoteWords } from './status.ts'

export interface NetworkOptions {
  /** Name, TCP and TLS together, in ms. */
  readonly connectTimeoutMs?: number
  /** From the request to the reply's headers, where the call does not say otherwise. */
  readonly headersTimeoutMs?: number
  /** Between two pieces of a body. */
  readonly idleTimeoutMs?: number
  /** How names are resolved; tests give their own. */
  readonly resolve?: Lookup
}

/** One request, as `ProviderFetchOptions` in providers/provider.ts says it: this room does not see that one. */
export interface FetchOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | FormData
  readonly signal?: AbortSignal
  readonly headersTimeoutMs?: number
  readonly maxBytes?: number
  readonly repeatable: boolean
}
export type Fetch = (url: string, options: FetchOptions) => Promise<Reply>

export interface Network {
  /**
   * The HTTP client of one provider. It reaches these origins only (`https://*.example.com` for a family of hosts), follows
   * no redirects, and never sends a key over http to another machine. Exact origins may be private, patterns may not.
   */
  forProvider(options: { origins: readonly string[] }): Fetch
  /** The same for a store of objects, whose requests carry a signature and never the key: so http may be used, too. */
  forStore(options: { origins: readonly string[] }): Fetch
  /** Fetches a result: no key, at most five redirects, each one checked; see `download.ts`. */
  download(url: string, options: DownloadOptions): Promise<Download>
  close(): Promise<void>
}

const defaultMaxBytes = 64 * 1024 * 1024
const carriesKey = /auth|key|token|cookie|secret/i

/** We ask for no compression: pictures do not get smaller, and a plain body is easier to trust. */
const baseHeaders = { 'user-agent': 'Proofsheet', accept: '*/*', 'accept-encoding': 'identity' } as const

/** The one HTTP client. Undici 8 over HTTP/1.1, no retries of its own; every error is an AppError. */
export function openNetwork(options: NetworkOptions = {}): Network {
  const {
    connectTimeoutMs = 15_000,
    headersTimeoutMs = 300_000,
    idleTimeoutMs = 60_000,
    resolve = resolveName,
  } = options
  // undici's own, coarser timer comes later and only closes the socket.
  const timeout = connectTimeoutMs + 1_000
  const agentWith = (lookup: ReturnType<typeof openLookup>): Agent =>
    new Agent({
      connect: timedConnector(buildConnector({ lookup, allowH2: false, timeout, port: 0 }), connectTimeoutMs),
      headersTimeout: 0, // exchange.ts has its own clocks: undici's are exact to half a second only
      bodyTimeout: 0,
      keepAliveTimeout: 2_000, // a kept connection that the server closes meanwhile would make a paid request `unknown`
      keepAliveMaxTimeout: 4_000,
    })
  const open = agentWith(openLookup(resolve))
  const guarded = agentWith(guardedLookup(resolve))

  const fetchAt = (origins: readonly string[], carries: 'key' | 'signature'): Fetch => {
    const whose = carries === 'key' ? 'provider' : 'bucket'
    return async (address, call) => {
      const url = parseAddress(address, `The ${whose}`)
      const match = matchOrigin(url, origins)
      if (!match) {
        const sentence = `An address at ${url.origin} was given, which is not one of the ${whose}’s own, so nothing was sent there.`
        throw new AppError('bad-response', sentence)
      }
      if (match === 'pattern') refuseLiteral(url, `The ${whose}`)
      if (carries === 'key') refuseKey(url, call.headers ?? {})
      const form = call.body instanceof FormData ? await encodeForm(call.body) : null
      const body = form?.bytes ?? (typeof call.body === 'string' ? Buffer.from(call.body) : call.body)
      const maxBytes = call.maxBytes ?? defaultMaxBytes
      const result = await exchange(match === 'exact' ? open : guarded, {
        url,
        method: call.method ?? 'GET',
        headers: { ...baseHeaders, ...call.headers, ...(form ? { 'content-type': form.contentType } : {}) },
        body: body instanceof Uint8Array ? body : null,
        signal: call.signal ?? null,
        headersTimeoutMs: call.headersTimeoutMs ?? headersTimeoutMs,
        idleTimeoutMs,
        maxBytes,
      })
      if (result.outcome === 'reply') return result.reply
      throw errorForFailure(result, url, call.repeatable, maxBytes)
    }
  }

  return {
    forProvider: ({ origins }) => fetchAt(origins, 'key'),
    forStore: ({ origins }) => fetchAt(origins, 'signature'),
    download: (url, wanted) => download({ open, guarded, headersTimeoutMs, idleTimeoutMs }, url, wanted),
    close: async () => {
      await Promise.all([open.destroy(), guarded.destroy()])
    },
  }
}

/** Both are `auth`, because every request of this provider would end the same way. */
function refuseKey(url: URL, headers: Readonly<Record<string, string>>): void {
  const secrets = Object.entries(headers).filter(([name]) => carriesKey.test(name))
  if (secrets.some(([, value]) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))) {
    const sentence = `The key for ${url.origin} has characters in it that no key has. Enter it again under Settings, Providers.`
    throw new AppError('auth', sentence, { billed: false })
  }
  if (secrets.length === 0 || url.protocol === 'https:' || isLoopbackHost(url)) return
  const sentence = `The key was not sent to ${url.origin}, because http is not encrypted. Use https there, or remove the key under Settings, Providers.`
  throw new AppError('auth', sentence, { billed: false })
}

/** Ends a connection attempt that takes too long, exactly then. */
function timedConnector(connect: buildConnector.connector, timeoutMs: number): buildConnector.connector {
  return (options, callback) => {
    let isOver = false
    const answer: buildConnector.Callback = (...result) => {
      if (isOver) return result[1]?.destroy()
      isOver = true
      clearTimeout(timer)
      callback(...result)
    }
    const timer = setTimeout(() => {
      const late = Object.assign(new Error('connecting took too long'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
      answer(late, null)
    }, timeoutMs)
    connect(options, answer)
  }
}
