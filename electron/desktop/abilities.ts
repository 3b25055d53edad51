import { isAbsolute } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  type IpcMainInvokeEvent,
  ipcMain,
  Notification,
  type OpenDialogOptions,
  shell,
} from 'electron'
import { AppError } from '#shared/errors.ts'
import { channels } from './channels.ts'
import { isOwnSender } from './security.ts'

const textOf = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '')

const refuse = (): never => {
  throw new AppError('invalid-input', 'Only the window of Proofsheet may ask for this.')
}

async function choose(event: IpcMainInvokeEvent, properties: OpenDialogOptions['properties']): Promise<string | null> {
  if (!isOwnSender(event)) return refuse()
  const window = BrowserWindow.fromWebContents(event.sender)
  if (window === null) return null
  const chosen = await dialog.showOpenDialog(window, { properties: properties ?? [] })
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
}

/** What the desktop can do beside the contract; every message is checked for its sender, every value for its type. */
export function provideAbilities() {
  ipcMain.handle(channels.chooseFolder, (event) => choose(event, ['openDirectory', 'createDirectory']))
  ipcMain.handle(channels.chooseFile, (event) => choose(event, ['openFile']))
  ipcMain.handle(channels.reveal, (event, path: unknown) => {
    if (!isOwnSender(event)) return refuse()
    // A share's name (two slashes) would make the system log in to a server that somebody else chose.
    if (typeof path !== 'string' || !isAbsolute(path) || /^[\\/]{2}/.test(path)) {
      throw new AppError('invalid-input', 'Only a file or a folder on this machine can be shown.')
    }
    shell.showItemInFolder(path)
  })
  ipcMain.on(channels.notify, (event, title: unknown, body: unknown) => {
    if (!isOwnSender(event) || !Notification.isSupported()) return
    new Notification({ title: textOf(title, 100), body: textOf(body, 500) }).show()
  })
  ipcMain.on(channels.setBadge, (event, count: unknown) => {
    if (!isOwnSender(event) || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return
    app.setBadgeCount(count)
  })
}
