import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { safetyHeaders } from '#api/content-policy.ts'
import type { EngineRooms } from '#api/engine-rooms.ts'
import { notFoundReply } from '#api/file-reply.ts'
import { answerMedia } from '#api/media.ts'
import type { RendererFiles } from '#api/renderer-files.ts'
import { isTrickPath } from '#api/trick-path.ts'
import { scheme } from './security.ts'

/** Must be called before the app is ready: the page's scheme is an origin like any other, and a secure one. */
export function registerScheme() {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/**
 * Answers one request of the page: `proofsheet://app/` and its files, `proofsheet://app/media/42/thumb` from the engine,
 * with the headers of the web host. Everything else is 404. Never throws: a file that cannot be read is 500.
 */
async function answerPage(
  request: { readonly url: string; readonly method: string; readonly headers: Headers },
  rendererFiles: RendererFiles,
  engine: Pick<EngineRooms, 'media'>,
): Promise<Response> {
  const [, path = '', search = ''] = /^proofsheet:\/\/app(\/[^?#]*)(?:\?([^#]*))?/.exec(request.url) ?? []
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const answer = async () => {
    if (!isRead || isTrickPath(path)) return notFoundReply
    if (!path.startsWith('/media/')) return rendererFiles(path)
    return answerMedia(engine, path, new URLSearchParams(search), request.headers.get('if-none-match'))
  }
  try {
    const { status, headers, file } = await answer()
    const body = file === null || request.method === 'HEAD' ? null : await readFile(file)
    return new Response(body, { status, headers: { ...safetyHeaders, ...headers } })
  } catch (error) {
    process.stderr.write(`proofsheet: ${path} could not be read: ${error instanceof Error ? error.stack : error}\n`)
    return new Response(null, { status: 500, headers: { ...safetyHeaders } })
  }
}

export function servePage(rendererFiles: RendererFiles, engine: Pick<EngineRooms, 'media'>) {
  protocol.handle(scheme, (request) => answerPage(request, rendererFiles, engine))
}
