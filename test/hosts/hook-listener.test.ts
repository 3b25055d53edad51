import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { HookOutcome } from '#engine/receive-hooks.ts'
import { startHookListener } from '../../electron/web/hook-listener.ts'
import { rawGet, rawPost, rawRequest } from './raw-request.ts'

async function openListener(options: { perSecond?: number; outcome?: HookOutcome; maxBodyBytes?: number } = {}) {
  const { outcome = 'taken', ...rest } = options
  const taken: { provider: string; body: string; headers: Readonly<Record<string, string>> }[] = []
  const listener = await startHookListener({
    receive: async (provider, { body, headers }) => {
      taken.push({ provider, body: Buffer.from(body).toString(), headers })
      return outcome
    },
    port: 0,
    host: '127.0.0.1',
    ...rest,
  })
  onTestFinished(() => listener.close())
  return { port: listener.port, taken }
}

test('it takes a POST for a provider, byte for byte, and says nothing but that', async () => {
  const { port, taken } = await openListener()
  const reply = await rawPost(port, '/hooks/fal', ['X-Twice: 1', 'X-Twice: 2', 'X-Once: 1'], '{"a": 1}\n')
  expect(reply).toEqual({ status: 204, headers: { connection: 'close' }, body: '' })
  expect(taken).toMatchObject([{ provider: 'fal', body: '{"a": 1}\n', headers: { 'x-once': '1' } }])
  // A header that came twice could be read in two ways.
  expect(taken[0]?.headers).not.toHaveProperty('x-twice')
})

test('everything else is 404 without a body, a name or a date: nothing of the app is here', async () => {
  const { port, taken } = await openListener()
  const paths = [
    '/',
    '/index.html',
    '/rpc/library/info',
    '/api/library',
    '/api/openapi.json',
    '/media/1/full',
    '/hooks',
  ]
  const replies = [
    ...(await Promise.all(paths.map((path) => rawGet(port, path)))),
    ...(await Promise.all(paths.map((path) => rawPost(port, path, [])))),
    await rawGet(port, '/hooks/fal'),
    await rawPost(port, '/hooks/fal/', []),
    await rawPost(port, '/hooks/fal?x=1', []),
    await rawPost(port, '/hooks/../api/library', []),
    await rawPost(port, '/hooks/%66al', []),
    await rawPost(port, `/hooks/${'a'.repeat(41)}`, []),
    await rawRequest(port, ['PUT /hooks/fal HTTP/1.1', 'Host: x', 'Content-Length: 0']),
    await rawRequest(port, ['OPTIONS /hooks/fal HTTP/1.1', 'Host: x', 'Origin: https://evil.example']),
  ]
  for (const reply of replies)
    expect(reply).toEqual({ status: 404, headers: { connection: 'close', 'content-length': '0' }, body: '' })
  expect(taken).toEqual([])
})

test.each([
  ['refused', 401],
  ['later', 503],
  ['nowhere', 404],
] as const)('what is %s is answered with %i alone', async (outcome, status) => {
  const { port } = await openListener({ outcome })
  expect(await rawPost(port, '/hooks/fal', [])).toMatchObject({ status, body: '' })
})

test('too large is 413, said or sent; packed is 415; more than the rate is 429', async () => {
  const { port, taken } = await openListener({ perSecond: 3, maxBodyBytes: 1_000 })
  expect((await rawPost(port, '/hooks/fal', [], 'x'.repeat(1_001))).status).toBe(413)
  const chunks = `${'3e8\r\n'}${'x'.repeat(1_000)}\r\n${'1\r\nx\r\n'}0\r\n\r\n`
  const head = ['POST /hooks/fal HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked']
  expect((await rawRequest(port, head, chunks)).status).toBe(413)
  expect((await rawPost(port, '/hooks/fal', ['Content-Encoding: gzip'])).status).toBe(415)
  expect(taken).toEqual([])
  const statuses = []
  for (let n = 0; n < 8; n++) statuses.push((await rawPost(port, '/hooks/fal', [])).status)
  expect([statuses.includes(204), statuses.includes(429)]).toEqual([true, true])
})

test('what is no HTTP, or does not go on, is hung up on', async () => {
  const { port } = await openListener()
  const closedAfter = (bytes: string) =>
    new Promise<{ said: string; ms: number }>((resolve, reject) => {
      const startedMs = performance.now()
      let said = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('data', (chunk) => {
        said += chunk.toString()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve({ said, ms: performance.now() - startedMs }))
      socket.setTimeout(15_000, () => reject(new Error('still open')))
    })
  expect(await closedAfter('\u0016\u0003\u0001 no HTTP\r\n\r\n')).toMatchObject({ said: '' })
  expect((await closedAfter('CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')).said).toBe('')
  expect(
    (await closedAfter('GET /hooks/fal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')).said,
  ).toBe('')
  // Headers, and bodies, that never end.
  const [slowHead, slowBody] = await Promise.all([
    closedAfter('POST /hooks/fal HTTP/1.1\r\nHost: x\r\n'),
    closedAfter('POST /hooks/fal HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'),
  ])
  expect(slowHead.ms).toBeLessThan(9_000)
  expect(slowBody.ms).toBeLessThan(14_000)
})

test('a taken port is said', async () => {
  const { port } = await openListener()
  await expect(startHookListener({ receive: async () => 'taken', port, host: '127.0.0.1' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('--hooks-port'),
  })
})
