import { contextBridge, ipcRenderer } from 'electron'
import { connectMessage, type DesktopBridge } from '#shared/host.ts'
import { channels } from './channels.ts'

/** The page's window, as much of it as is used here: this project has no browser types. */
interface PageWindow {
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void
}
interface PageMessage {
  readonly source: unknown
  readonly data: unknown
  readonly ports: NonNullable<Parameters<typeof ipcRenderer.postMessage>[2]>
}
declare const window: PageWindow

// Runs sandboxed, apart from the page (contextIsolation). The page gets five functions and no part of Electron.
const bridge: DesktopBridge = {
  platform: process.platform,
  abilities: {
    chooseFolder: () => ipcRenderer.invoke(channels.chooseFolder),
    chooseFile: () => ipcRenderer.invoke(channels.chooseFile),
    reveal: (path) => ipcRenderer.invoke(channels.reveal, path),
    notify: (title, body) => ipcRenderer.send(channels.notify, title, body),
    setBadge: (count) => ipcRenderer.send(channels.setBadge, count),
  },
}
contextBridge.exposeInMainWorld('proofsheetDesktop', bridge)

window.addEventListener('message', (event) => {
  const [port] = event.ports
  if (event.source !== window || event.data !== connectMessage || !port) return
  ipcRenderer.postMessage(channels.connect, null, [port])
})
