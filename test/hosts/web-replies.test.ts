import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGuardedHost, secretText } from './guarded-host.ts'
import { rawGet, rawPost, rawRequest } from './raw-request.ts'

const { port, cookie, engine, defects, close } = await openGuardedHost()

afterAll(close)

beforeEach(() => {
  engine.calls.length = 0
})

const call = (headers: readonly string[], type?: string) => rawPost(port, '/rpc/library/info', headers, '{}', type)

describe('path tricks, as raw bytes', () => {
  const tricks = [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/secret.txt%00.js',
    '/index.html%00',
    '/assets/./index-1.js',
    '//secret.txt',
    '/assets//index-1.js',
    '/./index.html',
    '/assets/link.js',
    '/media/../../secret.txt',
    '/media/1/../../secret.txt',
    '/media/1/%2e%2e',
    '/media/1/thumb/../full',
    '/media/..%2f1/thumb',
    '/media/0/thumb',
    '/media/01/thumb',
    '/media/-1/thumb',
    '/media/1e3/thumb',
    '/media/1/huge',
    '/media/1/constructor',
    '/media/1/thumb%00',
    '/media/9999999999999999/thumb',
    '/media/secret.txt/full',
    '/rpc/../api/library',
    '/rpc/%2e%2e/api/library',
    '/assets',
    '/assets/',
    '/constructor',
    '/__proto__',
    '/etc/passwd',
    '/api/batches/%2e%2e',
    '/api/library/..',
    '/index.html#/../secret.txt',
  ]

  test('each is answered with 404 and not one byte from outside', async () => {
    for (const path of tricks) {
      const reply = await rawGet(port, path, [cookie])
      expect([path, reply.status]).toEqual([path, 404])
      expect(reply.body).not.toContain(secretText)
    }
    for (const path of ['/index.html\0', '/caf\xe9.js', '/a b']) {
      const reply = await rawGet(port, path, [cookie])
      expect([path, reply.status, reply.body]).toEqual([path, 400, ''])
    }
  })

  test('the files of the window are served', async () => {
    const page = await rawGet(port, '/', [cookie])
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const script = await rawGet(port, '/assets/index-1.js?x=1', [cookie])
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
  })
})

describe('what every reply says', () => {
  test('safety headers on all of them, a strict policy on the page', async () => {
    const replies = [
      await rawGet(port, '/', [cookie]),
      await rawGet(port, '/'),
      await rawGet(port, '/nothing', [cookie]),
      await rawGet(port, '/', [cookie], 'evil.example'),
      await rawGet(port, '/api/library', [cookie]),
      await rawGet(port, '/api/nothing', [cookie]),
      await call([cookie]),
    ]
    for (const { headers } of replies) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/)
    }
    const policy = replies[0]?.headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'")
    expect(policy).toContain("connect-src 'self'")
  })

  test('a body over the limit is refused, announced or not', async () => {
    const large = JSON.stringify({ json: { theme: 'x'.repeat(20_000) } })
    expect((await rawPost(port, '/rpc/settings/set', [cookie], large)).status).toBe(413)
    const chunked = await rawRequest(
      port,
      [
        'POST /rpc/settings/set HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        cookie,
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
      ],
      `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
    )
    expect(chunked.status).toBe(413)
    expect(engine.calls).toEqual([])
  })

  test('errors carry code and sentence; a defect says nothing of the inside and is told to the host', async () => {
    const limited = await rawGet(port, '/api/settings', [cookie])
    expect([limited.status, JSON.parse(limited.body)]).toMatchObject([
      429,
      { code: 'rate-limited', message: 'Wait a little.', data: { retryAfterMs: 1500, billed: false } },
    ])
    const wrong = await rawPost(port, '/api/settings', [cookie], '{"theme":"pink"}')
    expect([wrong.status, JSON.parse(wrong.body).code]).toEqual([400, 'invalid-input'])
    expect(JSON.parse(wrong.body).message).toContain('theme')
    for (const path of ['/api/settings', '/rpc/settings/set']) {
      const broken = await rawPost(port, path, [cookie], '{"theme')
      expect(broken.status).toBe(400)
      expect(broken.body).toContain('invalid-input')
    }
    defects.length = 0
    const defect = await rawPost(port, '/rpc/library/verify', [cookie])
    expect([defect.status, JSON.parse(defect.body).json.code]).toEqual([500, 'defect'])
    expect(defect.body).not.toMatch(/secret|RangeError|\.ts/)
    expect(defects).toEqual(['library.verify'])
  })
})
