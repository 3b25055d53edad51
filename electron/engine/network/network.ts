import { Agent, buildConnector } from 'undici'
import { AppError } from '#shared/errors.ts'
import { isLoopbackHost } from './addresses.ts'
import type { ExchangeRequest, SentInPieces } from './conversation.ts'
import { type Download, type DownloadOptions, download } from './download.ts'
import { exchange, type Reply } from './exchange.ts'
import { errorForFailure, type Failure } from './failures.ts'
import { type FileBody, isFileBody, openFileBody } from './file-body.ts'
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
import { type StreamedReply, streamReply } from './stream-reply.ts'

export { isLoopbackHost } from './addresses.ts'
export type { Download, DownloadOptions } from './download.ts'
export type { Reply } from './exchange.ts'
export { isOfflineError, isUnsent, replyOf, withReply } from './failures.ts'
export { matchOrigin } from './guard.ts'
export { formAround } from './multipart.ts'
export { parseJson, retryAfterMs } from './retry-after.ts'
export { type Complaint, complaintIn, complaintOf, errorForStatus, quoteWords } from './status.ts'

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
  readonly body?: string | Uint8Array | FormData | FileBody
  readonly signal?: AbortSignal
  readonly headersTimeoutMs?: number
  readonly maxBytes?: number
  readonly repeatable: boolean
}
export type Fetch = (url: string, options: FetchOptions) => Promise<Reply>
export type Stream = (url: string, options: FetchOptions) => Promise<StreamedReply>

export interface Network {
  /**
   * The HTTP client of one provider. It reaches these origins only (`https://*.example.com` for a family of hosts), follows
   * no redirects, and never sends a key over http to another machine. Exact origins may be private, patterns may not.
   */
  forProvider(options: { origins: readonly string[] }): Fetch
  /**
   * The same for a reply that is too large to hold: errors until its head are thrown at once, later ones where it is read.
   * Without `maxBytes` it has no bound.
   */
  streamForProvider(options: { origins: readonly string[] }): Stream
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

  /** Checks where a request goes and what it carries, and makes it ready. */
  const prepare = async (
    origins: readonly string[],
    carries: 'key' | 'signature',
    address: string,
    call: FetchOptions,
    maxBytes: number,
  ): Promise<Prepared> => {
    const whose = carries === 'key' ? 'provider' : 'bucket'
    const url = parseAddress(address, `The ${whose}`)
    const match = matchOrigin(url, origins)
    if (!match) {
      const sentence = `An address at ${url.origin} was given, which is not one of the ${whose}’s own, so nothing was sent there.`
      throw new AppError('bad-response', sentence)
    }
    if (match === 'pattern') refuseLiteral(url, `The ${whose}`)
    if (carries === 'key') refuseKey(url, call.headers ?? {})
    const body = await bodyOf(call.body)
    const request = {
      url,
      method: call.method ?? 'GET',
      headers: {
        ...baseHeaders,
        ...call.headers,
        ...(body.contentType === null ? {} : { 'content-type': body.contentType }),
      },
      body: body.sent,
      signal: call.signal ?? null,
      headersTimeoutMs: call.headersTimeoutMs ?? headersTimeoutMs,
      idleTimeoutMs,
      maxBytes,
    }
    return {
      dispatcher: match === 'exact' ? open : guarded,
      request,
      errorOf: (failure) => body.failure() ?? errorForFailure(failure, url, call.repeatable, maxBytes),
      close: body.close,
    }
  }

  const fetchAt =
    (origins: readonly string[], carries: 'key' | 'signature'): Fetch =>
    async (address, call) => {
      const maxBytes = call.maxBytes ?? defaultMaxBytes
      const { dispatcher, request, errorOf, close } = await prepare(origins, carries, address, call, maxBytes)
      const result = await exchange(dispatcher, request).finally(close)
      if (result.outcome === 'reply') return result.reply
      throw errorOf(result)
    }

  const streamAt =
    (origins: readonly string[]): Stream =>
    async (address, call) => {
      const maxBytes = call.maxBytes ?? Number.POSITIVE_INFINITY
      const { dispatcher, request, errorOf, close } = await prepare(origins, 'key', address, call, maxBytes)
      return streamReply(dispatcher, request, (broken) => errorOf({ ...broken, partial: null })).finally(close)
    }

  return {
    forProvider: ({ origins }) => fetchAt(origins, 'key'),
    streamForProvider: ({ origins }) => streamAt(origins),
    forStore: ({ origins }) => fetchAt(origins, 'signature'),
    download: (url, wanted) => download({ open, guarded, headersTimeoutMs, idleTimeoutMs }, url, wanted),
    close: async () => {
      await Promise.all([open.destroy(), guarded.destroy()])
    },
  }
}

interface Prepared {
  readonly dispatcher: Agent
  readonly request: ExchangeRequest
  readonly errorOf: (failure: Failure) => AppError
  readonly close: () => Promise<void>
}

interface Body {
  readonly sent: Uint8Array | SentInPieces | null
  readonly contentType: string | null
  readonly failure: () => AppError | null
  readonly close: () => Promise<void>
}

async function bodyOf(body: FetchOptions['body']): Promise<Body> {
  const whole = { contentType: null, failure: () => null, close: async () => undefined }
  if (body === undefined) return { ...whole, sent: null }
  if (typeof body === 'string') return { ...whole, sent: Buffer.from(body) }
  if (body instanceof Uint8Array) return { ...whole, sent: body }
  if (isFileBody(body)) return { ...(await openFileBody(body)), contentType: null }
  const { bytes, contentType } = await encodeForm(body)
  return { ...whole, sent: bytes, contentType }
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
