import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { z } from 'zod'
import type { Contract } from '#shared/contract/index.ts'

const command = fileURLToPath(new URL('../../../electron/cli/proofsheet.js', import.meta.url))
const watcher = new URL('./watch-loop.js', import.meta.url).href

const addressLine = z.object({ url: z.string(), urlWithToken: z.string(), bearerToken: z.string() })
const delays = z.object({ p99Ms: z.number(), maxMs: z.number(), mostWorkMs: z.number() })

export interface WebHost {
  /** Where the window is, with its token. */
  readonly address: string
  /** The contract, as a script would call it. */
  readonly client: ContractRouterClient<Contract>
  /** How late the host's timers fired while `work` went on, and the most that it worked between two, ms. */
  readonly loopDuring: (work: () => Promise<void>) => Promise<z.infer<typeof delays>>
  readonly stop: () => Promise<void>
}

/** Serves a library in a process of its own, as `proofsheet serve` does. Rejects with all it said where it does not come up. */
export async function startWebHost(library: string): Promise<WebHost> {
  const child = spawn(
    process.execPath,
    ['--import', watcher, command, 'serve', '--port', '0', '--library', library, '--json'],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const exit = once(child, 'exit').finally(() => process.off('exit', end))
  let said = ''
  const { url, urlWithToken, bearerToken } = await new Promise<z.infer<typeof addressLine>>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const line = said.split('\n').find((each) => each.startsWith('{') && each.endsWith('}'))
      if (line) resolve(addressLine.parse(JSON.parse(line)))
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.once('exit', (code) => reject(new Error(`serve ended with ${code} before it named its address:\n${said}`)))
    child.once('error', reject)
  })
  const link = new RPCLink({ url: `${url}rpc`, headers: { authorization: `Bearer ${bearerToken}` } })
  return {
    address: urlWithToken,
    client: createORPCClient(link),
    async loopDuring(work) {
      child.send('watch')
      await work()
      const answer = once(child, 'message')
      child.send('tell')
      return delays.parse((await answer)[0])
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
      await exit
    },
  }
}
