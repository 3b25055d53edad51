import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The operating system's store of secrets, one to an account. Every call ends within its time; rejects with the reason. */
export interface Keyring {
  /** What it holds; accounts that it does not know are left out. */
  get(accounts: readonly string[]): Promise<ReadonlyMap<string, string>>
  set(account: string, secret: string): Promise<void>
  /** Also where there is none. */
  forget(account: string): Promise<void>
  /** Gives up what is being asked. */
  close(): void
}

export type KeyringQuestion =
  | { readonly kind: 'get' | 'forget'; readonly accounts: readonly string[] }
  | { readonly kind: 'set'; readonly accounts: readonly [string]; readonly secret: string }

export type KeyringAnswer =
  | { readonly kind: 'connected' }
  | { readonly kind: 'answered'; readonly found: readonly (readonly [string, string])[] }
  | { readonly kind: 'refused'; readonly reason: string }

/** The process that asks the keyring (keyring-process.ts), however the host starts one. */
export interface KeyringProcess {
  send(question: KeyringQuestion): void
  onAnswer(listener: (answer: KeyringAnswer) => void): void
  onEnd(listener: () => void): void
  kill(): void
}

export interface KeyringOptions {
  /** Electron has helper processes of its own; the default is a child of this Node. */
  readonly start?: () => KeyringProcess
  /** Until there is a keyring at all; the default is 3 s. */
  readonly connectMs?: number
  /** From then on: a person may have to unlock it. The default is 30 s. */
  readonly unlockMs?: number
}

/** The keyring of this machine: macOS Keychain, Windows Credential Manager, the Secret Service of Linux desktops. */
export function systemKeyring(options: KeyringOptions = {}): Keyring {
  const { start = startChild, connectMs = 3_000, unlockMs = 30_000 } = options
  const out = new Set<() => void>()

  function ask(question: KeyringQuestion): Promise<ReadonlyMap<string, string>> {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, string>>()
    const child = start()
    const fail = (reason: string) => reject(new Error(reason))
    const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`
    let timer = setTimeout(() => fail(`the system’s keyring did not answer within ${seconds(connectMs)}`), connectMs)
    const giveUp = () => fail('Proofsheet was closed before the system’s keyring answered')
    out.add(giveUp)
    child.onAnswer((said) => {
      if (said.kind === 'answered') return resolve(new Map(said.found))
      if (said.kind === 'refused') return fail(reasonOf(said.reason))
      clearTimeout(timer)
      timer = setTimeout(() => fail(`the system’s keyring was not unlocked within ${seconds(unlockMs)}`), unlockMs)
    })
    child.onEnd(() => fail('the system’s keyring cannot be asked on this machine'))
    child.send(question)
    return promise.finally(() => {
      clearTimeout(timer)
      out.delete(giveUp)
      child.kill()
    })
  }

  return {
    get: (accounts) => ask({ kind: 'get', accounts }),
    set: async (account, secret) => void (await ask({ kind: 'set', accounts: [account], secret })),
    forget: async (account) => void (await ask({ kind: 'forget', accounts: [account] })),
    close() {
      for (const giveUp of out) giveUp()
    },
  }
}

/** What the keyring's client says, for people; on Linux without a desktop it names the message bus. */
const reasonOf = (said: string): string =>
  /d-?bus|autolaunch|org\.freedesktop\.secrets/i.test(said)
    ? 'there is no keyring here'
    : `the system’s keyring refused (${said.slice(0, 200)})`

function startChild(): KeyringProcess {
  const file = fileURLToPath(new URL('./keyring-process.ts', import.meta.url))
  const child = fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  // SIGKILL: one that stands still inside the keyring's client hears nothing else.
  const kill = () => {
    process.off('exit', kill)
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  // The timer above keeps this process as long as it waits; a child that is being ended does not.
  child.unref()
  child.channel?.unref()
  return {
    send: (question) => void child.send(question, () => undefined),
    onAnswer: (listener) => void child.on('message', (said: KeyringAnswer) => listener(said)),
    onEnd(listener) {
      child.once('error', listener)
      child.once('exit', listener)
    },
    kill,
  }
}
