import type { z } from 'zod'
import { errorForStatus, parseJson, quoteWords, withReply } from '#engine/network/network.ts'
import { AppError, type ErrorCode, errorCodeOf } from '#shared/errors.ts'
import type { ProviderCall, ProviderFetchOptions, ProviderIo, ProviderReply, StreamedReply } from './provider.ts'

/** What an error reply says, read from the forms of one service. */
export interface Complaint {
  readonly message: string | null
  /** The prompt or the picture was refused. `billed` is null where the service does not say. */
  readonly refusal?: { readonly billed: boolean | null }
  /** Where the service names no time after a 429, in ms. */
  readonly waitMs?: number
  /** The least to wait after a 429, in ms: the end of a day's limit outlasts the seconds that a reply names. */
  readonly leastWaitMs?: number
  /** What the reply means where its status says something else; the sentence goes on after the origin. Never charged. */
  readonly meaning?: { readonly code: ErrorCode; readonly sentence: string }
}

export interface HttpService {
  /** Who is asked, as a person knows it: an origin. */
  readonly where: string
  readonly timeoutMs: number
  headers(key: string): Readonly<Record<string, string>>
  complaintOf(reply: ProviderReply): Complaint
}

export type Sent = Pick<ProviderFetchOptions, 'method' | 'headers' | 'body' | 'maxBytes' | 'repeatable'>
type Context = Pick<ProviderCall, 'signal' | 'onHeaders'>

export interface HttpSession {
  /** Gives a 2xx; everything else is thrown as AppError. */
  send(url: string, sent: Sent, call: Context): Promise<ProviderReply>
  /**
   * The same for following what is already under way and may be paid: no failure here may send it again. A key that is no
   * longer good, spent credit or an answer that is not JSON is `provider-unavailable` (it is asked again), a job that is
   * gone or that failed is `bad-response`. `isPicture`: the answer is the picture itself, not JSON.
   */
  follow(
    url: string,
    call: Context,
    sent?: Pick<Sent, 'headers' | 'maxBytes'> & { readonly isPicture?: boolean },
  ): Promise<ProviderReply>
  /** The same for an answer that is too large to hold, whose pieces come as they are. */
  pour(url: string, call: Context): Promise<AsyncIterable<Uint8Array>>
  /** What a reply that is no 2xx means. */
  errorOf(reply: ProviderReply, repeatable: boolean): AppError
  refusal(words: string, reply: ProviderReply, billed: boolean | null): AppError
  /** A 2xx without a usable picture, charged: `what` goes on after the origin (`sent an answer without a picture`). */
  unusable(what: string, words: string, reply: ProviderReply): AppError
  /**
   * Reads the answer to a request that was taken in, to be followed. One that cannot be read is as good as lost: then it is
   * `outcome-unknown`, to be looked up, or a person's matter.
   */
  taken<Wire extends z.ZodType>(wire: Wire, reply: ProviderReply): z.infer<Wire>
  /** Reads a 2xx. Throws `bad-response`, charged unless it is known not to be. */
  read<Wire extends z.ZodType>(wire: Wire, reply: ProviderReply, billed?: boolean | null): z.infer<Wire>
}

const mayGoOn: ReadonlySet<ErrorCode> = new Set(['provider-unavailable', 'rate-limited', 'canceled', 'content-policy'])

/** The most bytes of an answer that holds a picture in base64: a final may have 256 MB. */
export const maxReplyBytes = 360_000_000

/** One service over the network layer: key, errors in its own forms, and replies by schema. */
export function openHttpSession(io: ProviderIo, service: HttpService): HttpSession {
  const { where } = service

  const refusal: HttpSession['refusal'] = (words, reply, billed) => {
    const said = words === '' ? '.' : `: “${quoteWords(words, io.key())}”`
    const sentence = `${where} refused this prompt${said} Change the prompt, or try another model.`
    return new AppError('content-policy', sentence, { billed, cause: withReply(reply) })
  }

  const unusable: HttpSession['unusable'] = (what, words, reply) => {
    const said = words === '' ? '.' : `: “${quoteWords(words, io.key())}”.`
    const sentence = `${where} ${what}${said} It may have been charged; look at the saved answer, then retry.`
    return new AppError('bad-response', sentence, { billed: true, cause: withReply(reply) })
  }

  const errorOf: HttpSession['errorOf'] = (reply, repeatable) => {
    const key = io.key()
    const complaint = service.complaintOf(reply)
    if (complaint.refusal && reply.status >= 400 && reply.status < 500) {
      return refusal(complaint.message ?? '', reply, complaint.refusal.billed)
    }
    if (complaint.meaning) {
      const { code, sentence } = complaint.meaning
      const said = complaint.message ? ` It said: “${quoteWords(complaint.message, key)}”` : ''
      return new AppError(code, `${where} ${sentence}${said}`, { billed: false, cause: withReply(reply) })
    }
    const plain = { ...reply, bytes: inOneForm(reply, complaint) }
    const error = errorForStatus(plain, { where, repeatable, nowMs: io.now(), key })
    const isLimit = error.code === 'rate-limited'
    const told = error.retryAfterMs ?? (isLimit ? complaint.waitMs : undefined)
    const waitMs = isLimit && complaint.leastWaitMs ? Math.max(told ?? 0, complaint.leastWaitMs) : told
    // The reply goes along as it came, so that its bytes can be looked at.
    const extra = {
      billed: error.billed,
      cause: withReply(reply),
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    }
    return new AppError(error.code, error.message, extra)
  }

  const optionsFor = (sent: Sent, signal: AbortSignal): ProviderFetchOptions => {
    const key = io.key()
    return {
      ...sent,
      headers: { ...sent.headers, ...(key ? service.headers(key) : {}) },
      headersTimeoutMs: service.timeoutMs,
      signal,
    }
  }

  const send: HttpSession['send'] = async (url, sent, { signal, onHeaders }) => {
    const reply = await io.fetch(url, optionsFor(sent, signal))
    onHeaders?.(reply.status, reply.headers)
    if (reply.status >= 200 && reply.status < 300) return reply
    throw errorOf(reply, sent.repeatable)
  }

  const stream = async (url: string, { signal, onHeaders }: Context): Promise<StreamedReply> => {
    const reply = await io.stream(url, optionsFor({ method: 'GET', repeatable: true }, signal))
    onHeaders?.(reply.status, reply.headers)
    if (reply.status >= 200 && reply.status < 300) return reply
    throw errorOf({ ...reply, bytes: await beginningOf(reply.chunks) }, true)
  }

  /** An error of asking for what is under way, so that nothing is sent again because of it. */
  const underWay = (error: unknown): unknown => {
    const code = errorCodeOf(error)
    if (!(error instanceof AppError) || code === null || mayGoOn.has(code)) return error
    if (code === 'auth' || code === 'quota')
      return new AppError('provider-unavailable', error.message, { cause: error })
    const gone = `${where} does not know this job any more: its picture is gone, and may have been charged.`
    const sentence = code === 'not-found' ? gone : error.message
    return new AppError('bad-response', sentence, { billed: null, cause: error })
  }

  return {
    send,
    errorOf,
    refusal,
    unusable,
    async follow(url, call, { isPicture = false, ...sent } = {}) {
      const reply = await send(url, { ...sent, method: 'GET', repeatable: true }, call).catch((error: unknown) => {
        throw underWay(error)
      })
      if (isPicture || parseJson(reply.bytes) !== null) return reply
      const sentence = `${where} sent an answer that is not JSON; it is asked again.`
      throw new AppError('provider-unavailable', sentence, { cause: withReply(reply) })
    },
    async pour(url, call) {
      const { chunks } = await stream(url, call).catch((error: unknown) => {
        throw underWay(error)
      })
      return chunks
    },
    taken(wire, reply) {
      const parsed = wire.safeParse(parseJson(reply.bytes))
      if (parsed.success) return parsed.data
      const sentence = `${where} took the request and sent an answer that is not known here: the picture may have been made and charged. Look at the provider’s usage page, then retry or dismiss it.`
      throw new AppError('outcome-unknown', sentence, { billed: null, cause: withReply(reply) })
    },
    read(wire, reply, billed = true) {
      const parsed = wire.safeParse(parseJson(reply.bytes))
      if (parsed.success) return parsed.data
      const sentence = `${where} sent an answer that is not known here. It may have been charged; look at the saved answer, then retry.`
      throw new AppError('bad-response', sentence, { billed, cause: withReply(reply) })
    },
  }
}

/** Every service has its own error body; the network layer reads one form. What else stands in it (a code, a time to wait) is kept. */
function inOneForm(reply: ProviderReply, { message }: Complaint): Uint8Array {
  if (message === null) return reply.bytes
  const body = fieldsOf(parseJson(reply.bytes))
  return Buffer.from(JSON.stringify({ ...body, error: { ...fieldsOf(body.error), message } }))
}

/** So much of an answer that says what went wrong is enough. */
const complaintBytes = 1_000_000

async function beginningOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    kept.push(chunk)
    length += chunk.length
    if (length >= complaintBytes) break
  }
  return Buffer.concat(kept)
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
