import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type FetchOptions, formAround, type NetworkOptions, openNetwork } from '#engine/network/network.ts'
import { AppError } from '#shared/errors.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return `http://127.0.0.1:${address.port}`
}

function network(options: NetworkOptions = {}) {
  const opened = openNetwork({ connectTimeoutMs: 2_000, headersTimeoutMs: 5_000, idleTimeoutMs: 5_000, ...options })
  closers.push(() => opened.close())
  return opened
}

const get = { method: 'GET', repeatable: true } as const
const streamFrom = (url: string, options: Partial<FetchOptions> = {}, settings: NetworkOptions = {}) =>
  network(settings).streamForProvider({ origins: [new URL(url).origin] })(url, { ...get, ...options })

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw error
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const chunk of chunks) pieces.push(chunk)
  return Buffer.concat(pieces).toString()
}

/** Writes until the other side takes no more, counting; `total` bytes at most. */
function pour(response: ServerResponse, total: number, onWritten: (bytes: number) => void): void {
  const piece = Buffer.alloc(64 * 1024, 'x')
  let left = total
  const more = (): void => {
    while (left > 0) {
      const size = Math.min(piece.length, left)
      left -= size
      onWritten(size)
      if (!response.write(piece.subarray(0, size))) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}

async function fileOf(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-body-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'lines.jsonl')
  await writeFile(path, bytes)
  return path
}

describe('a reply in pieces', () => {
  test('has its head at once, then its bytes, whatever its status', async () => {
    const goOn: (() => void)[] = []
    const url = await httpServer((_request, response) => {
      response.writeHead(418, { 'X-Thing': 'a' }).write('tea')
      goOn.push(() => response.end('pot'))
    })
    const { status, headers, chunks } = await streamFrom(url)
    expect([status, headers['x-thing']]).toEqual([418, 'a'])
    await vi.waitFor(() => expect(goOn).toHaveLength(1))
    goOn[0]?.()
    expect(await textOf(chunks)).toBe('teapot')
  })

  test('of 512 MB waits at the far end while nobody reads, and comes whole afterwards', async () => {
    const total = 512 * 1024 * 1024
    let written = 0
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-length': total })
      pour(response, total, (bytes) => {
        written += bytes
      })
    })
    // No clock runs while the reader is slow: far longer than this one.
    const { chunks } = await streamFrom(url, {}, { idleTimeoutMs: 300 })
    const reader = chunks[Symbol.asyncIterator]()
    const first = await reader.next()
    await new Promise((done) => setTimeout(done, 900))
    // What the kernel holds of a loopback connection, and one megabyte of ours.
    expect(written).toBeLessThan(32 * 1024 * 1024)
    let read = first.value?.length ?? 0
    for (;;) {
      const { value, done } = await reader.next()
      if (done) break
      read += value.length
    }
    expect([read, written]).toEqual([total, total])
  }, 60_000)

  test('that breaks off is provider-unavailable where it is read; left early, its connection ends', async () => {
    const url = await httpServer((request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('begun')
      if (request.url === '/torn') setImmediate(() => response.socket?.destroy())
      else response.socket?.once('close', () => closed.push('left'))
    })
    const closed: string[] = []
    const torn = await streamFrom(`${url}/torn`)
    const error = await failureOf(textOf(torn.chunks))
    expect([error.code, error.message]).toEqual(['provider-unavailable', expect.stringContaining('cut off')])
    const left = await streamFrom(`${url}/left`)
    for await (const _chunk of left.chunks) break
    await vi.waitFor(() => expect(closed).toEqual(['left']))
  })

  test('that stops in the middle, that was stopped, or that is too big, says so', async () => {
    const url = await httpServer((request, response) => {
      if (request.url === '/never') return
      if (request.url === '/big') return void response.writeHead(200, { 'content-length': 2_000_000 }).end('x')
      response.writeHead(200).write('begun')
      if (request.url === '/endless') pour(response, 50_000_000, () => undefined)
    })
    const idle = await streamFrom(url, {}, { idleTimeoutMs: 100 })
    expect((await failureOf(textOf(idle.chunks))).message).toContain('stopped in the middle')
    expect((await failureOf(streamFrom(`${url}/never`, { headersTimeoutMs: 100 }))).code).toBe('provider-unavailable')
    const stop = new AbortController()
    const stopped = await streamFrom(url, { signal: stop.signal })
    const reading = failureOf(textOf(stopped.chunks))
    stop.abort()
    expect((await reading).code).toBe('canceled')
    for (const path of ['/big', '/endless']) {
      const { chunks } = await streamFrom(url + path, { maxBytes: 1_000_000 })
      const error = await failureOf(textOf(chunks))
      expect([error.code, error.message]).toEqual(['bad-response', expect.stringContaining('more than 1 MB')])
    }
  })

  test('is unpacked when it comes compressed unasked; a torn one is cut off, an unknown way is refused', async () => {
    const closed: string[] = []
    const packed = gzipSync(`hello ${'x'.repeat(100_000)}`)
    const url = await httpServer((request, response) => {
      const encoding = request.url === '/odd' ? 'odd' : 'gzip'
      if (encoding === 'odd') response.socket?.once('close', () => closed.push('odd'))
      response.writeHead(200, { 'content-encoding': encoding })
      if (encoding === 'odd') response.write('begun')
      else response.end(request.url === '/torn' ? packed.subarray(0, 60) : packed)
    })
    const whole = await textOf((await streamFrom(url)).chunks)
    expect([whole.slice(0, 6), whole.length]).toEqual(['hello ', 100_006])
    expect((await failureOf(textOf((await streamFrom(`${url}/torn`)).chunks))).code).toBe('provider-unavailable')
    expect((await failureOf(textOf((await streamFrom(`${url}/odd`)).chunks))).code).toBe('bad-response')
    await vi.waitFor(() => expect(closed).toEqual(['odd']))
    const bomb = await streamFrom(url, { maxBytes: 50_000 })
    expect((await failureOf(textOf(bomb.chunks))).code).toBe('bad-response')
  })

  test('goes to the provider’s own origins only, and no key over http to another machine', async () => {
    const url = await httpServer((_request, response) => response.end('ok'))
    const stream = network().streamForProvider({ origins: [url, 'http://gpu.example:80'] })
    expect((await failureOf(stream('https://elsewhere.example/x', get))).code).toBe('bad-response')
    const headers = { authorization: 'Bearer sk-1' }
    expect((await failureOf(stream('http://gpu.example:80/x', { ...get, headers }))).code).toBe('auth')
    const open = await failureOf(
      network().streamForProvider({ origins: ['http://127.0.0.1:1'] })('http://127.0.0.1:1/', get),
    )
    expect(open.code).toBe('provider-unavailable')
  })
})

describe('a file as a body', () => {
  test('arrives as it is with its length, with the bytes of a form around it', async () => {
    const bytes = randomBytes(1_500_000)
    const path = await fileOf(bytes)
    let came: { length: string | undefined; text: string | null; file: Buffer } | null = null
    const url = await httpServer(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece)
      const type = request.headers['content-type'] ?? ''
      const body = new Response(new Uint8Array(Buffer.concat(pieces)), { headers: { 'content-type': type } })
      const form = await body.formData()
      const file = form.get('file')
      came = {
        length: request.headers['content-length'],
        text: String(form.get('purpose')),
        file: file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0),
      }
      response.end('ok')
    })
    const file = { field: 'file', name: 'a "b".jsonl', type: 'application/jsonl' }
    const { before, after, contentType } = formAround({ purpose: 'batch' }, file)
    const body = { path, byteLength: bytes.length, before, after }
    const send = network().forProvider({ origins: [url] })
    const sent = { method: 'POST', body, headers: { 'content-type': contentType }, repeatable: true } as const
    expect((await send(url, sent)).status).toBe(200)
    expect(came).toEqual({ length: String(bytes.length + before.length + after.length), text: 'batch', file: bytes })
  })

  test('of 200 MB is read only as fast as it leaves', async () => {
    const path = await fileOf(Buffer.from('x'))
    const byteLength = 200 * 1024 * 1024
    await truncate(path, byteLength)
    const goOn: (() => void)[] = []
    let received = 0
    const url = await httpServer((request, response) => {
      request.once('data', (piece: Buffer) => {
        received += piece.length
        request.pause()
        goOn.push(() => {
          request.on('data', (more: Buffer) => {
            received += more.length
          })
          request.resume()
        })
      })
      request.on('end', () => response.end('ok'))
    })
    const send = network().forProvider({ origins: [url] })
    const before = process.memoryUsage().arrayBuffers
    const reply = send(url, { method: 'PUT', body: { path, byteLength }, repeatable: true })
    await vi.waitFor(() => expect(goOn).toHaveLength(1))
    await new Promise((done) => setTimeout(done, 500))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(48 * 1024 * 1024)
    goOn[0]?.()
    expect((await reply).status).toBe(200)
    expect(received).toBe(byteLength)
  }, 60_000)

  test('a slow upload is no timeout; one that stands still is', async () => {
    const path = await fileOf(Buffer.alloc(40_000_000))
    const url = await httpServer((request, response) => {
      if (request.url === '/still') return void request.pause()
      let taken = 0
      request.on('data', (piece: Buffer) => {
        taken += piece.length
        if (taken < 2_000_000) return
        taken = 0
        request.pause()
        setTimeout(() => request.resume(), 100)
      })
      request.on('end', () => response.end('ok'))
    })
    const send = network().forProvider({ origins: [url] })
    const body = { path, byteLength: 40_000_000 }
    const options = { method: 'PUT', body, headersTimeoutMs: 1_000, repeatable: true } as const
    const startedMs = performance.now()
    expect((await send(`${url}/slow`, options)).status).toBe(200)
    expect(performance.now() - startedMs).toBeGreaterThan(1_500)
    expect((await failureOf(send(`${url}/still`, options))).message).toContain('no answer came in time')
  })

  test('that is not there, or has another length, is storage, and nothing is sent', async () => {
    let requests = 0
    const url = await httpServer((_request, response) => {
      requests++
      response.end('ok')
    })
    const path = await fileOf(Buffer.from('abc'))
    const send = network().forProvider({ origins: [url] })
    const sendFile = (of: string, byteLength: number) =>
      failureOf(send(url, { method: 'PUT', body: { path: of, byteLength }, repeatable: true }))
    expect((await sendFile(`${path}.gone`, 3)).code).toBe('storage')
    const longer = await sendFile(path, 4)
    expect([longer.code, longer.billed, longer.message]).toEqual(['storage', false, expect.stringContaining('3 bytes')])
    expect(requests).toBe(0)
  })

  test('that becomes shorter on its way is storage, not a broken connection', async () => {
    const byteLength = 100_000_000
    const path = await fileOf(Buffer.from('x'))
    await truncate(path, byteLength)
    const url = await httpServer((request) => {
      request.once('data', async () => {
        request.pause()
        await truncate(path, 10)
        request.resume()
      })
    })
    const send = network().forProvider({ origins: [url] })
    const error = await failureOf(send(url, { method: 'PUT', body: { path, byteLength }, repeatable: false }))
    expect([error.code, error.message]).toEqual(['storage', expect.stringContaining('became shorter')])
  })
})
