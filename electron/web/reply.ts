import { open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { safetyHeaders } from '#api/content-policy.ts'
import type { FileReply } from '#api/file-reply.ts'

export function setSafetyHeaders(response: ServerResponse) {
  for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value)
}

export function sendJson(response: ServerResponse, status: number, body: unknown) {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
  })
  response.end(bytes)
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** A plain page with a heading and a sentence, for people who came to an address that has nothing for them. */
export function sendPage(response: ServerResponse, status: number, title: string, sentence: string) {
  const page =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
    `<title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></html>\n`
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : page)
}

/** Whether an error only says that the other end closed the connection in the middle. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'].includes(
    String(error.code),
  )

/**
 * Sends a file reply. The length is read from the very file that is sent. A reader who leaves in the middle is no error;
 * a file that cannot be read is.
 */
export async function sendFile(request: IncomingMessage, response: ServerResponse, reply: FileReply) {
  if (reply.file === null) {
    response.writeHead(reply.status, { ...reply.headers }).end()
    return
  }
  const handle = await open(reply.file, 'r')
  try {
    const { size } = await handle.stat()
    response.writeHead(reply.status, { ...reply.headers, 'content-length': size })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    await pipeline(handle.createReadStream({ autoClose: false }), response)
  } catch (error) {
    if (!isReaderGone(error)) throw error
  } finally {
    await handle.close()
  }
}
