import { app, BrowserWindow, Menu, nativeTheme } from 'electron'
import { menuTemplate } from './menu.ts'
import { pageAddress, webPreferences } from './security.ts'

/** How far the menu's zoom goes, in Electron's levels (20 % each). */
const mostZoomSteps = 5

/** Opens the one window on a place of the page, `#/load/3`. It is shown when it has something to show. */
export async function openWindow(preload: string, hash: string): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    width: 1440,
    height: 920,
    minWidth: 880,
    minHeight: 560,
    title: 'Proofsheet',
    show: false,
    // What is seen before the page is drawn.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1b1d' : '#f6f6f7',
    webPreferences: { ...webPreferences, preload, devTools: !app.isPackaged },
  })
  window.once('ready-to-show', () => window.show())
  const zoom = (steps: number | null) => {
    const level = steps === null ? 0 : window.webContents.getZoomLevel() + steps
    window.webContents.setZoomLevel(Math.max(-mostZoomSteps, Math.min(mostZoomSteps, level)))
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, zoom)))
  await window.loadURL(`${pageAddress}${hash}`)
  return window
}
