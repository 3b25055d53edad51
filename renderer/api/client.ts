import { createORPCClient } from '@orpc/client'
import { RPCLink as FetchLink } from '@orpc/client/fetch'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'
import { connectMessage } from '#shared/host.ts'
import { hasMessagePort } from './host.ts'

export type Client = ContractRouterClient<Contract>

/** The preload script takes the other end of the channel from this message and carries it to the engine. */
function openPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  window.postMessage(connectMessage, window.location.origin === 'null' ? '*' : window.location.origin, [port2])
  port1.start()
  return port1
}

/** A browser says `Failed to fetch` where nobody answers; every other error is thrown as it is. */
function inOurWords(error: unknown): never {
  if (error instanceof TypeError)
    throw new TypeError('Proofsheet does not answer. Start it again; this page goes on by itself.', { cause: error })
  throw error
}

/** One client for the page: over a message port where there is a desktop, else over HTTP on the page's own origin. */
export const client: Client = createORPCClient(
  hasMessagePort
    ? new PortLink({ port: openPort() })
    : new FetchLink({
        url: `${window.location.origin}/rpc`,
        fetch: (request, init) => globalThis.fetch(request, { ...init, credentials: 'same-origin' }).catch(inOurWords),
      }),
)
