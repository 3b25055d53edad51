import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRouter } from '#api/api.ts'
import type { EngineRooms } from '#api/engine-rooms.ts'
import { defectText, type OnDefect } from '#api/errors.ts'
import type { EventLog } from '#api/event-log.ts'
import { listRendererFiles } from '#api/renderer-files.ts'
import { AppError } from '#shared/errors.ts'
import { answerRequest } from './answer.ts'
import { createCalls } from './calls.ts'
import { closerOf } from './close.ts'
import { createSessions } from './sessions.ts'

interface WebHostOptions {
  readonly engine: EngineRooms
  readonly eventLog: EventLog
  /** 0 takes a free one. */
  readonly port: number
  /** The built window: `out/renderer`. */
  readonly rendererFolder: string
  /** The program's version, for the OpenAPI document. */
  readonly version?: string
  /** Told of a new address when somebody came without one that works, so that the terminal can show it. */
  readonly announce?: (urlWithToken: string) => void
  /** Told of defects; the default writes them to stderr. */
  readonly onDefect?: OnDefect
  /** The default is 100 MB. */
  readonly maxBodyBytes?: number
}

export interface WebHost {
  /** `http://127.0.0.1:4570/` */
  readonly url: string
  /** The same with a token that opens one browser, once. A `#/...` may be added to it. */
  readonly urlWithToken: string
  /** A new `urlWithToken`, for another browser or after the first was used. */
  readonly newToken: () => string
  /** For REST clients: `Authorization: Bearer TOKEN`. */
  readonly bearerToken: string
  /** Answers what is being asked, for a second at most, and ends. */
  readonly close: () => Promise<void>
}

/**
 * Serves the window and the contract on 127.0.0.1, to this person's own browsers and clients only. The engine stays
 * open when it closes. Throws `conflict` where the port is taken, `not-found` where the window has not been built.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const onDefect: OnDefect = options.onDefect ?? ((error, where) => process.stderr.write(defectText(error, where)))
  const maxBodyBytes = options.maxBodyBytes ?? 100_000_000
  const rendererFiles = await listRendererFiles(options.rendererFolder)
  const calls = createCalls(createRouter(options.engine, options.eventLog, onDefect), maxBodyBytes, onDefect)
  const server = createServer()
  const close = closerOf(server)
  const port = await listen(server, options.port)
  const cookieName = `proofsheet-${port}`
  const sessions = createSessions(cookieName)
  const url = `http://127.0.0.1:${port}/`
  const newAddress = () => `${url}?token=${sessions.newToken()}`
  const { engine, version = '0', announce } = options
  server.on(
    'request',
    answerRequest({
      port,
      cookieName,
      sessions,
      rendererFiles,
      calls,
      engine,
      version,
      maxBodyBytes,
      onDefect,
      announce: () => announce?.(newAddress()),
    }),
  )
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
  return {
    url,
    urlWithToken: newAddress(),
    newToken: newAddress,
    bearerToken: sessions.bearerToken,
    close,
  }
}

/** Loopback only, whatever the machine's other addresses are. Resolves to the port. */
async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', resolve)
  await promise.catch((cause: unknown) => {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    throw isTaken
      ? new AppError('conflict', `Port ${port} is taken by another program. Choose another with --port.`, { cause })
      : cause
  })
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
