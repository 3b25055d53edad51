import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { oneObject, openDesk, sheetText, until } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const isBuilt = existsSync(join(fileURLToPath(new URL('../..', import.meta.url)), 'out', 'renderer', 'index.html'))
const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/

describe.skipIf(!isBuilt)(`the window on loopback${isBuilt ? '' : ' (skipped: it has not been built)'}`, () => {
  test('serve answers its REST interface, holds the library, and ends cleanly with Ctrl+C', async () => {
    const desk = await openDesk()
    const serve = desk.start('serve', '--port', '0', '--json')
    await until(() => serve.said().includes('\n'), 'serve says where it is')
    const { url, bearerToken } = z
      .looseObject({ url: z.string(), urlWithToken: z.string().regex(address), bearerToken: z.string() })
      .parse(oneObject(serve.said()))
    const reply = await fetch(`${url}api/library`, { headers: { authorization: `Bearer ${bearerToken}` } })
    expect(await reply.json()).toMatchObject({ folder: desk.library, readOnly: false })
    const sheet = await desk.write('few.csv', sheetText(['one']))
    const refused = await desk.json('run', sheet)
    expect(refused).toMatchObject({
      status: 2,
      object: { error: { code: 'conflict', message: expect.stringContaining('proofsheet serve') } },
    })
    expect(await desk.run('batches')).toMatchObject({ status: 0 })
    serve.signal('SIGINT')
    expect((await serve.ended).status).toBe(0)
    expect(await desk.run('run', sheet, '--size', '64x64')).toMatchObject({ status: 0 })
  })

  test('open without a display serves the sheet’s batch, makes its drafts and says where to review them', async () => {
    const desk = await openDesk()
    const sheet = await desk.write('few.csv', sheetText(['one', 'two', 'three']))
    const open = desk.start('open', sheet, '--run', '--port', '0')
    await until(() => open.said().includes('review at'), 'the drafts are made')
    expect(open.said()).toMatch(/Proofsheet is at http:\/\/127\.0\.0\.1:\d+\/\?token=\S+#\/batch\/1\n/)
    expect(open.said()).toMatch(/3 of 3 drafts, review at http:\/\/127\.0\.0\.1:\d+\/\?token=\S+#\/batch\/1\n/)
    open.signal('SIGTERM')
    const { status, stderr } = await open.ended
    expect(status).toBe(0)
    if (process.platform === 'linux') expect(stderr).toContain('There is no display here')
  })

  test('open on a sheet alone goes to its load page; on nothing, to the library; on what is not there, nowhere', async () => {
    const desk = await openDesk()
    const sheet = await desk.write('few.csv', sheetText(['one']))
    const load = desk.start('open', sheet, '--port', '0')
    await until(() => load.said().includes('#/load/1\n'), 'the load page’s address')
    load.signal('SIGINT')
    expect((await load.ended).status).toBe(0)
    const library = desk.start('open', '--port', '0')
    await until(() => /token=[\w-]+\n/.test(library.said()), 'the library’s address')
    library.signal('SIGINT')
    expect((await library.ended).status).toBe(0)
    expect(await desk.run('open', 'nowhere.csv')).toMatchObject({ status: 2, stdout: '' })
    expect(desk.library).toContain(desk.folder)
  })

  test('--public-url takes webhooks on a port of their own, and the window is not there', async () => {
    const desk = await openDesk({ OPENAI_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz' })
    const args = ['--port', '0', '--public-url', 'https://proofs.example.com/', '--hooks-port', '0', '--json']
    const serve = desk.start('serve', ...args)
    await until(() => serve.said().includes('\n'), 'serve says where it is')
    const { url, hooksUrl, publicUrl } = z
      .looseObject({ url: z.string(), hooksUrl: z.string(), publicUrl: z.string() })
      .parse(oneObject(serve.said()))
    expect([publicUrl, new URL(hooksUrl).port === new URL(url).port]).toEqual(['https://proofs.example.com', false])
    const post = async (address: string) => (await fetch(address, { method: 'POST', body: '{}' })).status
    expect(await post(`${hooksUrl}openai`)).toBe(401)
    expect(await post(`${hooksUrl}sketch`)).toBe(404)
    expect((await fetch(new URL('/api/library', hooksUrl))).status).toBe(404)
    serve.signal('SIGINT')
    expect((await serve.ended).status).toBe(0)
    for (const wrong of ['http://proofs.example.com', 'https://me:pw@proofs.example.com', 'proofs.example.com'])
      expect(await desk.run('serve', '--public-url', wrong)).toMatchObject({ status: 2, stdout: '' })
  })

  test('a taken port is said, with the way out', async () => {
    const desk = await openDesk()
    const first = desk.start('serve', '--port', '0')
    await until(() => address.test(first.said()), 'serve says where it is')
    const port = /127\.0\.0\.1:(\d+)/.exec(first.said())?.[1] ?? ''
    const second = await desk.json('serve', '--port', port, '--library', join(desk.folder, 'other'))
    expect(second).toMatchObject({
      status: 2,
      object: { error: { code: 'conflict', message: expect.stringContaining('--port') } },
    })
    first.signal('SIGINT')
    expect((await first.ended).status).toBe(0)
  })
})
