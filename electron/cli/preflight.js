// Plain JavaScript on purpose: this file must load on the Node that the machine has, from version 16 on.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** better-sqlite3 13 ends older Nodes with a segmentation fault (tried on Node 20), and only newer ones run TypeScript. */
const leastNode = 24

// Says to a process that it is the second try, so that a wrong `node` package cannot start itself for ever.
const mark = 'PROOFSHEET_NODE_STARTED'

/** Whether a version like `20.20.2` is new enough. */
const isNewEnough = (version) => Number.parseInt(version, 10) >= leastNode

/** The binary of the `node` package in the nearest node_modules at or above `folder`; null where there is none. */
function packagedNode(folder) {
  const path = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(path)) return path
  const above = dirname(folder)
  return above === folder ? null : packagedNode(above)
}

/**
 * Runs `script` with `args` under another Node and resolves with its exit status. Signals reach the other process once:
 * it has its own process group, so Ctrl+C comes here only and is passed on. When this process is killed, it dies too.
 * @public (its test runs it by itself)
 */
export function runUnder(node, script, args) {
  const isWindows = process.platform === 'win32'
  const child = spawn(node, [...process.execArgv, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // On Windows this would open a second console; there the console itself tells both.
    detached: !isWindows,
    env: { ...process.env, [mark]: '1' },
  })
  const listeners = new Map()
  const listen = (signal, listener) => {
    listeners.set(signal, listener)
    process.on(signal, listener)
  }
  if (isWindows) listen('SIGINT', () => {})
  else {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGWINCH', 'SIGCONT'])
      listen(signal, () => child.kill(signal))
    listen('SIGTSTP', () => {
      child.kill('SIGSTOP')
      process.kill(process.pid, 'SIGSTOP')
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const [name, listener] of listeners) process.off(name, listener)
      if (signal === null) return resolve(code)
      // Ends as the other one ended; where that signal does not end a process, with the status a shell would show.
      if (!isWindows) process.kill(process.pid, signal)
      resolve(128 + constants.signals[signal])
    })
  })
}

/**
 * True where the program may go on in this process. Else it has run under the `node` package instead, or one sentence
 * on stderr says what to do, and `process.exitCode` is set.
 */
export async function preflight(script, args) {
  const isSecondTry = process.env[mark] !== undefined
  delete process.env[mark]
  if (isSecondTry && process.channel) {
    // The channel carries nothing. It closes when the first process is gone: killed, as its normal end waits for ours.
    process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    process.channel.unref()
  }
  if (isNewEnough(process.versions.node)) return true
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
  const node = isSecondTry ? null : packagedNode(root)
  if (node === null) {
    process.stderr.write(
      `Proofsheet needs Node ${leastNode} or newer, and this is ${process.versions.node} (${process.execPath}). ` +
        `Run \`npm install\` in ${root}, which brings Node ${leastNode} along, or install it from https://nodejs.org.\n`,
    )
    process.exitCode = 2
    return false
  }
  process.exitCode = await runUnder(node, script, args)
  return false
}
