import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Engine } from '#engine/engine.ts'
import { AppError } from '#shared/errors.ts'
import { closerOf } from './close.ts'

interface HookListenerOptions {
  readonly receive: Engine['receiveHook']
  /** 0 takes a free one. */
  readonly port: number
  /** The address to listen on, `127.0.0.1` where a reverse proxy runs on the same machine. */
  readonly host: string
  /** Requests in a second, all senders together; the default is 100, twice as many at once. */
  readonly perSecond?: number
  /** The default is 4 MB: some services send a job's input along, pictures and all. */
  readonly maxBodyBytes?: number
}

export interface HookListener {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Connections at the same time, which with the body's limit bounds the memory that strangers can take. */
const mostConnections = 32
const address = /^\/hooks\/([a-z0-9-]{1,40})$/
const statusOf = { taken: 204, refused: 401, later: 503, nowhere: 404 } as const

/**
 * The one thing of Proofsheet that may stand at a public address: it takes `POST /hooks/PROVIDER` and answers everything
 * else with 404, never with a body, a name or a date. It has no way to the window, the REST interface or the library.
 * Throws AppError `conflict` where the port is taken.
 */
export async function startHookListener(options: HookListenerOptions): Promise<HookListener> {
  const { receive, perSecond = 100, maxBodyBytes = 4_000_000 } = options
  const isWithinRate = bucketOf(perSecond)

  async function answer(request: IncomingMessage): Promise<number> {
    const provider = request.method === 'POST' ? address.exec(request.url ?? '')?.[1] : undefined
    if (provider === undefined) return 404
    if (!isWithinRate()) return 429
    if (request.headers['content-encoding'] !== undefined) return 415
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return 413
    const body = await readUpTo(request, maxBodyBytes)
    if (body === null) return 413
    const headers = Object.fromEntries(
      Object.entries(request.headersDistinct).flatMap(([name, values]) =>
        values?.length === 1 ? [[name, values[0] ?? '']] : [],
      ),
    )
    return statusOf[await receive(provider, { headers, body, receivedMs: Date.now() })]
  }

  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 8_192 },
    (request, response) => {
      response.sendDate = false
      answer(request).then(
        (status) => end(response, status),
        () => end(response, 400),
      )
    },
  )
  server.maxConnections = mostConnections
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('upgrade', (_request, socket) => socket.destroy())
  server.on('connect', (_request, socket) => socket.destroy())
  const close = closerOf(server)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options.port, options.host, resolve)
  await promise.catch((cause: unknown) => {
    const sentence = `Webhooks cannot be taken at ${options.host}:${options.port}: the port is taken, or the address is not this machine’s. Choose others with --hooks-port and --hooks-host.`
    throw new AppError('conflict', sentence, { cause })
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the listener has no port')
  return { port: bound.port, close }
}

/** The connection is closed each time: what is left of a body that was refused is not read. */
function end(response: ServerResponse, status: number): void {
  if (response.destroyed) return
  response.writeHead(status, { connection: 'close', ...(status === 204 ? {} : { 'content-length': '0' }) }).end()
}

/** The body, or null as soon as it is larger. Rejects where the sender went away. */
async function readUpTo(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | null>()
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > maxBytes) {
      request.pause()
      return resolve(null)
    }
    chunks.push(chunk)
  })
  request.on('end', () => resolve(Buffer.concat(chunks)))
  request.on('error', reject)
  request.on('close', () => reject(new Error('the sender went away')))
  return promise
}

/** Lets so many through in a second, and twice as many at once after a quiet time. */
function bucketOf(perSecond: number): () => boolean {
  let tokens = perSecond * 2
  let atMs = performance.now()
  return () => {
    const nowMs = performance.now()
    tokens = Math.min(perSecond * 2, tokens + ((nowMs - atMs) / 1000) * perSecond)
    atMs = nowMs
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
