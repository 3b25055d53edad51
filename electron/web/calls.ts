import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { ORPCError } from '@orpc/server'
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node'
import type { Router } from '#api/api.ts'
import { type OnDefect, toWireError } from '#api/errors.ts'
import { isReaderGone } from './reply.ts'

/** Answers a call of the contract. False where there is no such procedure; nothing has been sent then. */
export type AnswerCall = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** A body that cannot be read is the caller's fault; the procedures' own errors were translated below. */
const readable = async <Result>({ next }: { next: () => Promise<Result> }, onDefect: OnDefect): Promise<Result> => {
  try {
    return await next()
  } catch (error) {
    if (isReaderGone(error)) throw error
    const isBroken = error instanceof SyntaxError || error instanceof TypeError
    throw isBroken
      ? new ORPCError('invalid-input', { status: 400, message: 'The body is not the JSON that was announced.' })
      : toWireError(error, 'the call', onDefect)
  }
}

/** The two ways to call the contract over HTTP: `/rpc` for our own page, `/api` as REST for everything else. */
export function createCalls(
  router: Router,
  maxBodyBytes: number,
  onDefect: OnDefect,
): { rpc: AnswerCall; rest: AnswerCall } {
  const options = () => ({
    plugins: [new BodyLimitPlugin({ maxBodySize: maxBodyBytes })],
    interceptors: [<Result>(call: { next: () => Promise<Result> }) => readable(call, onDefect)],
  })
  const rpc = new RPCHandler(router, options())
  const rest = new OpenAPIHandler(router, options())
  return {
    rpc: async (request, response) => (await rpc.handle(request, response, { prefix: '/rpc' })).matched,
    rest: async (request, response) => (await rest.handle(request, response, { prefix: '/api' })).matched,
  }
}
