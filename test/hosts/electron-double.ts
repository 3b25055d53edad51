import { EventEmitter } from 'node:events'
import type { MessagePort as NodePort } from 'node:worker_threads'

/**
 * Stands in for the `electron` module where its binary is not there: the few parts the desktop uses, each remembering
 * what it was told. What Electron itself does with that is not shown by these tests; the smoke test is there for it.
 */
class App extends EventEmitter {
  isPackaged = false
  sandboxed = false
  hasLock = true
  paths: Record<string, string> = { userData: '/home/person/.config/Proofsheet' }
  exits: number[] = []
  quits = 0
  badge: number | null = null
  enableSandbox = () => {
    this.sandboxed = true
  }
  getPath = (name: string) => this.paths[name] ?? ''
  setPath = (name: string, path: string) => {
    this.paths[name] = path
  }
  requestSingleInstanceLock = () => this.hasLock
  whenReady = async () => {}
  setBadgeCount = (count: number) => {
    this.badge = count
    return true
  }
  /** As Electron does: asks with `before-quit`, and goes on only where nobody objects. */
  quit = () => {
    this.quits += 1
    const asked = preventable()
    this.emit('before-quit', asked)
    if (!asked.defaultPrevented) this.exit(0)
  }
  exit = (status = 0) => {
    this.exits.push(status)
  }
}

function preventable<Details extends object>(details?: Details) {
  const event = {
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true
    },
    ...details,
  }
  return event
}

class Contents extends EventEmitter {
  windowOpenHandler: ((details: { url: string }) => { action: string }) | null = null
  zoom = 0
  setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }) => {
    this.windowOpenHandler = handler
  }
  getZoomLevel = () => this.zoom
  setZoomLevel = (level: number) => {
    this.zoom = level
  }
}

/** @public */
export class BrowserWindow extends EventEmitter {
  static opened: BrowserWindow[] = []
  static fromWebContents = (contents: unknown) =>
    BrowserWindow.opened.find((one) => one.webContents === contents) ?? null
  readonly options: { webPreferences: Record<string, unknown>; show: boolean }
  readonly webContents = new Contents()
  loaded: string[] = []
  titles: string[] = []
  shown = 0
  focused = 0
  constructor(options: BrowserWindow['options']) {
    super()
    this.options = options
    BrowserWindow.opened.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  loadURL = async (address: string) => {
    this.loaded.push(address)
    this.emit('ready-to-show')
  }
  show = () => {
    this.shown += 1
  }
  focus = () => {
    this.focused += 1
  }
  isMinimized = () => false
  restore = () => {}
  setTitle = (title: string) => {
    this.titles.push(title)
  }
}

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>()
  handle = (channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) => {
    this.handlers.set(channel, handler)
  }
}

type Answerer = (request: Request) => Promise<Response>

/** @public */
export const app = new App()
/** @public */
export const ipcMain = new IpcMain()
/** @public */
export const protocol = {
  privileged: [] as unknown[],
  handlers: new Map<string, Answerer>(),
  registerSchemesAsPrivileged: (schemes: unknown[]) => void protocol.privileged.push(...schemes),
  handle: (scheme: string, handler: Answerer) => void protocol.handlers.set(scheme, handler),
}

type Ask = (contents: unknown, permission: string, answer: (isGranted: boolean) => void) => void
type Intercept = (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void
const defaultSession = {
  ask: null as Ask | null,
  check: null as (() => boolean) | null,
  device: null as (() => boolean) | null,
  intercept: null as Intercept | null,
  setPermissionRequestHandler: (handler: Ask) => {
    defaultSession.ask = handler
  },
  setPermissionCheckHandler: (handler: () => boolean) => {
    defaultSession.check = handler
  },
  setDevicePermissionHandler: (handler: () => boolean) => {
    defaultSession.device = handler
  },
  webRequest: {
    onBeforeRequest: (handler: Intercept) => {
      defaultSession.intercept = handler
    },
  },
}
/** @public */
export const session = { defaultSession }

/** @public */
export const dialog = {
  errors: [] as string[],
  chosen: { canceled: true, filePaths: [] as string[] },
  showErrorBox: (title: string, body: string) => void dialog.errors.push(`${title}: ${body}`),
  showOpenDialog: async () => dialog.chosen,
}
/** @public */
export const shell = {
  shown: [] as string[],
  showItemInFolder: (path: string) => void shell.shown.push(path),
}
/** @public */
export const Menu = {
  template: [] as unknown[],
  buildFromTemplate: (template: unknown[]) => template,
  setApplicationMenu: (template: unknown[]) => {
    Menu.template = template
  },
}
/** @public */
export const nativeTheme = { shouldUseDarkColors: true }
/** @public */
export class Notification {
  static shown: unknown[] = []
  static isSupported = () => true
  readonly options: unknown
  constructor(options: unknown) {
    this.options = options
  }
  show = () => void Notification.shown.push(this.options)
}

/** @public */
export const exposed: Record<string, unknown> = {}
/** @public */
export const contextBridge = {
  exposeInMainWorld: (name: string, value: unknown) => {
    exposed[name] = value
  },
}
/** @public */
export const ipcRenderer = {
  sent: [] as unknown[][],
  invoke: async (...args: unknown[]) => void ipcRenderer.sent.push(args),
  send: (...args: unknown[]) => void ipcRenderer.sent.push(args),
  postMessage: (...args: unknown[]) => void ipcRenderer.sent.push(args),
}

/**
 * A port of the main process: Electron's has `on`, and hands over `{ data }`.
 * @public
 */
export class MainPort extends EventEmitter {
  closed = false
  readonly #port: NodePort
  constructor(port: NodePort) {
    super()
    this.#port = port
  }
  start = () => {
    this.#port.on('message', (data) => this.emit('message', { data, ports: [] }))
    this.#port.on('close', () => this.emit('close'))
  }
  postMessage = (data: unknown) => this.#port.postMessage(data)
  close = () => {
    this.closed = true
    this.#port.close()
  }
}
