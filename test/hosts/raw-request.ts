import { connect } from 'node:net'

export interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends bytes as they are, so that no client tidies the path or the headers, and reads until the host closes.
 * `lines` are the request line and headers; `Connection: close` is added.
 */
export function rawRequest(port: number, lines: readonly string[], body = ''): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(parseReply(Buffer.concat(chunks).toString('latin1'))))
    socket.write(Buffer.from(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`, 'latin1'))
  })
}

function parseReply(text: string): RawReply {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...headerLines] = head.split('\r\n')
  const headers = Object.fromEntries(
    headerLines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const raw = rest.join('\r\n\r\n')
  const body = headers['transfer-encoding'] === 'chunked' ? unchunked(raw) : raw
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body }
}

function unchunked(raw: string): string {
  const end = raw.indexOf('\r\n')
  const length = Number.parseInt(raw.slice(0, end), 16)
  return length > 0 ? raw.slice(end + 2, end + 2 + length) + unchunked(raw.slice(end + 4 + length)) : ''
}

/** A GET of one path with some more headers. */
export const rawGet = (port: number, path: string, headers: readonly string[] = [], host = `127.0.0.1:${port}`) =>
  rawRequest(port, [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...headers])

/** A POST of a JSON body with some more headers. */
export const rawPost = (
  port: number,
  path: string,
  headers: readonly string[],
  body = '{}',
  type = 'application/json',
) =>
  rawRequest(
    port,
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      ...(type === '' ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...headers,
    ],
    body,
  )

/** Opens the printed address as a browser does and gives the cookie it got, `name=value`. */
export async function openSession(port: number, urlWithToken: string): Promise<string> {
  const { pathname, search } = new URL(urlWithToken)
  const reply = await rawGet(port, pathname + search, ['Sec-Fetch-Site: none'])
  if (reply.status !== 303) throw new Error(`the address was answered with ${reply.status}: ${reply.body}`)
  return (reply.headers['set-cookie'] ?? '').split(';')[0] ?? ''
}
