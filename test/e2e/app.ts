import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base } from 'playwright/test'

interface App {
  /** Where the window is, with its token. */
  readonly url: string
  /** The library's folder: new and empty for each test, removed after it, as is the place of its keys. */
  readonly library: string
  /** Ends the web host as Ctrl+C does and resolves with its exit status. */
  readonly stop: () => Promise<number | null>
}

const command = fileURLToPath(new URL('../../electron/cli/proofsheet.js', import.meta.url))
const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/

/** The environment of somebody who has no keys yet: a home of its own, no keyring, no service's variable. */
function strangersEnv(home: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/_(KEY|TOKEN|SECRET|BASE_URL)$/.test(name))
  const own = { HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: join(home, 'config'), APPDATA: join(home, 'config') }
  return { ...Object.fromEntries(others), ...own, XDG_DATA_HOME: join(home, 'data'), PROOFSHEET_KEYRING: 'off' }
}

/** Starts the web host on a free port, over a library in `folder`. Rejects with all it said where it does not come up. */
async function startApp(folder: string): Promise<App> {
  const library = join(folder, 'library')
  const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--library', library], {
    env: strangersEnv(join(folder, 'home')),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit')
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: string): void => {
      said += text
      const match = address.exec(said)
      // A line end behind it: the address has come whole.
      if (match && said.indexOf('\n', match.index) > 0) resolve(match[0])
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('exit', (code) => reject(new Error(`serve ended with ${code} before it named its address:\n${said}`)))
    child.once('error', reject)
  })
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
    await exit
    return child.exitCode
  }
  return { url, library, stop }
}

/** A test with its own web host, over its own empty library. */
export const test = base.extend<{ app: App }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  app: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'proofsheet-e2e-'))
    const app = await startApp(folder)
    await use(app)
    await app.stop()
    await rm(folder, { recursive: true, force: true })
  },
})
