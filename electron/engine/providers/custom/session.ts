import type { CustomService } from '#shared/contract/service-fields.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { connectedTo } from '../hosted-models.ts'
import { baseFrom, placeOf } from '../hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '../http-session.ts'
import type { Handle, Progress, ProviderCall, ProviderIo, ProviderReply, ProviderSession } from '../provider.ts'
import { allAt, textAt } from './pointer.ts'
import { complaintOf, doneFrom, doneFromReply, jsonOf, type ReplyContext, resultsFrom } from './reply.ts'
import { arrayBodyFor, bodyFor, refuse, valuesFor } from './request.ts'
import type { Settings } from './settings.ts'
import { fillPath } from './template.ts'

/** One described service, with a person's settings. */
export function openSession(service: CustomService, of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, service.label)
  const { array, poll, check } = service
  const repeatable = service.lostReply === 'resend'
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => keyHeader(service, key),
    complaintOf: (reply) => complaintOf(service, reply),
  })
  const context = (): ReplyContext => {
    const base = baseFrom(of.baseUrl)
    if (!base) throw new AppError('invalid-input', `There is no address for ${service.label}.`, { billed: false })
    return { service, where, base: new URL(`${base.href.replace(/\/+$/, '')}/`), http, key: io.key() }
  }

  const send = (path: string, body: string, call: ProviderCall): Promise<ProviderReply> =>
    http.send(
      urlOf(path),
      {
        method: service.request.method,
        headers: { 'content-type': 'application/json', ...service.headers },
        body,
        maxBytes: maxReplyBytes,
        repeatable,
      },
      call,
    )

  async function sendOne(request: GenerationRequest, call: ProviderCall): Promise<ProviderReply> {
    refuse(service, request)
    const body = bodyFor(service, await valuesFor(service, request, call))
    return send(fillPath(service.request.path, { model: request.model }), body, call)
  }

  /** What one request cannot do ends that one alone; the others go. */
  async function submitMany(
    requests: readonly GenerationRequest[],
    call: ProviderCall,
  ): Promise<readonly (Progress | AppError)[]> {
    const prepared = await Promise.all(
      requests.map(async (request, index) => {
        try {
          refuse(service, request)
          return await valuesFor(service, request, call, index)
        } catch (error) {
          if (error instanceof AppError) return error
          throw error
        }
      }),
    )
    const good = prepared.flatMap((one) => (one instanceof AppError ? [] : [one]))
    const seeds = requests.filter((_, index) => !(prepared[index] instanceof AppError)).map(({ seed }) => seed)
    if (good.length === 0) return prepared.filter((one) => one instanceof AppError)
    const reply = await send(service.request.path, arrayBodyFor(service, good), call)
    const sent = good.map(({ id }, index) => ({ id: String(id), seed: seeds[index] ?? null }))
    const results = resultsFrom(reply, sent, context())
    return prepared.map((one) => (one instanceof AppError ? one : (results.shift() ?? notAnswered(where))))
  }

  async function submit(request: GenerationRequest, call: ProviderCall): Promise<Progress> {
    if (array) {
      const [only = notAnswered(where)] = await submitMany([request], call)
      if (only instanceof AppError) throw only
      return only
    }
    const reply = await sendOne(request, call)
    if (!poll) return doneFromReply(reply, context(), request.seed)
    const handle = handleFrom(reply, poll, context(), urlOf)
    return { state: 'pending', handle, pollAfterMs: poll.everySeconds * 1000, fraction: null }
  }

  return {
    submit,
    ...(array ? { submitMany, group: { most: array.most, gatherMs: array.gatherMs } } : {}),
    ...(poll
      ? {
          async poll(handle: Handle, call: ProviderCall): Promise<Progress> {
            const sent = { headers: service.headers, maxBytes: maxReplyBytes }
            const reply = await http.follow(handle.url ?? '', call, sent)
            const json = jsonOf(reply, context())
            const state = textAt(json, service.answer.status?.at)
            const ended = [...(service.answer.status?.done ?? []), ...(service.answer.status?.failed ?? [])]
            const isRefused = service.answer.refused && textAt(json, service.answer.refused.at)
            // Whatever a service may call it that it is still working: only the named states end it.
            const isOver =
              (state !== null && ended.includes(state)) ||
              (isRefused && service.answer.refused?.values.includes(isRefused))
            if (isOver) return doneFrom(json, reply, context(), null)
            return { state: 'pending', handle, pollAfterMs: poll.everySeconds * 1000, fraction: null }
          },
        }
      : {}),

    async check(call) {
      const base = context().base.href.replace(/\/$/, '')
      if (!check) {
        const reply = await io.fetch(base, { method: 'GET', signal: call.signal, repeatable: true })
        const rest = 'Its description names no address for a test, so the key was not tried.'
        return { message: `${where} answers (status ${reply.status}). ${rest}`, models: [] }
      }
      const sent = { method: 'GET', headers: service.headers, repeatable: true } as const
      const reply = await http.send(urlOf(check.path), sent, call)
      if (check.models === undefined) return { message: `Connected to ${where}`, models: [] }
      const models = allAt(jsonOf(reply, context()), check.models).filter((id) => typeof id === 'string')
      return { message: connectedTo(where, models), models }
    },
  }
}

const keyHeader = ({ auth }: CustomService, key: string): Readonly<Record<string, string>> =>
  auth ? { [auth.header.toLowerCase()]: auth.scheme === '' ? key : `${auth.scheme} ${key}` } : {}

const notAnswered = (where: string): AppError =>
  new AppError('outcome-unknown', `${where} gave no result for this request.`, { billed: null })

/** Where the job is asked for. An answer that names none leaves it unknown: it may be under way. */
function handleFrom(
  reply: ProviderReply,
  poll: NonNullable<CustomService['poll']>,
  { base, http, where }: ReplyContext,
  urlOf: (path: string) => string,
): Handle {
  const json = jsonOrNull(reply)
  const id = textAt(json, poll.id)
  const named = poll.url === undefined ? null : textAt(json, poll.url)
  if (poll.path !== undefined && id !== null && !/(^|\/)\.{0,2}(\/|$)/.test(id))
    return { id, url: urlOf(fillPath(poll.path, { id })) }
  if (named !== null && URL.canParse(named, base.href))
    return { ...(id ? { id } : {}), url: new URL(named, base.href).href }
  const sentence = `${where} took the request and named no job to follow: the picture may have been made and charged.`
  throw new AppError('outcome-unknown', sentence, { billed: null, cause: http.unusable('named no job', '', reply) })
}

function jsonOrNull(reply: ProviderReply): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(reply.bytes))
  } catch {
    return null // Not JSON: then it names no job either.
  }
}
