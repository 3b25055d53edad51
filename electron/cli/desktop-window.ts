import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Call } from './call.ts'
import { libraryPlace, programRoot } from './library-place.ts'
import { hasDisplay } from './web-window.ts'

/** Electron's binary is about 110 MB: a connection that does not bring it by then is not waited for. */
const fetchLimitMs = 60_000

/** A window that ends this soon with an error never came up. */
const startLimitMs = 10_000

const electronFolder = join(programRoot, 'node_modules', 'electron')

/** The binary that Electron's own installer put there; null before that. */
function electronBinary(): string | null {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(electronFolder, 'dist')
  const binary = join(folder, readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/** The desktop program, fetched where it can be; else why it is not to be had. */
export async function findDesktop(call: Call): Promise<{ readonly binary: string } | { readonly missing: string }> {
  if (!hasDisplay()) return { missing: 'There is no display here' }
  if (!existsSync(join(programRoot, 'out', 'main', 'main.js')))
    return { missing: 'The desktop window has not been built (npm run build)' }
  // Chromium's sandbox refuses root, and without its sandbox the window is not opened.
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { missing: 'The desktop window does not run as root' }
  const binary = electronBinary() ?? ((await fetchElectron(call)) ? electronBinary() : null)
  return binary === null
    ? { missing: 'Electron’s program is not here and could not be fetched (npx install-electron)' }
    : { binary }
}

/** Whether any network but the machine's own is up: without one there is no use in trying. */
const isOnlinePlausible = (): boolean =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some((address) => !address.internal))

async function fetchElectron(call: Call): Promise<boolean> {
  const installer = join(electronFolder, 'install.js')
  if (!existsSync(installer) || !isOnlinePlausible()) return false
  call.out.note('Fetching Electron for the desktop window, once ...')
  const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: fetchLimitMs })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

/**
 * Runs the desktop window until it is closed; resolves with its exit status, or with null where it did not come up.
 * It has its own process group, so a Ctrl+C reaches it once, through this process.
 */
export function runDesktop(
  call: Call,
  binary: string,
  { sheet, run }: { readonly sheet: string | undefined; readonly run: boolean },
): Promise<number | null> {
  const args = [
    programRoot,
    ...(sheet === undefined ? [] : [sheet]),
    ...(run ? ['--run'] : []),
    // Without a name it is the window of the usual library, as when it is started by itself.
    ...(call.library === libraryPlace(undefined) && !process.env.PROOFSHEET_LIBRARY ? [] : ['--library', call.library]),
  ]
  const startedMs = performance.now()
  const child = spawn(binary, args, { stdio: 'inherit', detached: process.platform !== 'win32' })
  let isStopped = false
  const pass = (signal: NodeJS.Signals): void => {
    isStopped = true
    child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve) => {
    const end = (status: number | null): void => {
      for (const signal of signals) process.off(signal, pass)
      resolve(status)
    }
    child.once('error', () => end(null))
    child.once('exit', (code) => {
      const isTooSoon = performance.now() - startedMs < startLimitMs && !isStopped
      end(code !== 0 && isTooSoon ? null : (code ?? 1))
    })
  })
}
