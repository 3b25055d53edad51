import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

/** A body that is made while it is sent. */
export interface SentInPieces {
  readonly byteLength: number
  readonly pieces: AsyncIterable<Uint8Array>
}

export interface ExchangeRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | SentInPieces | null
  readonly signal: AbortSignal | null
  /** From the request being sent to the reply's headers; each piece of a body that leaves begins it anew. */
  readonly headersTimeoutMs: number
  /** Between two pieces of the body; progress is never a timeout. */
  readonly idleTimeoutMs: number
  readonly maxBytes: number
}

export interface ReplyHead {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
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

/** `sent` is false only where it is certain that no byte of the request left. */
export interface Broken {
  readonly reason: FailureReason
  readonly sent: boolean
  readonly cause: unknown
}

/** What is told of a reply as it comes: the head once, then pieces, then one of the two ends. */
export interface Listener {
  onHead(head: ReplyHead): void
  onPiece(piece: Uint8Array): void
  onEnd(): void
  onBroken(broken: Broken): void
}

export interface Conversation {
  /** Reads no more until `resume`; no clock runs meanwhile, because it is not the far end that is slow. */
  pause(): void
  resume(): void
  /** Ends it; nothing is told after that. */
  leave(): void
}

/** So much late, and it was not the network that was slow. */
const stoodStillMs = 1000
const graceMs = 5000

/** Sends one request over HTTP/1.1 and tells what comes back. Never throws, never sends twice, follows no redirect. */
export function converse(dispatcher: Dispatcher, request: ExchangeRequest, listener: Listener): Conversation {
  let controller: Dispatcher.DispatchController | null = null
  let timer: NodeJS.Timeout | null = null
  let dueMs = 0
  let head: ReplyHead | null = null
  let expected: number | null = null
  let length = 0
  let isOver = false

  const stopClock = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  /** True the first time. */
  const close = (): boolean => {
    if (isOver) return false
    isOver = true
    stopClock()
    request.signal?.removeEventListener('abort', onAbort)
    return true
  }
  const fail = (reason: FailureReason, cause: unknown): void => {
    if (close()) listener.onBroken({ reason, sent: controller !== null, cause })
    controller?.abort(cause instanceof Error ? cause : new Error(reason))
  }
  /**
   * A timer that fires late fires because this process stood still (stopped, swapped out, the machine asleep), and before
   * the sockets are read: the reply may be here already, so there is a little more time.
   */
  const expireIn = (ms: number, reason: FailureReason): void => {
    stopClock()
    dueMs = performance.now() + ms
    timer = setTimeout(() => {
      if (performance.now() - dueMs > stoodStillMs) expireIn(Math.min(ms, graceMs), reason)
      else fail(reason, null)
    }, ms)
  }
  /** The same clock from now on again. */
  const restart = (ms: number): void => {
    timer?.refresh()
    dueMs = performance.now() + ms
  }
  const onAbort = (): void => fail('aborted', request.signal?.reason)

  const handler: Dispatcher.DispatchHandler = {
    // Called when the connection stands and the request is about to be written: before it, nothing was sent.
    onRequestStart(started) {
      if (isOver || controller) return started.abort(new Error('not wanted any more'))
      controller = started
      expireIn(request.headersTimeoutMs, 'headers-timeout')
    },
    onBodySent() {
      if (!isOver && !head) restart(request.headersTimeoutMs)
    },
    onResponseStart(_started, status, headers) {
      if (isOver || status < 200) return
      head = { status, headers: flatten(headers) }
      const said = head.headers['content-length']
      // The answer to a HEAD says the length of a body that does not come.
      expected = said !== undefined && /^\d+$/.test(said) && request.method !== 'HEAD' ? Number(said) : null
      expireIn(request.idleTimeoutMs, 'idle-timeout')
      listener.onHead(head)
      if (expected !== null && expected > request.maxBytes) fail('too-big', null)
    },
    onResponseData(_started, piece) {
      if (isOver) return
      restart(request.idleTimeoutMs)
      length += piece.length
      if (length > request.maxBytes) return fail('too-big', null)
      listener.onPiece(piece)
    },
    onResponseEnd() {
      if (!head || isOver) return
      if (expected !== null && expected !== length) return fail('cut-off', null)
      if (close()) listener.onEnd()
    },
    onResponseError(_started, cause) {
      fail(head ? 'cut-off' : 'connection', cause)
    },
    onRequestUpgrade(_started, _status, _headers, socket) {
      socket.destroy()
      fail('connection', new Error('the server changed the protocol'))
    },
  }

  if (request.signal?.aborted) onAbort()
  else {
    request.signal?.addEventListener('abort', onAbort, { once: true })
    dispatch(dispatcher, request, handler, (cause) => fail('connection', cause))
  }

  return {
    pause() {
      if (isOver || !head || controller?.paused) return
      controller?.pause()
      stopClock()
    },
    resume() {
      if (isOver || !controller?.paused) return
      expireIn(request.idleTimeoutMs, 'idle-timeout')
      controller.resume()
    },
    leave() {
      if (close()) controller?.abort(new Error('not wanted any more'))
    },
  }
}

function dispatch(
  dispatcher: Dispatcher,
  { url, method, headers, body }: ExchangeRequest,
  handler: Dispatcher.DispatchHandler,
  onRefused: (cause: unknown) => void,
): void {
  const isInPieces = body !== null && 'pieces' in body
  try {
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: isInPieces ? { ...headers, 'content-length': String(body.byteLength) } : { ...headers },
        body: isInPieces ? Readable.from(body.pieces, { objectMode: false }) : body,
      },
      handler,
    )
  } catch (cause) {
    onRefused(cause)
  }
}

const flatten = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
