import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isLoopbackHost, type Network, openNetwork } from '#engine/network/network.ts'
import { AppError } from '#shared/errors.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'

/** A loopback server that counts who came; `hits` must stay empty where the guard holds. */
let hits: string[]
let origin: string
let port: number
let close: () => void
let network: Network

/** Names for the guard to look up: what a hostile DNS server could answer. */
const names: Record<string, string[]> = {
  'private.test': ['127.0.0.1'],
  'rebinding.test': ['10.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254'],
  'typed.test': ['127.0.0.1'],
}

beforeEach(async () => {
  hits = []
  const server = createServer((request, response) => {
    hits.push(request.url ?? '')
    const hop = /^\/hop\/(\d+)/.exec(request.url ?? '')
    if (hop && Number(hop[1]) > 0) {
      response.writeHead(302, { location: `/hop/${Number(hop[1]) - 1}` }).end()
    } else if (request.url?.startsWith('/to?')) {
      response.writeHead(307, { location: decodeURIComponent(request.url.slice(4)) }).end()
    } else if (request.url === '/expired') response.writeHead(403).end('AccessDenied')
    else if (request.url === '/busy') response.writeHead(503).end()
    else response.writeHead(200, { 'content-type': 'image/png' }).end('picture')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  port = address.port
  origin = `http://127.0.0.1:${port}`
  network = openNetwork({
    resolve: (name, answer) => {
      const found = (names[name] ?? []).map((ip) => ({ address: ip, family: ip.includes(':') ? 6 : 4 }))
      if (found.length > 0) answer(null, found)
      else answer(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), [])
    },
  })
  close = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterEach(async () => {
  await network.close()
  close()
})

const get = (url: string, allowedOrigin: string | null = null, maxBytes = 1_000_000) =>
  network.download(url, { signal: AbortSignal.timeout(10_000), maxBytes, allowedOrigin })

const refusal = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw new Error('it was not refused', { cause: error })
}

describe('a result address', () => {
  const privates = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.0.0.1.',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::7f00:1]',
    '[fe80::1]',
    '[fc00::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::a00:1]',
    'private.test',
    'rebinding.test',
  ]
  for (const host of privates) {
    test(`at ${host} is refused and never reached`, async () => {
      expect((await refusal(get(`http://${host}:${port}/x`))).code).toBe('bad-response')
      expect(hits).toEqual([])
    })
  }

  test('at localhost is refused when it is looked up by the system', async () => {
    const real = openNetwork()
    const error = await refusal(
      real.download(`http://localhost:${port}/x`, {
        signal: AbortSignal.timeout(5_000),
        maxBytes: 9,
        allowedOrigin: null,
      }),
    )
    await real.close()
    expect([error.code, hits]).toEqual(['bad-response', []])
  })

  test('other than http and https, or with a password in it, is refused', async () => {
    for (const url of [
      'file:///etc/passwd',
      'data:image/png;base64,AA',
      'ftp://a.example/',
      `http://u:p@127.0.0.1:${port}/`,
      'x',
    ]) {
      expect((await refusal(get(url, origin))).code).toBe('bad-response')
    }
    expect(hits).toEqual([])
  })

  test('at the exact origin that a person typed is fetched', async () => {
    const { bytes, contentType } = await get(`${origin}/picture.png`, origin)
    expect([Buffer.from(bytes).toString(), contentType]).toEqual(['picture', 'image/png'])
    expect((await get(`http://typed.test:${port}/x`, `http://typed.test:${port}`)).bytes.length).toBe(7)
  })

  test('at the typed host but another port or scheme is refused', async () => {
    expect((await refusal(get(`${origin}/x`, `http://127.0.0.1:${port + 1}`))).code).toBe('bad-response')
    expect((await refusal(get(`${origin}/x`, `https://127.0.0.1:${port}`))).code).toBe('bad-response')
    expect(hits).toEqual([])
  })
})

describe('a redirect', () => {
  test('is followed five times, not six', async () => {
    expect((await get(`${origin}/hop/5`, origin)).bytes.length).toBe(7)
    const error = await refusal(get(`${origin}/hop/6`, origin))
    expect([error.code, error.message]).toEqual(['bad-response', expect.stringContaining('redirects for ever')])
  })

  test('to a private address is refused, by number and by name', async () => {
    for (const target of [
      `http://[::1]:${port}/in`,
      `http://localhost:${port}/in`,
      `http://private.test:${port}/in`,
      'file:///x',
    ]) {
      const error = await refusal(get(`${origin}/to?${encodeURIComponent(target)}`, origin))
      // `localhost` is unknown to this test's resolver: then it is not reached either.
      expect(['bad-response', 'provider-unavailable']).toContain(error.code)
    }
    expect(hits.filter((path) => path === '/in')).toEqual([])
  })
})

describe('a result that is not there', () => {
  test('is bad-response when expired, provider-unavailable when the server is busy', async () => {
    expect((await refusal(get(`${origin}/expired`, origin))).message).toMatch(/expired.*403.*AccessDenied/)
    expect((await refusal(get(`${origin}/busy`, origin))).code).toBe('provider-unavailable')
  })

  test('is bad-response when too big', async () => {
    expect((await refusal(get(`${origin}/x`, origin, 6))).code).toBe('bad-response')
  })
})

test('a family of hosts may not be private, an exact origin may', async () => {
  names['a.fam.test'] = ['127.0.0.1']
  const family = network.forProvider({ origins: ['http://*.fam.test'] })
  expect((await refusal(family('http://a.fam.test/', { repeatable: true }))).code).toBe('bad-response')
  expect((await refusal(family('http://fam.test/', { repeatable: true }))).message).toContain(
    'not one of the provider’s own',
  )
  const exact = network.forProvider({ origins: [`http://a.fam.test:${port}`] })
  expect((await exact(`http://a.fam.test:${port}/x`, { repeatable: true })).status).toBe(200)
})

test('loopback is known by its names', () => {
  const yes = ['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']
  const no = ['localhost.example', '128.0.0.1', '[::2]', '10.0.0.1', '127.0.0.1.example']
  expect(yes.filter((host) => !isLoopbackHost(new URL(`http://${host}`)))).toEqual([])
  expect(no.filter((host) => isLoopbackHost(new URL(`http://${host}`)))).toEqual([])
})

test('a key that cannot stand in a header is auth, before anything is sent', async () => {
  const send = network.forProvider({ origins: [origin] })
  for (const key of ['sk-canary\nx-injected: 1', 'sk-canary\u2026']) {
    const error = await refusal(send(origin, { repeatable: true, headers: { authorization: `Bearer ${key}` } }))
    expect([error.code, error.message]).toEqual(['auth', expect.not.stringContaining('canary')])
  }
  expect(hits).toEqual([])
})

test('result addresses of a hostile provider: refused with the reason, nothing private reached, little memory', async () => {
  const fake = await startFakeProvider()
  const before = process.memoryUsage().rss
  const sentences: Record<string, string> = {}
  for (const wrong of ['expired', 'private', 'redirect-private', 'endless', 'too-big']) {
    const asked = await fetch(`${fake.url}/v1/images/generations`, {
      method: 'POST',
      body: JSON.stringify({ prompt: `x [[url wrong=${wrong}]]`, size: '64x64' }),
    })
    const { data } = await asked.json()
    const error = await refusal(get(data[0].url, fake.url, 32_000_000))
    expect(error.code).toBe('bad-response')
    sentences[wrong] = error.message
  }
  expect(sentences).toEqual({
    expired: expect.stringContaining('expired'),
    private: expect.stringContaining('not on the public internet'),
    'redirect-private': expect.stringContaining('A redirect pointed to'),
    endless: expect.stringContaining('redirects for ever'),
    'too-big': expect.stringContaining('more than 32 MB'),
  })
  expect(fake.trippedCount()).toBe(0)
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  await fake.close()
})
