import { utilityProcess } from 'electron'
import type { KeyringProcess } from '#engine/engine.ts'

/** Asks the keyring in a helper process of Electron's: packed, the program cannot start itself as Node. */
export function keyringProcess(file: string): KeyringProcess {
  const child = utilityProcess.fork(file, [], { serviceName: 'Proofsheet keyring', stdio: 'ignore' })
  return {
    send: (question) => child.postMessage(question),
    onAnswer: (listener) => void child.on('message', listener),
    onEnd: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  }
}
