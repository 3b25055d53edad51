import type { Keyring, KeyringAnswer, KeyringProcess } from '#engine/settings/keyring.ts'

/** A keyring in memory. `trouble`: what every call fails with; null lets it work. */
export interface KeyringDouble extends Keyring {
  readonly secrets: Map<string, string>
  trouble: string | null
  readonly asked: string[]
  /** While set, calls wait for it: a keyring that a person has to unlock. */
  gate: Promise<void> | null
}

export function keyringDouble(): KeyringDouble {
  const secrets = new Map<string, string>()
  const asked: string[] = []
  const act = async <Result>(what: string, work: () => Result): Promise<Result> => {
    asked.push(what)
    await double.gate
    if (double.trouble !== null) throw new Error(double.trouble)
    return work()
  }
  const double: KeyringDouble = {
    secrets,
    asked,
    trouble: null,
    gate: null,
    get: (accounts) => act('get', () => new Map([...secrets].filter(([account]) => accounts.includes(account)))),
    set: (account, secret) => act('set', () => void secrets.set(account, secret)),
    forget: (account) => act('forget', () => void secrets.delete(account)),
    close: () => undefined,
  }
  return double
}

/** A process of the keyring that says this and then nothing more. */
export function processSaying(...answers: KeyringAnswer[]): KeyringProcess & { isKilled: () => boolean } {
  let isKilled = false
  return {
    send: () => undefined,
    onAnswer: (listener) => setImmediate(() => answers.map(listener)),
    onEnd: () => undefined,
    kill: () => {
      isKilled = true
    },
    isKilled: () => isKilled,
  }
}
