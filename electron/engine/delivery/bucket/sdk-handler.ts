import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Fetch, FetchOptions } from '#engine/network/network.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'

type Handle = S3Client['config']['requestHandler']['handle']

const methods: readonly NonNullable<FetchOptions['method']>[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']

/** Beside this, a byte may take so long: 16 kB in a second, over the slowest line that is of any use. */
const bytesPerMs = 16

/**
 * The SDK's requests through our own network room: the guard against private addresses, clocks (the SDK has none), no
 * redirects, whole replies only. `replyWithinMs` is how long a server may take to answer, over what the body takes.
 */
export function sdkHandler(fetch: Fetch, replyWithinMs: number): { handle: Handle } {
  return {
    async handle(request, options) {
      const method = methods.find((known) => known === request.method)
      const body: unknown = request.body ?? null
      if (!method || (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)))
        throw new AppError('unsupported', `A ${request.method} with such a body is not sent to a bucket.`)
      const port = request.port === undefined ? '' : `:${request.port}`
      const query = queryText(request.query)
      const length = body === null ? 0 : Buffer.byteLength(body)
      const signal = options && 'abortSignal' in options ? options.abortSignal : null
      const reply = await fetch(`${request.protocol}//${request.hostname}${port}${request.path}${query}`, {
        method,
        headers: request.headers,
        ...(body === null || length === 0 ? {} : { body }),
        ...(signal instanceof AbortSignal ? { signal } : {}),
        headersTimeoutMs: replyWithinMs + length / bytesPerMs,
        repeatable: true,
      }).catch((error: unknown) => {
        // The SDK looks into causes, and breaks on one that is null; so ours stay outside.
        const code = errorCodeOf(error)
        throw code === null ? error : new AppError(code, messageOf(error))
      })
      return {
        response: {
          statusCode: reply.status,
          headers: { ...reply.headers },
          body: Readable.from(reply.bytes.length > 0 ? [reply.bytes] : []),
        },
      }
    },
  }
}

type Query = Parameters<Handle>[0]['query']

/** As it was signed: RFC 3986, where `!'()*` are not themselves. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

function queryText(query: Query): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encoded(name)}=${encoded(one ?? '')}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
