import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { emptyEngine } from './empty-engine.ts'

/** A built window, a picture, and a file beside them that no address may reach; and an engine that closes when told. */
export async function makeProgram() {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-desktop-'))
  const rendererFolder = join(folder, 'renderer')
  await mkdir(rendererFolder)
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'secret.txt'), 'outside')
  await writeFile(join(folder, 'picture'), 'bytes')
  const { promise, resolve } = Promise.withResolvers<void>()
  const life = { abandoned: 0, closed: 'no' }
  const engine = {
    ...emptyEngine({ 7: { file: join(folder, 'picture'), contentType: 'image/webp', etag: 'abc' } }),
    abandonNow: () => {
      life.abandoned += 1
      resolve()
    },
    close: async () => {
      life.closed = 'waiting'
      await promise
      life.closed = 'yes'
    },
  }
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, rendererFolder, engine, life, finish: resolve, remove }
}
export type Program = Awaited<ReturnType<typeof makeProgram>>

/** The desktop with Electron's double in place of Electron. Anew each time: the double keeps what it was told. */
export async function loadDesktop() {
  vi.resetModules()
  const electron = await import('./electron-double.ts')
  vi.doMock('electron', () => electron)
  const { startDesktop } = await import('../../electron/desktop/desktop.ts')
  return { electron, startDesktop }
}

/** Starts it up to its window. `ask` is a request of the page, `own` the sender of a message from its top frame. */
export async function startProgram({ engine, rendererFolder }: Program, sheet: string | null = null) {
  const { electron, startDesktop } = await loadDesktop()
  await startDesktop({
    arguments: { sheet, run: false, library: null },
    openEngine: async () => engine,
    rendererFolder,
    preload: '/program/out/preload/preload.cjs',
  })
  const [window] = electron.BrowserWindow.opened
  if (!window) throw new Error('no window was opened')
  const ask = (path: string, init?: RequestInit) => {
    const answer = electron.protocol.handlers.get('proofsheet')
    if (!answer) throw new Error('the scheme is not served')
    // A Request of Node tidies paths; Electron hands over what it has.
    const request = { url: `proofsheet://app${path}`, method: 'GET', headers: new Headers(), ...init }
    return Reflect.apply(answer, null, [request])
  }
  const frame = { parent: null, url: 'proofsheet://app/#/batch/3' }
  return { electron, window, ask, own: { sender: window.webContents, senderFrame: frame } }
}

export function preventable(url: string) {
  const event = {
    url,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true
    },
  }
  return event
}
