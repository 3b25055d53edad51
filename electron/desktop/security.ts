import type { IpcMainEvent, IpcMainInvokeEvent, Session, WebContents, WebPreferences } from 'electron'

/** The page's own origin. Not `file:`, so that no page ever has the rights of one. */
export const scheme = 'proofsheet'
const pageOrigin = `${scheme}://app`
export const pageAddress = `${pageOrigin}/`

/**
 * Electron's security list (its documentation's tutorial/security, read 2026-11), the part that is settings. Most are
 * Electron's defaults; they are said, so that a change of a default, or of ours, is seen by the test.
 */
export const webPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // Its dictionaries would come from a server of Google's.
  spellcheck: false,
} as const satisfies WebPreferences

/** Whether an address is of our own page, hash and all. */
const isOwnAddress = (address: string): boolean => address === pageAddress || address.startsWith(`${pageAddress}#`)

/** Whether a message came from the top frame of our own page: not from a frame in it, nor from what it was before. */
export function isOwnSender(event: Pick<IpcMainEvent | IpcMainInvokeEvent, 'senderFrame'>): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isOwnAddress(frame.url)
}

/** Nothing the page could ask the system for is granted, and nothing is loaded from elsewhere. */
export function lockSession(session: Session) {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isLocal(details.url) }))
}

const isLocal = (address: string) =>
  address.startsWith(pageAddress) || /^(?:blob|data|devtools|chrome-extension):/.test(address)

/** Every page that may come to be, ours or not: it stays where it is, opens no window and holds no webview. */
export function lockContents(contents: WebContents) {
  const stay = (event: { preventDefault: () => void }, address: string) => {
    if (!isOwnAddress(address)) event.preventDefault()
  }
  contents.on('will-navigate', (details) => stay(details, details.url))
  contents.on('will-redirect', (details) => stay(details, details.url))
  contents.on('will-frame-navigate', (details) => stay(details, details.url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  // Links to other sites are not opened at all: a page that was tricked cannot choose what the system opens.
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
