import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGuardedHost } from './guarded-host.ts'
import { openSession, rawGet, rawPost, rawRequest } from './raw-request.ts'

const { host, port, cookie, engine, announced, close } = await openGuardedHost()

afterAll(close)

beforeEach(() => {
  engine.calls.length = 0
})

const bearer = () => `Authorization: Bearer ${host.bearerToken}`
const call = (headers: readonly string[], type?: string) => rawPost(port, '/rpc/library/info', headers, '{}', type)

describe('another site in the same browser', () => {
  test('DNS rebinding: any host name but ours is refused, with cookie and with token', async () => {
    const names = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      '127.0.0.1:1',
      `127.1:${port}`,
      `127.0.0.1:${port}.evil.example`,
      `[::1]:${port}`,
      `0.0.0.0:${port}`,
      `LOCALHOST:${port}`,
      `localhost.:${port}`,
      '',
    ]
    for (const name of names) {
      for (const who of [cookie, bearer()]) {
        expect([name, (await rawGet(port, '/', [who], name)).status]).toEqual([name, 403])
      }
    }
    const twice = await rawRequest(port, ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Host: evil.example', cookie])
    expect([400, 403]).toContain(twice.status)
    const absolute = await rawRequest(port, [`GET http://evil.example/ HTTP/1.1`, `Host: 127.0.0.1:${port}`, cookie])
    expect(absolute.status).toBe(404)
    expect((await rawGet(port, '/', [cookie])).status).toBe(200)
    expect((await rawGet(port, '/', [cookie], `localhost:${port}`)).status).toBe(200)
  })

  test('an origin that differs in scheme, name or port is refused, null too; our own is let in', async () => {
    const origins = [
      'http://evil.example',
      `http://127.0.0.1:${port + 1}`,
      'http://127.0.0.1',
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      'null',
      `http://127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}.evil.example`,
    ]
    for (const origin of origins) {
      expect([origin, (await call([cookie, `Origin: ${origin}`])).status]).toEqual([origin, 403])
    }
    expect(engine.calls).toEqual([])
    expect((await call([cookie, `Origin: http://127.0.0.1:${port}`])).status).toBe(200)
    expect(engine.calls).toEqual(['library.info'])
  })

  test('cross-site and same-site (another port) requests, forms and pictures are refused before anything runs', async () => {
    for (const site of ['cross-site', 'same-site', 'cross-origin', 'same-origin, cross-site']) {
      expect((await call([cookie, `Sec-Fetch-Site: ${site}`])).status).toBe(403)
      expect((await rawGet(port, '/media/1/thumb', [cookie, `Sec-Fetch-Site: ${site}`])).status).toBe(403)
      expect((await rawGet(port, `/?token=${'a'.repeat(43)}`, [`Sec-Fetch-Site: ${site}`])).status).toBe(403)
    }
    expect(engine.calls).toEqual([])
    expect((await call([cookie, 'Sec-Fetch-Site: same-origin'])).status).toBe(200)
  })

  test('writes need JSON: what a form or a no-cors call can send is refused', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
      'text/plain; application/json',
      'application/json-seq',
    ]) {
      expect([type, (await call([cookie], type)).status]).toEqual([type, 415])
    }
    expect(engine.calls).toEqual([])
    expect((await call([cookie], 'Application/JSON; charset=utf-8')).status).toBe(200)
  })

  test('a GET never writes, other methods are refused, no reply allows another origin', async () => {
    expect((await rawGet(port, '/rpc/settings/set?data=%7B%22json%22:%7B%7D%7D', [cookie])).status).toBe(405)
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
      const reply = await rawRequest(port, [
        `${method} /rpc/library/info HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        cookie,
        'Access-Control-Request-Method: POST',
      ])
      expect([method, reply.status]).toEqual([method, 405])
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    expect(engine.calls).toEqual([])
  })

  test('a WebSocket is refused', async () => {
    const reply = await rawGet(port, '/rpc', [
      cookie,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ])
    expect(reply.status).toBe(400)
  })
})

describe('who it is', () => {
  test('without cookie or bearer token nothing is answered, in the form the caller reads', async () => {
    for (const headers of [
      [],
      ['Cookie: proofsheet-1=x'],
      [`Cookie: proofsheet-${port}=${'a'.repeat(43)}`],
      [`Cookie: proofsheet-${port}=`],
      ['Authorization: Bearer wrong'],
      ['Authorization: Basic eDp5'],
    ]) {
      const rpc = await rawPost(port, '/rpc/library/info', headers)
      expect([rpc.status, JSON.parse(rpc.body).json.code]).toEqual([401, 'UNAUTHORIZED'])
      const rest = await rawGet(port, '/api/library', headers)
      expect([rest.status, JSON.parse(rest.body).code]).toEqual([401, 'UNAUTHORIZED'])
      for (const path of ['/', '/assets/index-1.js', '/media/1/thumb', '/api/openapi.json']) {
        expect((await rawGet(port, path, headers)).status).toBe(401)
      }
    }
    expect(engine.calls).toEqual([])
  })

  test('the address works once; its cookie is HttpOnly, strict and named with the port; the token leaves the address', async () => {
    const address = new URL(host.newToken())
    const first = await rawGet(port, `/${address.search}`)
    expect([first.status, first.headers.location]).toEqual([303, '/'])
    expect(first.headers['set-cookie']).toMatch(
      new RegExp(`^proofsheet-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(first.headers['set-cookie']).not.toContain(address.searchParams.get('token'))
    const again = await rawGet(port, `/${address.search}`)
    expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined])
    expect(again.body).toContain('Look at the terminal')
  })

  test('the same browser may come back to a used address; a second browser gets a new one from the terminal, once', async () => {
    const address = new URL(host.newToken())
    const mine = await openSession(port, address.href)
    for (const unused of announced) await openSession(port, unused)
    expect((await rawGet(port, `/${address.search}`, [`Cookie: ${mine}`])).status).toBe(303)
    announced.length = 0
    expect((await rawGet(port, `/${address.search}`)).status).toBe(401)
    expect((await rawGet(port, '/')).status).toBe(401)
    expect(announced).toHaveLength(1)
    const second = await openSession(port, announced[0] ?? '')
    for (const one of [mine, second]) expect((await rawGet(port, '/', [`Cookie: ${one}`])).status).toBe(200)
  })

  test('looking ahead (prefetch, HEAD) does not use the address up', async () => {
    const address = new URL(host.newToken())
    expect((await rawGet(port, `/${address.search}`, ['Sec-Purpose: prefetch;prerender'])).status).toBe(403)
    const head = [`HEAD /${address.search} HTTP/1.1`, `Host: 127.0.0.1:${port}`]
    expect((await rawRequest(port, head)).headers['set-cookie']).toBeUndefined()
    expect((await rawGet(port, `/${address.search}`)).status).toBe(303)
  })

  test('a bearer token serves REST clients', async () => {
    expect((await rawGet(port, '/api/library', [bearer()])).status).toBe(200)
    expect((await rawGet(port, '/api/library', [`Authorization: Bearer ${host.bearerToken}x`])).status).toBe(401)
  })
})
