import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EngineRooms } from '#api/engine-rooms.ts'
import type { OnDefect } from '#api/errors.ts'
import { answerMedia } from '#api/media.ts'
import { openApiDocument } from '#api/openapi.ts'
import type { RendererFiles } from '#api/renderer-files.ts'
import type { AnswerCall } from './calls.ts'
import { refusalOf } from './guard.ts'
import { isReaderGone, sendFile, sendJson, sendPage, setSafetyHeaders } from './reply.ts'
import type { Sessions } from './sessions.ts'

interface AnswerOptions {
  readonly port: number
  readonly cookieName: string
  readonly sessions: Sessions
  readonly rendererFiles: RendererFiles
  readonly calls: { readonly rpc: AnswerCall; readonly rest: AnswerCall }
  readonly engine: Pick<EngineRooms, 'media'>
  readonly version: string
  readonly maxBodyBytes: number
  readonly onDefect: OnDefect
  /** Shows a new address in the terminal. */
  readonly announce: () => void
}

type Part = 'rpc' | 'rest' | 'media' | 'page'

function partOf(path: string): Part {
  if (path === '/rpc' || path.startsWith('/rpc/')) return 'rpc'
  if (path === '/api' || path.startsWith('/api/')) return 'rest'
  return path.startsWith('/media/') ? 'media' : 'page'
}

/** A refusal in the form that the caller reads: oRPC's envelope, plain JSON for REST, a page for people. */
function sendRefusal(response: ServerResponse, part: Part, status: number, code: string, message: string) {
  const body = { defined: false, code, status, message }
  if (part === 'rpc') sendJson(response, status, { json: body })
  else if (part === 'rest') sendJson(response, status, body)
  else sendPage(response, status, status === 404 ? 'Not found' : 'Proofsheet', message)
}

const newAddressSentence =
  'This address opens Proofsheet once, in one browser. Look at the terminal that Proofsheet runs in for a new one.'
const tokenSentence = 'Send "Authorization: Bearer TOKEN" with the token that the terminal shows.'

/** Guard, then session, then the answer; every reply carries the safety headers and none allows another origin. */
export function answerRequest(options: AnswerOptions): RequestListener {
  const { port, cookieName, sessions, maxBodyBytes, onDefect } = options

  const askForSession = (response: ServerResponse, part: Part) => {
    if (part === 'page' && !sessions.hasUnusedToken()) options.announce()
    sendRefusal(response, part, 401, 'UNAUTHORIZED', part === 'rest' ? tokenSentence : newAddressSentence)
  }

  const openSession = (request: IncomingMessage, response: ServerResponse, token: string) => {
    const isKnown = sessions.isKnown(request.headers)
    const secret = isKnown || request.method !== 'GET' ? null : sessions.redeem(token)
    if (!isKnown && secret === null) return askForSession(response, 'page')
    if (secret !== null) {
      response.setHeader('set-cookie', `${cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict`)
    }
    response.writeHead(303, { location: '/', 'cache-control': 'no-store' }).end()
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s)
    const part = partOf(path)
    const refusal = refusalOf(request, port, maxBodyBytes)
    if (refusal) {
      response.setHeader('connection', 'close')
      return sendRefusal(response, part, refusal.status, codeOf(refusal.status), refusal.message)
    }
    const query = new URLSearchParams(search)
    const token = path === '/' ? query.get('token') : null
    if (token !== null) return openSession(request, response, token)
    if (!sessions.isKnown(request.headers)) return askForSession(response, part)
    if (part === 'rpc' || part === 'rest') return answerCall(request, response, path, part)
    if (request.method === 'POST') return sendRefusal(response, part, 405, 'METHOD_NOT_SUPPORTED', 'This is only read.')
    const reply =
      part === 'media'
        ? await answerMedia(options.engine, path, query, request.headers['if-none-match'] ?? null)
        : options.rendererFiles(path)
    if (reply.status === 404) return sendRefusal(response, part, 404, 'not-found', 'There is nothing at this address.')
    await sendFile(request, response, reply)
  }

  const answerCall = async (request: IncomingMessage, response: ServerResponse, path: string, part: 'rpc' | 'rest') => {
    if (path === '/api/openapi.json' && request.method === 'GET') {
      return sendJson(response, 200, await openApiDocument(options.version, '/api'))
    }
    if (request.method !== 'HEAD') {
      response.setHeader('cache-control', 'no-store')
      if (await options.calls[part](request, response)) return
    }
    const message = `There is no ${request.method ?? ''} ${path}. /api/openapi.json lists what there is.`
    sendRefusal(response, part, 404, 'not-found', message)
  }

  return (request, response) => {
    setSafetyHeaders(response)
    answer(request, response).catch((error: unknown) => {
      if (isReaderGone(error)) return
      onDefect(error, 'the web host')
      if (response.headersSent) return void response.destroy()
      sendPage(response, 500, 'Proofsheet', 'Proofsheet failed by a fault of its own. Its terminal says more.')
    })
  }
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'not-found',
  405: 'METHOD_NOT_SUPPORTED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
}
const codeOf = (status: number): string => codes[status] ?? 'BAD_REQUEST'
