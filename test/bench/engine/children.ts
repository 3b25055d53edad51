import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { ProviderInput } from './provider-process.ts'

type ProcessName = 'engine' | 'memory' | 'parser' | 'provider' | 'remote' | 'script' | 'warm'

/** What a child process sends back, checked where it arrives. */
const ledger = z.object({
  maxInFlight: z.int(),
  entries: z.array(
    z.object({
      receivedMs: z.number(),
      serviceMs: z.number(),
      status: z.int().nullable(),
      pictures: z.int(),
      overLimit: z.boolean(),
    }),
  ),
})
export type ProviderLedger = z.infer<typeof ledger>

/** Ends with this process, however that ends. What it prints goes to the error stream. */
function start(name: ProcessName, input: unknown, profile: string | null): ChildProcess {
  const child = fork(fileURLToPath(new URL(`./${name}-process.ts`, import.meta.url)), [JSON.stringify(input)], {
    stdio: ['ignore', 2, 2, 'ipc'],
    execArgv: [...process.execArgv, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])],
  })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  return child
}

/** The child's one message. Rejects where it ends without one. */
const messageFrom = (child: ChildProcess, name: ProcessName): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The ${name} process ended (${code}) without a result.`)))
  })

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((done) => child.once('exit', () => done()))
    : Promise.resolve()

/** Runs a contender in a process of its own, so that times and memory do not mix, and gives what it measured. */
export async function measureIn<Result>(
  name: Exclude<ProcessName, 'provider'>,
  input: unknown,
  result: z.ZodType<Result>,
  profile: string | null = null,
): Promise<Result> {
  const child = start(name, input, profile)
  const message = await messageFrom(child, name)
  await ended(child)
  return result.parse(message)
}

/** Runs `work` against a fake provider in a process of its own; gives its result, and what the provider wrote down. */
export async function withProvider<Result>(
  input: ProviderInput,
  work: (url: string) => Promise<Result>,
): Promise<{ result: Result; ledger: ProviderLedger }> {
  const child = start('provider', input, null)
  try {
    const { url } = z.object({ url: z.url() }).parse(await messageFrom(child, 'provider'))
    const result = await work(url)
    const reply = await fetch(`${url}/ledger`)
    return { result, ledger: ledger.parse(await reply.json()) }
  } finally {
    child.disconnect()
    await ended(child)
  }
}
