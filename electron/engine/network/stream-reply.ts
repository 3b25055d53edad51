import type { Dispatcher } from 'undici'
import { type Broken, type Conversation, converse, type ExchangeRequest, type ReplyHead } from './conversation.ts'
import { decodePieces } from './decode.ts'

/** A reply whose body is on its way: it has to be read, or left by ending the loop. */
export interface StreamedReply extends ReplyHead {
  readonly chunks: AsyncIterable<Uint8Array>
}

/** So many bytes wait for their reader; then the far end waits. One piece of the socket may come on top. */
const mostWaiting = 1024 * 1024

/**
 * Sends one request and gives its reply as soon as the head is here. What breaks later is thrown where the body is read, as
 * `errorOf` says it; a reader who is slow slows the far end down, and no clock runs while he is.
 */
export async function streamReply(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  errorOf: (broken: Broken) => Error,
): Promise<StreamedReply> {
  const pieces = openPieces(errorOf)
  const head = await new Promise<ReplyHead>((settle, refuse) => {
    let isHere = false
    pieces.follow(
      converse(dispatcher, request, {
        onHead: (came) => {
          isHere = true
          settle(came)
        },
        onPiece: pieces.add,
        onEnd: () => pieces.end(null),
        onBroken: (broken) => (isHere ? pieces.end(broken) : refuse(errorOf(broken))),
      }),
    )
  })
  const encoding = head.headers['content-encoding'] ?? ''
  return { ...head, chunks: decodePieces(pieces.read(), encoding, request.maxBytes, errorOf) }
}

/** What came and was not read yet, between the socket and one reader. */
function openPieces(errorOf: (broken: Broken) => Error) {
  const waiting: Uint8Array[] = []
  let bytes = 0
  let conversation: Conversation | null = null
  let end: { readonly broken: Broken | null } | null = null
  let wake: (() => void) | null = null
  const nudge = (): void => {
    wake?.()
    wake = null
  }
  return {
    follow: (one: Conversation): void => {
      conversation = one
    },
    add: (piece: Uint8Array): void => {
      waiting.push(piece)
      bytes += piece.length
      if (bytes >= mostWaiting) conversation?.pause()
      nudge()
    },
    end: (broken: Broken | null): void => {
      end = { broken }
      nudge()
    },
    async *read(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          const piece = waiting.shift()
          if (piece) {
            bytes -= piece.length
            if (bytes < mostWaiting / 2) conversation?.resume()
            yield piece
          } else if (end) {
            if (end.broken) throw errorOf(end.broken)
            return
          } else {
            await new Promise<void>((done) => {
              wake = done
            })
          }
        }
      } finally {
        conversation?.leave()
      }
    },
  }
}
