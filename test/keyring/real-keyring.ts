/**
 * `node test/keyring/real-keyring.ts`: keys in a real Secret Service (gnome-keyring) on a message bus of its own, through
 * the command line: stored, read by another process, replaced, forgotten; and a locked keyring that nobody unlocks. Needs
 * `dbus-run-session` and `gnome-keyring-daemon` (Debian: dbus, gnome-keyring) and is skipped, with a word, without them.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { systemKeyring } from '#engine/settings/keyring.ts'
import { openSecrets } from '#engine/settings/secrets.ts'

const self = fileURLToPath(import.meta.url)
const program = fileURLToPath(new URL('../../electron/cli/proofsheet.js', import.meta.url))
const origin = 'https://queue.fal.run'
const key = 'sk-canary-0123456789'
const run = promisify(execFile)

if (process.argv[2] === 'on-the-bus') await onTheBus()
else await main()

async function isThere(command: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  )
}

async function main(): Promise<void> {
  const missing: string[] = []
  for (const command of ['dbus-run-session', 'gnome-keyring-daemon'])
    if (!(await isThere(command))) missing.push(command)
  if (process.platform !== 'linux' || missing.length > 0) {
    console.log(`skipped: there is no ${missing.join(' and no ') || 'Linux'} here`)
    return
  }
  const home = await mkdtemp(join(tmpdir(), 'proofsheet-keyring-'))
  try {
    await mkdir(join(home, 'run'), { mode: 0o700 })
    const env = {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: join(home, 'run'),
      XDG_CONFIG_HOME: join(home, 'config'),
    }
    const more = { XDG_DATA_HOME: join(home, 'data'), FAL_KEY: '', DISPLAY: '', WAYLAND_DISPLAY: '' }
    const args = ['--', process.execPath, self, 'on-the-bus']
    const child = spawn('dbus-run-session', args, { env: { ...env, ...more }, stdio: 'inherit', timeout: 120_000 })
    process.exitCode = await new Promise<number>((done) => child.once('close', (status) => done(status ?? 1)))
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function startDaemon(password: string | null): () => Promise<void> {
  const child = spawn(
    'gnome-keyring-daemon',
    ['--foreground', '--components=secrets', ...(password ? ['--unlock'] : [])],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  child.stdin.end(password ?? '')
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  return async () => {
    child.kill()
    await ended
  }
}

function providersKey(args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, [program, 'providers', 'key', 'fal', '--json', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (text: Buffer) => {
    said += text
  })
  child.stdin.end(input)
  return new Promise((done) => child.once('close', () => done(said)))
}

async function onTheBus(): Promise<void> {
  const file = join(process.env.XDG_CONFIG_HOME ?? '', 'proofsheet', 'keys.json')
  const failures: string[] = []
  const check = (what: string, isSo: boolean) => {
    console.log(`${isSo ? 'ok  ' : 'FAIL'}  ${what}`)
    if (!isSo) failures.push(what)
  }
  const timed = async <Result>(work: Promise<Result>): Promise<[Result, number]> => {
    const startedMs = performance.now()
    return [await work, Math.round(performance.now() - startedMs)]
  }
  const readAgain = async () => {
    const keyring = systemKeyring()
    const secrets = openSecrets({ file, env: {}, keyring, onLoaded: () => undefined })
    await secrets.load()
    return secrets.find('fal', [], origin)
  }
  const native = () => {
    const { Entry } = createRequire(import.meta.url)('@napi-rs/keyring')
    return new Entry('Proofsheet', 'fal', { linux: { store: 'secret-service' } }).getPassword()
  }

  const endDaemon = startDaemon('a password')
  await new Promise((done) => setTimeout(done, 1_000))
  const stored = await providersKey([], `${key}\n`)
  check(`the command line stores in the keyring: ${stored.trim()}`, stored.includes('"key":"keyring"'))
  check('the keyring has it', String(native()).includes(key))
  check('the file has not', !(await readFile(file, 'utf8')).includes(key))
  const [found, readMs] = await timed(readAgain())
  check(`another process reads it (${readMs} ms with its own process)`, found?.read() === key)
  await providersKey([], 'sk-second')
  check('it is replaced', (await readAgain())?.read() === 'sk-second')
  const forgotten = await providersKey(['--forget'], '')
  check(`it is forgotten: ${forgotten.trim()}`, forgotten.includes('"key":"missing"') && native() === null)
  await providersKey([], key)
  await endDaemon()

  // Started again without its password: locked, and nobody is there to unlock it.
  const endLocked = startDaemon(null)
  await new Promise((done) => setTimeout(done, 1_000))
  const [outcome, lockedMs] = await timed(
    systemKeyring({ unlockMs: 4_000 })
      .get(['fal'])
      .then(
        (secrets) => `gave ${secrets.size} keys`,
        (error: unknown) => String(error),
      ),
  )
  check(`a locked keyring gives nothing and holds nobody up: ${outcome} (${lockedMs} ms)`, lockedMs < 9_000)
  check('and it did not give the key', !outcome.includes('gave 1'))
  await endLocked()
  console.log(failures.length === 0 ? 'all well' : `${failures.length} failed`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
