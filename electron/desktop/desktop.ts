import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { app, type BrowserWindow, dialog, session } from 'electron'
import { createRouter } from '#api/api.ts'
import type { EngineRooms } from '#api/engine-rooms.ts'
import { defectText } from '#api/errors.ts'
import { createEventLog } from '#api/event-log.ts'
import { openSheet, type SheetFolders } from '#api/open-sheet.ts'
import { listRendererFiles } from '#api/renderer-files.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import { messageOf } from '#shared/errors.ts'
import { provideAbilities } from './abilities.ts'
import { acceptConnections } from './connect.ts'
import { type DesktopArguments, desktopArguments } from './desktop-arguments.ts'
import { leaveWith, type Stoppable } from './leave.ts'
import { registerScheme, servePage } from './protocol.ts'
import { lockContents, lockSession, pageAddress } from './security.ts'
import { openWindow } from './window.ts'

/** The engine, as far as a host is concerned with its life. */
export type HostedEngine = EngineRooms & SheetFolders & Stoppable

interface DesktopOptions {
  readonly arguments: DesktopArguments
  readonly openEngine: (library: string | null, emit: (event: LibraryEvent) => void) => Promise<HostedEngine>
  /** The built window and its preload script. */
  readonly rendererFolder: string
  readonly preload: string
}

/** The desktop host, from the program's start to its window. Resolves when the window is open, or has been refused. */
export async function startDesktop(options: DesktopOptions): Promise<void> {
  const { library, sheet, run } = options.arguments
  app.enableSandbox()
  registerScheme()
  // One program per library: each has its own browser profile, and with it its own single-instance lock.
  const profile =
    library === null ? 'window' : `window-${createHash('sha256').update(library).digest('hex').slice(0, 16)}`
  app.setPath('userData', join(app.getPath('userData'), profile))
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  await app.whenReady()
  lockSession(session.defaultSession)
  try {
    const eventLog = createEventLog()
    const rendererFiles = await listRendererFiles(options.rendererFolder)
    const engine = await options.openEngine(library, eventLog.add)
    const toLog = (error: unknown, where: string) => process.stderr.write(defectText(error, where))
    servePage(rendererFiles, engine)
    acceptConnections(createRouter(engine, eventLog, toLog))
    provideAbilities()
    const window = await openWindow(options.preload, sheet === null ? '' : await placeOf(engine, sheet, run))
    leaveWith(window, engine)
    app.on('second-instance', (_event, argv, workingFolder) => {
      void showAgain(window, engine, desktopArguments(programArguments(argv), workingFolder))
    })
  } catch (error) {
    dialog.showErrorBox('Proofsheet could not start', messageOf(error))
    app.exit(1)
  }
}

/** What follows the program in its argument list, and, when it is not packaged, the path of the app. */
export const programArguments = (argv: readonly string[]): readonly string[] => argv.slice(app.isPackaged ? 1 : 2)

/** Where the window opens; a sheet that cannot be opened is said, and the library shown. */
async function placeOf(engine: HostedEngine, sheet: string, run: boolean): Promise<string> {
  try {
    return await openSheet(engine, sheet, run)
  } catch (error) {
    dialog.showErrorBox('The sheet could not be opened', messageOf(error))
    return ''
  }
}

/** Somebody started the program again: the window comes to the front, on the sheet that was named. */
async function showAgain(window: BrowserWindow, engine: HostedEngine, { sheet, run }: DesktopArguments) {
  if (window.isMinimized()) window.restore()
  window.focus()
  if (sheet !== null) await window.loadURL(pageAddress + (await placeOf(engine, sheet, run)))
}
