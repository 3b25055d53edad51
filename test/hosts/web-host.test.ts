import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEventLog, type EventLog } from '#api/event-log.ts'
import { startWebHost, type WebHost } from '../../electron/web/web.ts'
import { emptyEngine } from './empty-engine.ts'
import { openSession, rawGet, rawRequest } from './raw-request.ts'

let folder: string
let host: WebHost
let port: number
let eventLog: EventLog
let cookie: string
let followed: (AbortSignal | undefined)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofsheet-web-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'picture'), 'not really a picture')
  const file = join(folder, 'picture')
  const log = createEventLog()
  followed = []
  eventLog = {
    ...log,
    follow: (after, signal) => {
      followed.push(signal)
      return log.follow(after, signal)
    },
  }
  host = await startWebHost({
    engine: emptyEngine({
      7: { file, contentType: 'image/png', etag: 'abc' },
      8: { file, contentType: 'image/svg+xml', etag: 'def' },
      9: { file: join(folder, 'gone'), contentType: 'image/png', etag: 'ghi' },
    }),
    eventLog,
    port: 0,
    rendererFolder: folder,
    onDefect: () => {},
  })
  port = Number(new URL(host.url).port)
  cookie = `Cookie: ${await openSession(port, host.urlWithToken)}`
})

afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true, force: true })
})

describe('pictures', () => {
  test('are sent by id with their type, length and tag, inert and never sniffed', async () => {
    const reply = await rawGet(port, '/media/7/preview', [cookie])
    expect([reply.status, reply.body]).toEqual([200, 'not really a picture'])
    expect(reply.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '20',
      etag: '"abc"',
      'content-disposition': 'inline; filename="image-7-preview.png"',
      'x-content-type-options': 'nosniff',
    })
    expect(reply.headers['content-security-policy']).toContain('sandbox')
    const head = await rawRequest(port, ['HEAD /media/7/preview HTTP/1.1', `Host: 127.0.0.1:${port}`, cookie])
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '20', ''])
  })

  test('are kept for ever where the address names the content, and asked for again where it does not', async () => {
    const named = await rawGet(port, '/media/7/thumb?v=abc', [cookie])
    expect(named.headers['cache-control']).toBe('private, max-age=31536000, immutable')
    const plain = await rawGet(port, '/media/7/thumb', [cookie])
    expect(plain.headers['cache-control']).toBe('private, no-cache')
    const again = await rawGet(port, '/media/7/thumb', [cookie, 'If-None-Match: "x", W/"abc"'])
    expect([again.status, again.body]).toEqual([304, ''])
    expect((await rawGet(port, '/media/7/thumb', [cookie, 'If-None-Match: "ab"'])).status).toBe(200)
  })

  test('an SVG is only handed out as a download; an unknown id is 404; a lost file is a defect, not a hang', async () => {
    const svg = await rawGet(port, '/media/8/full', [cookie])
    expect(svg.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="image-8-full.bin"',
    })
    expect((await rawGet(port, '/media/99/full', [cookie])).status).toBe(404)
    expect((await rawGet(port, '/media/9/full', [cookie])).status).toBe(500)
  })
})

describe('the event stream', () => {
  const open = () =>
    new Promise<{ text: () => string; closed: Promise<void>; leave: () => void }>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let received = ''
      const closed = new Promise<void>((done) => socket.on('close', () => done()))
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        received += chunk.toString()
        resolve({ text: () => received, closed, leave: () => socket.destroy() })
      })
      socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${cookie}\r\n\r\n`)
    })

  test('brings each event with its number as the id, so that a browser can come back to it', async () => {
    const stream = await open()
    expect(stream.text()).toContain('content-type: text/event-stream')
    eventLog.add({ kind: 'queue-changed' })
    await expect.poll(() => stream.text()).toMatch(/id: (\d+)\r?\n(.|\r|\n)*"number":\1/)
  })

  test('a reader that leaves ends what follows for it', async () => {
    const stream = await open()
    const [signal] = followed
    expect(signal?.aborted).toBe(false)
    stream.leave()
    await expect.poll(() => signal?.aborted).toBe(true)
  })

  test('closing the host ends open streams and idle connections at once', async () => {
    const streams = [await open(), await open()]
    await host.close()
    await Promise.all(streams.map((stream) => stream.closed))
    await expect(rawGet(port, '/')).rejects.toThrow('ECONNREFUSED')
  })
})

test('a taken port and a window that was not built are said plainly', async () => {
  const options = { engine: emptyEngine(), eventLog, rendererFolder: folder }
  await expect(startWebHost({ ...options, port })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(String(port)),
  })
  await expect(startWebHost({ ...options, port: 0, rendererFolder: join(folder, 'none') })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('npm run build'),
  })
})
