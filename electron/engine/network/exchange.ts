import type { Dispatcher } from 'undici'
import { decodeBody } from './decode.ts'

export interface ExchangeRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  readonly signal: AbortSignal | null
  /** From the request being sent to the reply's headers. */
  readonly headersTimeoutMs: number
  /** Between two pieces of the body; progress is never a timeout. */
  readonly idleTimeoutMs: number
  readonly maxBytes: number
}

/** Status and headers (names in lower case) and as much of the body as came. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** `connection`: refused, DNS, TLS, reset. `cut-off`: the reply began and did not come whole. */
export type FailureReason =
  | 'aborted'
  | 'headers-timeout'
  | 'idle-timeout'
  | 'connection'
  | 'cut-off'
  | 'too-big'
  | 'encoding'

/** So much late, and it was not the network that was slow. */
const stoodStillMs = 1000
const graceMs = 5000

/** `sent` is false only where it is certain that no byte of the request left. */
export type Exchange =
  | { readonly outcome: 'reply'; readonly reply: Reply }
  | {
      readonly outcome: 'failure'
      readonly reason: FailureReason
      readonly sent: boolean
      readonly cause: unknown
      readonly partial: Reply | null
    }

type Failure = Extract<Exchange, { outcome: 'failure' }>

/** Sends one request over HTTP/1.1 and reads the whole reply. Never throws, never sends twice, follows no redirect. */
export async function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  const result = await new Promise<Exchange>((settle) => send(dispatcher, request, settle))
  if (result.outcome === 'failure') return result
  const { reply } = result
  const encoding = reply.headers['content-encoding'] ?? ''
  if (encoding === '' || reply.bytes.length === 0) return result
  const decoded = await decodeBody(reply.bytes, encoding, request.maxBytes)
  if (decoded.state === 'whole') return { outcome: 'reply', reply: { ...reply, bytes: decoded.bytes } }
  const reason = decoded.state === 'unknown-encoding' ? 'encoding' : decoded.state
  return { outcome: 'failure', reason, sent: true, cause: decoded.cause ?? null, partial: reply }
}

function send(dispatcher: Dispatcher, request: ExchangeRequest, settle: (result: Exchange) => void): void {
  let controller: Dispatcher.DispatchController | null = null
  let timer: NodeJS.Timeout | null = null
  let dueMs = 0
  let head: Omit<Reply, 'bytes'> | null = null
  let expected: number | null = null
  let length = 0
  let isOver = false
  const chunks: Uint8Array[] = []

  const finish = (result: Exchange): void => {
    if (isOver) return
    isOver = true
    if (timer) clearTimeout(timer)
    request.signal?.removeEventListener('abort', onAbort)
    settle(result)
  }
  const fail = (reason: FailureReason, cause: unknown): void => {
    const partial = head ? { ...head, bytes: Buffer.concat(chunks, length) } : null
    const failure: Failure = { outcome: 'failure', reason, sent: controller !== null, cause, partial }
    finish(failure)
    controller?.abort(cause instanceof Error ? cause : new Error(reason))
  }
  /**
   * A timer that fires late fires because this process stood still (stopped, swapped out, the machine asleep), and before
   * the sockets are read: the reply may be here already, so there is a little more time.
   */
  const expireIn = (ms: number, reason: FailureReason): void => {
    if (timer) clearTimeout(timer)
    dueMs = performance.now() + ms
    timer = setTimeout(() => {
      if (performance.now() - dueMs > stoodStillMs) expireIn(Math.min(ms, graceMs), reason)
      else fail(reason, null)
    }, ms)
  }
  const onAbort = (): void => fail('aborted', request.signal?.reason)
  if (request.signal?.aborted) {
    onAbort()
    return
  }
  request.signal?.addEventListener('abort', onAbort, { once: true })

  const handler: Dispatcher.DispatchHandler = {
    // Called when the connection stands and the request is about to be written: before it, nothing was sent.
    onRequestStart(started) {
      if (isOver || controller) return started.abort(new Error('not wanted any more'))
      controller = started
      expireIn(request.headersTimeoutMs, 'headers-timeout')
    },
    onResponseStart(_started, status, headers) {
      if (isOver || status < 200) return
      head = { status, headers: flatten(headers) }
      const said = head.headers['content-length']
      // The answer to a HEAD says the length of a body that does not come.
      expected = said !== undefined && /^\d+$/.test(said) && request.method !== 'HEAD' ? Number(said) : null
      expireIn(request.idleTimeoutMs, 'idle-timeout')
      if (expected !== null && expected > request.maxBytes) fail('too-big', null)
    },
    onResponseData(_started, chunk) {
      if (isOver) return
      timer?.refresh()
      dueMs = performance.now() + request.idleTimeoutMs
      length += chunk.length
      if (length > request.maxBytes) {
        length -= chunk.length
        return fail('too-big', null)
      }
      chunks.push(chunk)
    },
    onResponseEnd() {
      if (!head || isOver) return
      if (expected !== null && expected !== length) return fail('cut-off', null)
      finish({ outcome: 'reply', reply: { ...head, bytes: joined(chunks, length) } })
    },
    onResponseError(_started, cause) {
      fail(head ? 'cut-off' : 'connection', cause)
    },
    onRequestUpgrade(_started, _status, _headers, socket) {
      socket.destroy()
      fail('connection', new Error('the server changed the protocol'))
    },
  }
  const { origin, pathname, search } = request.url
  const body = request.body
  try {
    dispatcher.dispatch(
      { origin, path: pathname + search, method: request.method, headers: { ...request.headers }, body },
      handler,
    )
  } catch (cause) {
    fail('connection', cause)
  }
}

/** One chunk needs no copy. */
const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const [only, ...others] = chunks
  return only && others.length === 0 ? only : Buffer.concat(chunks, length)
}

const flatten = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
