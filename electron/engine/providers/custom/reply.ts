import {
  matchOrigin,
  parseJson,
  quoteWords,
  complaintOf as usualComplaintOf,
  withReply,
} from '#engine/network/network.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { AppError } from '#shared/errors.ts'
import { microsFrom } from '#shared/money.ts'
import type { Complaint, HttpSession } from '../http-session.ts'
import { bytesOfDataUri } from '../picture-input.ts'
import type { Cost, Output, Progress, ProviderReply } from '../provider.ts'
import { allAt, textAt } from './pointer.ts'

export interface ReplyContext {
  readonly service: CustomService
  readonly where: string
  /** Addresses without a host belong to it. */
  readonly base: URL
  readonly http: HttpSession
  readonly key: string | null
}

const isRefused = ({ answer }: CustomService, json: unknown): boolean => {
  const { refused } = answer
  if (!refused) return false
  return allAt(json, refused.at).some((value) => refused.values.includes(String(value)))
}

const wordsIn = ({ answer }: CustomService, json: unknown): string =>
  answer.error.map((at) => textAt(json, at)).find((text) => text !== null) ?? ''

/** What a reply without success says: where the description points, else in the usual forms. */
export function complaintOf(service: CustomService, reply: ProviderReply): Complaint {
  const json = parseJson(reply.bytes)
  const message = wordsIn(service, json) || usualComplaintOf(reply).message
  return { message, ...(isRefused(service, json) ? { refusal: { billed: false } } : {}) }
}

/** A number or its text, each one so many US dollars; null where it is none. */
function costIn({ answer }: CustomService, json: unknown): Cost | null {
  if (!answer.cost) return null
  const said = Number(textAt(json, answer.cost.at) ?? Number.NaN)
  const each = microsFrom(answer.cost.usd) ?? 0
  // Rounded up; the small step undoes binary fractions (0.0051 of a dollar).
  const micros = Math.ceil(said * each - 1e-6)
  return said >= 0 && Number.isSafeInteger(micros) ? { micros, currency: 'USD' } : null
}

type Done = Extract<Progress, { state: 'done' }>

/**
 * Reads what became of one request: the whole answer, or its result in an array. `asked` is the seed that was sent, for
 * answers that name none. Throws AppError where there is no picture.
 */
export function doneFrom(json: unknown, reply: ProviderReply, context: ReplyContext, asked: number | null): Done {
  const { service, where, http, key } = context
  const { answer } = service
  const settled = costIn(service, json)
  const words = wordsIn(service, json)
  const said = words === '' ? '' : ` It said: “${quoteWords(words, key)}”`
  const extra = {
    billed: answer.failuresAreFree ? false : null,
    cause: withReply(reply),
    ...(settled ? { costMicros: settled.micros } : {}),
  }
  if (isRefused(service, json)) throw http.refusal(words, reply, extra.billed)
  const state = textAt(json, answer.status?.at)
  if (state !== null && answer.status?.failed.includes(state))
    throw new AppError(
      'bad-response',
      `${where} could not make this picture (${quoteWords(state, key)}).${said}`,
      extra,
    )
  const outputs = answer.as === 'bytes' ? [] : outputsIn(json, context, reply, asked)
  if (outputs.length > 0) return { state: 'done', outputs, settled }
  if (words !== '') throw new AppError('bad-response', `${where} could not make this picture.${said}`, extra)
  throw http.unusable('sent an answer without a picture', '', reply)
}

/** A whole reply of one request. */
export function doneFromReply(reply: ProviderReply, context: ReplyContext, asked: number | null): Done {
  const { service, http } = context
  const isJson = /json/i.test(reply.headers['content-type'] ?? '')
  if (service.answer.as === 'bytes' && !isJson) {
    if (reply.bytes.length === 0) throw http.unusable('sent an empty answer', '', reply)
    return { state: 'done', outputs: [{ kind: 'bytes', bytes: reply.bytes, seed: asked }], settled: null }
  }
  return doneFrom(jsonOf(reply, context), reply, context, asked)
}

/** Throws `bad-response`, charged, for what is not JSON. */
export function jsonOf(reply: ProviderReply, { http }: ReplyContext): unknown {
  const json = parseJson(reply.bytes)
  if (json !== null) return json
  throw http.unusable(reply.bytes.length === 0 ? 'sent an empty answer' : 'sent an answer that is not JSON', '', reply)
}

function outputsIn(json: unknown, context: ReplyContext, reply: ProviderReply, asked: number | null): Output[] {
  const { answer } = context.service
  const texts = allAt(json, answer.pictures ?? '').filter((value) => typeof value === 'string' && value !== '')
  const seeds = answer.seed === undefined ? [] : allAt(json, answer.seed).map(Number)
  return texts.map((text, index) => {
    const said = seeds.length === texts.length ? seeds[index] : seeds[0]
    const seed = said !== undefined && Number.isSafeInteger(said) ? said : asked
    return outputFrom(String(text), seed, context, reply)
  })
}

function outputFrom(text: string, seed: number | null, context: ReplyContext, reply: ProviderReply): Output {
  const { service, base, http } = context
  const inline = bytesOfDataUri(text)
  if (inline) return { kind: 'bytes', bytes: inline, seed }
  if (service.answer.as === 'base64') {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length === 0) throw http.unusable('sent a picture that is not base64', '', reply)
    return { kind: 'bytes', bytes, seed }
  }
  const url = URL.canParse(text, base.href) ? new URL(text, base.href) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw http.unusable('named a picture by an address that is not http or https', '', reply)
  const allowed = service.answer.pictureOrigins
  if (allowed && url.origin !== base.origin && !matchOrigin(url, allowed))
    throw http.unusable(`named a picture at ${url.origin}, which its description does not name`, '', reply)
  return { kind: 'url', url: url.href, seed }
}

type Settled = Done | AppError

/**
 * The results of an array, in the order of the requests. A request without a result of its own may have been made:
 * `outcome-unknown`, for that one alone.
 */
export function resultsFrom(
  reply: ProviderReply,
  sent: readonly { readonly id: string; readonly seed: number | null }[],
  context: ReplyContext,
): Settled[] {
  const { service, where } = context
  const json = jsonOf(reply, context)
  const results = allAt(json, service.array?.results ?? '')
  const idAt = service.array?.id ?? null
  const lost = (why: string): AppError => {
    const sentence = `${where} ${why}: the picture may have been made and charged. Look at the provider’s usage page, then retry or dismiss it.`
    return new AppError('outcome-unknown', sentence, { billed: null, cause: withReply(reply) })
  }
  if (idAt === null && results.length !== sent.length)
    return sent.map(() => lost(`answered ${sent.length} requests with ${results.length} results that have no ids`))
  return sent.map(({ id, seed }, index) => {
    const own = idAt === null ? [results[index]] : results.filter((result) => textAt(result, idAt) === id)
    if (own.length !== 1)
      return lost(own.length === 0 ? 'gave no result for this request' : 'gave two results for this request')
    try {
      return doneFrom(own[0], reply, context, seed)
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  })
}
