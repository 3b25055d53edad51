import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type FetchOptions, type Network, type NetworkOptions, openNetwork, replyOf } from '#engine/network/network.ts'
import { AppError } from '#shared/errors.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Listens on a free loopback port and answers it. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

const quick = { connectTimeoutMs: 2_000, headersTimeoutMs: 2_000, idleTimeoutMs: 2_000 }

function network(options: NetworkOptions = {}): Network {
  const opened = openNetwork({ ...quick, ...options })
  closers.push(() => opened.close())
  return opened
}

/** A server of raw bytes: `onRequest` runs once per connection, when the request's head has come. */
async function rawServer(
  onRequest: (socket: Socket, head: string) => void,
): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    let seen = ''
    socket.on('data', (chunk) => {
      const isFirst = !seen.includes('\r\n\r\n')
      seen += chunk.toString('latin1')
      if (isFirst && seen.includes('\r\n\r\n')) onRequest(socket, seen)
    })
  })
  const port = await listen(server)
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}`, connections: () => connections }
}

async function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createHttpServer(answer)
  const port = await listen(server)
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}`
}

const post = { method: 'POST', body: '{}', repeatable: false } as const
const get = { method: 'GET', repeatable: true } as const

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw error
}

const fetchFailure = (url: string, options: FetchOptions, settings: NetworkOptions = {}): Promise<AppError> =>
  failureOf(network(settings).forProvider({ origins: [new URL(url).origin] })(url, options))

/** A port that was free a moment ago. */
async function deadOrigin(): Promise<string> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((done) => server.close(done))
  return `http://127.0.0.1:${port}`
}

describe('a whole reply', () => {
  test('comes with status, lower-case headers and bytes, whatever its status', async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(418, { 'X-Thing': 'a' }).end('teapot')
    })
    const reply = await network().forProvider({ origins: [url] })(`${url}/x?y=1`, get)
    expect([reply.status, reply.headers['x-thing'], Buffer.from(reply.bytes).toString()]).toEqual([418, 'a', 'teapot'])
  })

  test('is unpacked when it comes compressed unasked', async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'))
    })
    const reply = await network().forProvider({ origins: [url] })(url, get)
    expect(Buffer.from(reply.bytes).toString()).toBe('hello')
  })

  test('gets the same form as the same bytes, and the server can read them', async () => {
    const bodies: string[] = []
    const types: string[] = []
    const url = await httpServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      bodies.push(Buffer.concat(chunks).toString('latin1'))
      types.push(request.headers['content-type'] ?? '')
      response.end('ok')
    })
    const send = network().forProvider({ origins: [url] })
    for (let time = 0; time < 2; time++) {
      const form = new FormData()
      form.set('prompt', 'a "red" shoe – naïve')
      form.append('image[]', new File([new Uint8Array([1, 2, 255])], 'a"b.png', { type: 'image/png' }))
      await send(url, { method: 'POST', body: form, repeatable: false })
    }
    expect(bodies[0]).toBe(bodies[1])
    const read = await new Response(Buffer.from(bodies[0] ?? '', 'latin1'), {
      headers: { 'content-type': types[0] ?? '' },
    }).formData()
    expect(read.get('prompt')).toBe('a "red" shoe – naïve')
    const file = read.get('image[]')
    expect(file instanceof File && [...new Uint8Array(await file.arrayBuffer())]).toEqual([1, 2, 255])
  })
})

describe('before anything was sent', () => {
  test('refused is provider-unavailable, also for a paid request', async () => {
    const error = await fetchFailure(await deadOrigin(), post)
    expect([error.code, error.billed]).toEqual(['provider-unavailable', false])
    expect(error.message).toContain('refused the connection')
  })

  test('a name nobody knows is provider-unavailable', async () => {
    const resolve: NetworkOptions['resolve'] = (_name, answer) =>
      answer(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), [])
    const error = await fetchFailure('http://nowhere.example', post, { resolve })
    expect([error.code, error.message]).toEqual(['provider-unavailable', expect.stringContaining('not a known name')])
  })

  test('a failed TLS handshake is provider-unavailable', async () => {
    const server = createServer((socket) =>
      socket.on('data', () => socket.end('this is not TLS')).on('error', () => undefined),
    )
    const port = await listen(server)
    closers.push(() => server.close())
    const error = await fetchFailure(`https://127.0.0.1:${port}`, post)
    expect([error.code, error.billed]).toEqual(['provider-unavailable', false])
  })

  test('a connection that does not come about ends at its own timeout', async () => {
    // TLS over a server that accepts and says nothing: the connection is never ready.
    const server = createServer((socket) => closers.push(() => socket.destroy()))
    const port = await listen(server)
    closers.push(() => server.close())
    const error = await fetchFailure(`https://127.0.0.1:${port}`, post, {
      connectTimeoutMs: 100,
      headersTimeoutMs: 60_000,
    })
    expect([error.code, error.message]).toEqual([
      'provider-unavailable',
      expect.stringContaining('did not answer in time'),
    ])
  })

  test('a signal that has fired sends nothing and is canceled', async () => {
    const { url, connections } = await rawServer(() => undefined)
    const error = await fetchFailure(url, { ...post, signal: AbortSignal.abort() })
    expect([error.code, connections()]).toEqual(['canceled', 0])
  })
})

describe('after the request went out', () => {
  const losses: Record<string, (socket: Socket) => void> = {
    'reset without an answer': (socket) => socket.resetAndDestroy(),
    'closed without an answer': (socket) => socket.end(),
    'cut off with a length': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    'cut off in chunks': (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    'cut off in chunks, connection close': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    'cut off with a length, connection close': (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf'),
    'cut off in gzip': (socket) => {
      const half = gzipSync('x'.repeat(5_000)).subarray(0, 20)
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n')
      socket.end(half)
    },
    'cut off in gzip with a true length': (socket) => {
      const half = gzipSync('x'.repeat(5_000)).subarray(0, 20)
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${half.length}\r\n\r\n`)
      socket.end(half)
    },
    'an answer that is not HTTP': (socket) => socket.end('garbage\r\n\r\n'),
  }
  for (const [name, lose] of Object.entries(losses)) {
    test(`${name}: outcome-unknown for a paid request, sent once`, async () => {
      const { url, connections } = await rawServer(lose)
      const error = await fetchFailure(url, post)
      expect([error.code, error.billed, connections()]).toEqual(['outcome-unknown', null, 1])
      expect(error.message).toMatch(/charged/)
    })
    test(`${name}: provider-unavailable for a repeatable one`, async () => {
      const { url } = await rawServer(lose)
      expect((await fetchFailure(url, get)).code).toBe('provider-unavailable')
    })
  }

  test('what came of a cut-off reply is kept for a look', async () => {
    const { url } = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
    const reply = replyOf(await fetchFailure(url, post))
    expect([reply?.status, Buffer.from(reply?.bytes ?? []).toString()]).toEqual([200, 'half'])
  })

  test('no answer ends at the headers timeout', async () => {
    const { url } = await rawServer(() => undefined)
    const error = await fetchFailure(url, { ...post, headersTimeoutMs: 100 })
    expect([error.code, error.message]).toEqual(['outcome-unknown', expect.stringContaining('no answer came in time')])
  })

  test('a body that stops ends at the idle timeout', async () => {
    const { url } = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
    const error = await fetchFailure(url, post, { idleTimeoutMs: 100 })
    expect([error.code, error.message]).toEqual(['outcome-unknown', expect.stringContaining('stopped in the middle')])
  })

  test('a slow but steady body is not a timeout', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n')
      let left = 12
      const drip = setInterval(() => {
        socket.write('x')
        if (--left === 0) clearInterval(drip)
      }, 60)
      closers.push(() => clearInterval(drip))
    })
    // The whole takes 720 ms, longer than both timeouts; no pause is.
    const send = network({ idleTimeoutMs: 500, headersTimeoutMs: 500 }).forProvider({ origins: [url] })
    expect((await send(url, post)).bytes.length).toBe(12)
  })

  test('a person’s stop is outcome-unknown for a paid request, canceled for a repeatable one', async () => {
    for (const [options, code] of [
      [post, 'outcome-unknown'],
      [get, 'canceled'],
    ] as const) {
      const stop = new AbortController()
      const { url } = await rawServer(() => stop.abort())
      expect((await fetchFailure(url, { ...options, signal: stop.signal })).code).toBe(code)
    }
  })

  test('more bytes than allowed are bad-response, with a length and without, and packed', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000))
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => response.setHeader('content-length', 5_000).end('x'.repeat(5_000)),
      (response) => {
        response.write('x'.repeat(3_000))
        response.end('x'.repeat(2_000))
      },
      (response) => response.setHeader('content-encoding', 'gzip').end(bomb),
    ]
    for (const answer of answers) {
      const url = await httpServer((_request, response) => answer(response))
      const error = await fetchFailure(url, { ...post, maxBytes: 4_000 })
      expect([error.code, error.message]).toEqual(['bad-response', expect.stringContaining('more than 4000 bytes')])
    }
  })
})

test('a key is only sent where it belongs: own origins, no redirects, no plain http to other machines', async () => {
  const seen: string[] = []
  const other = await httpServer((request, response) => {
    seen.push(String(request.headers.authorization))
    response.end()
  })
  const own = await httpServer((_request, response) => response.writeHead(307, { location: `${other}/x` }).end())
  const send = network().forProvider({ origins: [own] })
  const headers = { authorization: 'Bearer canary' }
  const reply = await send(own, { ...post, headers })
  expect(reply.status).toBe(307)
  expect((await failureOf(send(other, { ...get, headers }))).code).toBe('bad-response')
  const lan = network({ resolve: (_name, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) })
  const { port } = new URL(other)
  const error = await failureOf(
    lan.forProvider({ origins: [`http://gpu.example:${port}`] })(`http://gpu.example:${port}`, { ...get, headers }),
  )
  expect([error.code, error.message]).toEqual(['auth', expect.not.stringContaining('canary')])
  expect(seen).toEqual([])
  expect(
    (await lan.forProvider({ origins: [`http://gpu.example:${port}`] })(`http://gpu.example:${port}`, get)).status,
  ).toBe(200)
})
