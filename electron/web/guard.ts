import type { IncomingMessage } from 'node:http'
import { isTrickPath } from '#api/trick-path.ts'

/** Why a request is refused, before anything of it is acted on. */
interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 413 | 415
  readonly message: string
}

const refuse = (status: Refusal['status'], message: string): Refusal => ({ status, message })

/** The names this host answers to. Every other one is another site's that points here (DNS rebinding). */
const hostNames = (port: number): readonly string[] =>
  ['127.0.0.1', 'localhost'].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))

/**
 * What is asked of every request, whoever sends it: a host name of ours, said once; where a browser says where it comes
 * from, that must be this very origin, port included; reads are GET or HEAD, writes are POST with JSON, so that no form
 * and no `no-cors` call of another site can make one. Who it is from is another question (sessions.ts).
 */
export function refusalOf(request: IncomingMessage, port: number, maxBodyBytes: number): Refusal | null {
  const { headers, method = '', url = '' } = request
  const hosts = request.headersDistinct.host ?? []
  const host = hosts[0] ?? ''
  if (hosts.length !== 1 || !hostNames(port).includes(host)) {
    return refuse(403, `This host answers only to ${hostNames(port).join(' and ')}.`)
  }
  const origins = request.headersDistinct.origin ?? []
  if (origins.some((origin) => origin !== `http://${host}`)) {
    return refuse(403, 'Only the page that this host serves may call it.')
  }
  const sites = request.headersDistinct['sec-fetch-site'] ?? []
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) {
    return refuse(403, 'Another site may not call or show this host. Open its address from the terminal.')
  }
  if (/prefetch|prerender/i.test(`${headers['sec-purpose'] ?? ''} ${headers.purpose ?? ''}`)) {
    return refuse(403, 'Nothing here is fetched ahead of time.')
  }
  if (headers.upgrade !== undefined) return refuse(400, 'This host speaks plain HTTP only.')
  if (isTrickPath(url.split('?')[0] ?? '')) return refuse(404, 'There is nothing at this address.')
  if (method === 'GET' || method === 'HEAD') return null
  if (method !== 'POST') return refuse(405, 'Use GET to read and POST to write.')
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') return refuse(415, 'Send "Content-Type: application/json"; the body may be empty.')
  if (headers['content-encoding'] !== undefined) return refuse(415, 'Send the body as plain JSON, not compressed.')
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) {
    return refuse(413, `The body is larger than ${maxBodyBytes} bytes. Send less at once.`)
  }
  return null
}
