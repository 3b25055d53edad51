import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Contract } from '#shared/contract/index.ts'
import { loadDesktop, makeProgram, type Program, preventable, startProgram } from './start-desktop.ts'

let program: Program

beforeEach(async () => {
  program = await makeProgram()
})

afterEach(() => program.remove())

describe('Electron’s security list, as settings', () => {
  test('the page is isolated and sandboxed, has no Node, no webview and no remote helper', async () => {
    const { electron, window } = await startProgram(program)
    expect(electron.app.sandboxed).toBe(true)
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      spellcheck: false,
      preload: '/program/out/preload/preload.cjs',
    })
    expect(Object.keys(window.options.webPreferences)).not.toContain('enableBlinkFeatures')
    expect(window.loaded).toEqual(['proofsheet://app/'])
  })

  test('the scheme is a secure origin without special rights', async () => {
    const { electron } = await startProgram(program)
    expect(electron.protocol.privileged).toEqual([
      { scheme: 'proofsheet', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
  })

  test('every permission and device is denied', async () => {
    const { defaultSession } = (await startProgram(program)).electron.session
    const answers: boolean[] = []
    for (const permission of ['media', 'notifications', 'openExternal', 'clipboard-read', 'fileSystem', 'unknown']) {
      defaultSession.ask?.(null, permission, (isGranted) => answers.push(isGranted))
    }
    expect(answers).toEqual([false, false, false, false, false, false])
    expect([defaultSession.check?.(), defaultSession.device?.()]).toEqual([false, false])
  })

  test('nothing is loaded from elsewhere, whatever asks for it', async () => {
    const { defaultSession } = (await startProgram(program)).electron.session
    const isCanceled = (url: string) => {
      let canceled: boolean | null = null
      defaultSession.intercept?.({ url }, ({ cancel }) => {
        canceled = cancel
      })
      return canceled
    }
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1:1/',
      'file:///etc/passwd',
      'ws://x/',
      'proofsheet://other/',
    ]) {
      expect([url, isCanceled(url)]).toEqual([url, true])
    }
    for (const url of [
      'proofsheet://app/',
      'proofsheet://app/media/1/thumb',
      'blob:proofsheet://app/1',
      'data:image/png,',
    ]) {
      expect([url, isCanceled(url)]).toEqual([url, false])
    }
  })

  test('no page navigates away, opens a window or holds a webview', async () => {
    const { window } = await startProgram(program)
    const { webContents } = window
    for (const kind of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      for (const url of [
        'https://example.com/',
        'file:///etc/passwd',
        'proofsheet://app.evil/',
        'proofsheet://app/x',
        'data:text/html,',
      ]) {
        const event = preventable(url)
        webContents.emit(kind, event)
        expect([kind, url, event.defaultPrevented]).toEqual([kind, url, true])
      }
      const own = preventable('proofsheet://app/#/queue')
      webContents.emit(kind, own)
      expect(own.defaultPrevented).toBe(false)
    }
    const webview = preventable('')
    webContents.emit('will-attach-webview', webview)
    expect(webview.defaultPrevented).toBe(true)
    expect(webContents.windowOpenHandler?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' })
  })

  test('a second program with the same library gives way; another library has its own profile and lock', async () => {
    const { electron, startDesktop } = await loadDesktop()
    electron.app.hasLock = false
    const openEngine = vi.fn(async () => program.engine)
    const options = { openEngine, rendererFolder: program.folder, preload: '' }
    await startDesktop({ ...options, arguments: { sheet: null, run: false, library: '/pictures/a' } })
    const first = electron.app.paths.userData
    expect([electron.app.exits, openEngine.mock.calls, electron.BrowserWindow.opened]).toEqual([[0], [], []])
    electron.app.paths.userData = '/home/person/.config/Proofsheet'
    await startDesktop({ ...options, arguments: { sheet: null, run: false, library: '/pictures/b' } })
    expect(electron.app.paths.userData).not.toBe(first)
  })
})

describe('the page’s own scheme', () => {
  test('serves the window with its strict policy, and pictures by id', async () => {
    const { ask } = await startProgram(program)
    const page = await ask('/')
    expect([page.status, await page.text()]).toEqual([200, '<!doctype html>'])
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe/)
    const picture = await ask('/media/7/thumb?v=abc')
    expect([picture.status, picture.headers.get('content-type'), await picture.text()]).toEqual([
      200,
      'image/webp',
      'bytes',
    ])
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await ask('/media/7/thumb', { headers: new Headers({ 'if-none-match': '"abc"' }) })).status).toBe(304)
    expect((await ask('/media/99/thumb')).status).toBe(404)
  })

  test('path tricks, other hosts and writes get 404 and no byte from outside', async () => {
    const { ask } = await startProgram(program)
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/secret.txt%00',
      '//secret.txt',
      '/media/7/../../secret.txt',
      '/media/7/thumb/..',
      '.evil/',
      ':80/',
      '@evil/',
      '',
    ]) {
      const reply = await ask(path)
      expect([path, reply.status, await reply.text()]).toEqual([path, 404, ''])
    }
    expect((await ask('/', { method: 'POST' })).status).toBe(404)
  })
})

describe('messages from the page', () => {
  const others = (contents: unknown) => [
    { sender: contents, senderFrame: null },
    { sender: contents, senderFrame: { parent: null, url: 'https://example.com/' } },
    { sender: contents, senderFrame: { parent: null, url: 'proofsheet://app.evil/' } },
    { sender: contents, senderFrame: { parent: {}, url: 'proofsheet://app/' } },
    { sender: contents, senderFrame: { parent: null, url: 'about:blank' } },
  ]

  test('our own top frame is connected to the contract; every other port is closed unanswered', async () => {
    const { electron, window, own } = await startProgram(program)
    const { channels } = await import('../../electron/desktop/channels.ts')
    const { port1, port2 } = new MessageChannel()
    electron.ipcMain.emit(channels.connect, { ...own, ports: [new electron.MainPort(port2)] })
    port1.start()
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port1 }))
    expect((await client.library.info()).folder).toBe('here')
    await expect(client.tiles.many({ tileIds: [1] })).rejects.toMatchObject({ code: 'unsupported' })
    port1.close()
    for (const event of others(window.webContents)) {
      const port = new electron.MainPort(new MessageChannel().port2)
      electron.ipcMain.emit(channels.connect, { ...event, ports: [port] })
      expect(port.closed).toBe(true)
    }
  })

  test('abilities answer our own top frame and check what they are given', async () => {
    const { electron, window, own } = await startProgram(program)
    const { channels } = await import('../../electron/desktop/channels.ts')
    const invoke = async (channel: string, event: unknown, ...args: unknown[]) =>
      electron.ipcMain.handlers.get(channel)?.(event, ...args)
    expect(await invoke(channels.chooseFolder, own)).toBeNull()
    electron.dialog.chosen = { canceled: false, filePaths: ['/pictures'] }
    expect(await invoke(channels.chooseFolder, own)).toBe('/pictures')
    electron.dialog.chosen = { canceled: false, filePaths: ['/results.jsonl'] }
    expect(await invoke(channels.chooseFile, own)).toBe('/results.jsonl')
    await invoke(channels.reveal, own, '/pictures/a.png')
    for (const path of ['a.png', '//server/share', '\\\\server\\share', 7, 'https://example.com/']) {
      await expect(invoke(channels.reveal, own, path)).rejects.toMatchObject({ code: 'invalid-input' })
    }
    electron.ipcMain.emit(channels.notify, own, 'Done', 'x'.repeat(9000))
    electron.ipcMain.emit(channels.setBadge, own, 3)
    for (const count of [-1, 1.5, '4', null]) electron.ipcMain.emit(channels.setBadge, own, count)
    for (const event of others(window.webContents)) {
      await expect(invoke(channels.chooseFolder, event)).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(invoke(channels.chooseFile, event)).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(invoke(channels.reveal, event, '/etc')).rejects.toMatchObject({ code: 'invalid-input' })
      electron.ipcMain.emit(channels.notify, event, 'No', 'no')
      electron.ipcMain.emit(channels.setBadge, event, 9)
    }
    expect(electron.shell.shown).toEqual(['/pictures/a.png'])
    expect(electron.Notification.shown).toEqual([{ title: 'Done', body: 'x'.repeat(500) }])
    expect(electron.app.badge).toBe(3)
  })

  test('the preload script shows the page five functions, and carries only its own port', async () => {
    const { electron } = await loadDesktop()
    const page = new EventEmitter()
    const window = { addEventListener: (kind: string, listener: (event: unknown) => void) => page.on(kind, listener) }
    vi.stubGlobal('window', window)
    await import('../../electron/desktop/preload.ts')
    const { channels } = await import('../../electron/desktop/channels.ts')
    expect(electron.exposed).toEqual({
      proofsheetDesktop: {
        platform: process.platform,
        abilities: {
          chooseFolder: expect.any(Function),
          chooseFile: expect.any(Function),
          reveal: expect.any(Function),
          notify: expect.any(Function),
          setBadge: expect.any(Function),
        },
      },
    })
    const port = {}
    page.emit('message', { source: {}, data: 'proofsheet:connect', ports: [port] })
    page.emit('message', { source: window, data: 'something else', ports: [port] })
    page.emit('message', { source: window, data: 'proofsheet:connect', ports: [] })
    expect(electron.ipcRenderer.sent).toEqual([])
    page.emit('message', { source: window, data: 'proofsheet:connect', ports: [port] })
    expect(electron.ipcRenderer.sent).toEqual([[channels.connect, null, [port]]])
    vi.unstubAllGlobals()
  })
})
