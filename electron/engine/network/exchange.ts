import type { Dispatcher } from 'undici'
import { type Broken, converse, type ExchangeRequest, type ReplyHead } from './conversation.ts'
import { decodeBody } from './decode.ts'

/** Status and headers (names in lower case) and as much of the body as came. */
export interface Reply extends ReplyHead {
  readonly bytes: Uint8Array
}

export type Exchange =
  | { readonly outcome: 'reply'; readonly reply: Reply }
  | (Broken & { readonly outcome: 'failure'; readonly partial: Reply | null })

/** Sends one request and reads the whole reply. Never throws, never sends twice, follows no redirect. */
export async function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  const result = await collect(dispatcher, request)
  if (result.outcome === 'failure') return result
  const { reply } = result
  const encoding = reply.headers['content-encoding'] ?? ''
  if (encoding === '' || reply.bytes.length === 0) return result
  const decoded = await decodeBody(reply.bytes, encoding, request.maxBytes)
  if (decoded.state === 'whole') return { outcome: 'reply', reply: { ...reply, bytes: decoded.bytes } }
  const reason = decoded.state === 'unknown-encoding' ? 'encoding' : decoded.state
  return { outcome: 'failure', reason, sent: true, cause: decoded.cause ?? null, partial: reply }
}

const collect = (dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> =>
  new Promise((settle) => {
    let head: ReplyHead | null = null
    const pieces: Uint8Array[] = []
    const reply = (): Reply | null => head && { ...head, bytes: joined(pieces) }
    converse(dispatcher, request, {
      onHead: (came) => {
        head = came
      },
      onPiece: (piece) => void pieces.push(piece),
      onEnd: () => {
        const whole = reply()
        if (whole) settle({ outcome: 'reply', reply: whole })
      },
      onBroken: (broken) => settle({ outcome: 'failure', ...broken, partial: reply() }),
    })
  })

/** One piece needs no copy. */
const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const [only, ...others] = pieces
  return only && others.length === 0 ? only : Buffer.concat(pieces)
}
