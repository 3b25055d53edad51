/**
 * A process of its own that asks the system's keyring one question and is then ended by its parent. Of its own, because
 * the keyring's client stands still inside the call when the desktop's message bus is mute (@napi-rs/keyring 2.1.2, tried
 * 2026-11: no time limit, and a thread that stands still keeps its process from ending).
 */
import { EventEmitter } from 'node:events'
import { Entry } from '@napi-rs/keyring'
import type { KeyringAnswer, KeyringQuestion } from './keyring.ts'

/** The name that every key is found under, in any program that shows the keyring. */
const service = 'Proofsheet'

function answer(question: KeyringQuestion, post: (said: KeyringAnswer) => void): void {
  try {
    // Never the kernel's keyring, which forgets at the next start of the machine.
    const entryOf = (account: string) => new Entry(service, account, { linux: { store: 'secret-service' } })
    const entries = question.accounts.map((account) => ({ account, entry: entryOf(account) }))
    // From here on a person may have to unlock it first.
    post({ kind: 'connected' })
    const found: [string, string][] = []
    for (const { account, entry } of entries) {
      if (question.kind === 'set') entry.setPassword(question.secret)
      if (question.kind === 'forget') entry.deletePassword()
      const secret = question.kind === 'get' ? entry.getPassword() : null
      if (secret !== null) found.push([account, secret])
    }
    post({ kind: 'answered', found })
  } catch (error) {
    post({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) })
  }
}

// Electron's helper processes have a port; those of Node a channel.
const port: unknown = Reflect.get(process, 'parentPort')
if (port instanceof EventEmitter && 'postMessage' in port && typeof port.postMessage === 'function') {
  const post = port.postMessage.bind(port)
  port.once('message', ({ data }: { data: KeyringQuestion }) => answer(data, post))
} else {
  process.once('message', (question: KeyringQuestion) => answer(question, (said) => void process.send?.(said)))
}
