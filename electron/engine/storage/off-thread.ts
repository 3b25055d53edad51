import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'

const sqliteModule = createRequire(import.meta.url).resolve('better-sqlite3')

/**
 * Runs database work in a thread of its own, so that the host never stalls for it. `work` is sent as its own source
 * text: it must stand alone, without imports or names from outside; input and result are copied. Throws what it threw.
 */
export function offThread<Input, Result>(
  work: (sqlite: typeof Database, input: Input) => Result | Promise<Result>,
  input: Input,
): Promise<Result> {
  const code = `const { parentPort, workerData } = require('node:worker_threads')
Promise.resolve().then(() => (${work})(require(workerData.sqliteModule), workerData.input)).then(
  (result) => parentPort.postMessage({ result }),
  (error) => parentPort.postMessage({ code: error.code, message: error.message }))`
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: { sqliteModule, input }, execArgv: [] })
    worker.once('message', (answer: { result: Result } | { code: string | undefined; message: string }) => {
      if ('result' in answer) resolve(answer.result)
      else if (answer.code?.startsWith('SQLITE_')) reject(new Database.SqliteError(answer.message, answer.code))
      else reject(Object.assign(new Error(answer.message), { code: answer.code }))
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The thread for database work ended by itself.')))
  })
}
