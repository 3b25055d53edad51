import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventLog } from '#api/event-log.ts'
import type { Engine } from '#engine/engine.ts'
import { AppError, errorCodeOf, exitStatus } from '#shared/errors.ts'
import type { WebHost } from '../web/web.ts'
import type { Call } from './call.ts'
import { programRoot } from './library-place.ts'
import { writing } from './session.ts'
import type { Stop } from './stop.ts'

/** Where the window is served when nobody names a port. */
const usualPort = 4780

export interface WebWindow {
  readonly engine: Engine
  readonly host: WebHost
  readonly stop: Stop
}

/**
 * Opens the library and serves its window on loopback until Ctrl+C; `work` runs beside it once it is up. Without a port
 * it takes 4780 or, where that is taken and `anyPort` allows, a free one.
 */
export async function serveWindow(
  call: Call,
  options: {
    readonly host: string
    readonly port: number | undefined
    readonly anyPort: boolean
    readonly publicUrl?: string | null
  },
  work: (window: WebWindow) => Promise<void>,
): Promise<number> {
  // Loaded here: the other commands need no web host.
  const { createEventLog } = await import('#api/event-log.ts')
  const eventLog = createEventLog()
  const { host: hostName, publicUrl = null } = options
  return writing(call, { host: hostName, publicUrl, emit: eventLog.add }, async (engine, stop) => {
    const host = await startHost(call, engine, eventLog, options)
    try {
      await Promise.all([work({ engine, host, stop }), stop.asked])
      await stop.bringToRest(engine.generation)
    } finally {
      eventLog.close()
      await stop.unlessForced(host.close())
    }
    return stop.isForced() ? exitStatus.stopped : exitStatus.allDone
  })
}

async function startHost(
  call: Call,
  engine: Engine,
  eventLog: EventLog,
  { port, anyPort }: { readonly port: number | undefined; readonly anyPort: boolean },
): Promise<WebHost> {
  const parts = {
    engine,
    eventLog,
    rendererFolder: join(programRoot, 'out', 'renderer'),
    version: await programVersion(),
    announce: (url: string) => call.out.note(`A new address for another browser: ${url}`),
  }
  const { startWebHost } = await import('../web/web.ts')
  try {
    return await startWebHost({ ...parts, port: port ?? usualPort })
  } catch (error) {
    if (!anyPort || port !== undefined || errorCodeOf(error) !== 'conflict') throw error
    return startWebHost({ ...parts, port: 0 })
  }
}

export async function programVersion(): Promise<string> {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(programRoot, 'package.json'), 'utf8'))
  if (typeof version !== 'string') throw new AppError('not-found', 'package.json names no version.')
  return version
}

/** Whether this machine can show a window at all. */
export const hasDisplay = (): boolean =>
  process.platform === 'win32' ||
  process.platform === 'darwin' ||
  Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Shows an address in the system's browser. Where that fails, the address has been printed. */
export function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler', url]
      : [process.platform === 'darwin' ? 'open' : 'xdg-open', url]
  const child = spawn(command ?? '', args, { stdio: 'ignore', detached: true })
  child.once('error', () => undefined)
  child.unref()
}
