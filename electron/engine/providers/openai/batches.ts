import { z } from 'zod'
import { parseJson, quoteWords } from '#engine/network/network.ts'
import {
  atShare,
  byEntry,
  cancelUnlessOver,
  endingLines,
  memberOf,
  partOf,
  resultFrom,
  uploadForm,
} from '#engine/providers/batch-steps.ts'
import type { HttpSession } from '#engine/providers/http-session.ts'
import { jsonMembers } from '#engine/providers/json-members.ts'
import type { Handle, ProviderCall } from '#engine/providers/provider.ts'
import type { RemoteBatches, RemoteProgress } from '#engine/providers/remote-batches.ts'
import { AppError } from '#shared/errors.ts'
import type { OpenAiEntry } from './models.ts'
import { progressFrom } from './reply.ts'
import { lineRequest, pathOf, refuseInBatch } from './request.ts'

/**
 * The Batch API by OpenAI's specification of 2026-08-21: 50,000 requests or 200 MB a file, within 24 hours. 500 requests are
 * refused less often by moderation than 50,000, and waited for less long. That 2,000 batches may be made an hour is what
 * readers of its guide report (2025).
 */
const limits = {
  mostRequests: 50_000,
  mostBytes: 200_000_000,
  usualRequests: 500,
  startsPerHour: 2_000,
  withinMs: 24 * 60 * 60 * 1000,
} as const

const text = z.string().nullish().catch(null)
const count = z.int().nonnegative().nullish().catch(null)
const seconds = z.number().positive().nullish().catch(null)
const batchWire = z.object({
  id: z.string().min(1),
  status: z.string(),
  errors: z
    .object({ data: z.array(z.object({ code: text, message: text, line: count })).nullish() })
    .nullish()
    .catch(null),
  output_file_id: text,
  error_file_id: text,
  created_at: seconds,
  expires_at: seconds,
  request_counts: z.object({ total: count, completed: count, failed: count }).nullish().catch(null),
  metadata: z.record(z.string(), z.string()).nullish().catch(null),
})
type BatchWire = z.infer<typeof batchWire>
const listWire = z.object({ data: z.array(batchWire), has_more: z.boolean().catch(false) })

const ends = { completed: 'completed', failed: 'failed', expired: 'expired', cancelled: 'canceled' } as const
const isEnd = (status: string): status is keyof typeof ends => Object.hasOwn(ends, status)

/** Our name for the label among its metadata. */
const labelName = 'proofsheet_batch'
/** Its clock and ours may differ by so much. */
const clockSlackMs = 60 * 60 * 1000
const mostPages = 100

export function openBatches(
  http: HttpSession,
  place: { readonly urlOf: (path: string) => string; readonly where: string; readonly key: () => string | null },
  entryOf: (model: string) => OpenAiEntry | null,
): RemoteBatches {
  const { urlOf, where, key } = place
  const look = async (handle: Handle, call: ProviderCall): Promise<RemoteProgress> => {
    const reply = await http.follow(urlOf(`/batches/${encodeURIComponent(partOf(handle, 'batch'))}`), call)
    return progressOf(http.read(batchWire, reply, null), key())
  }
  const { known, check } = byEntry(entryOf, refuseInBatch)

  return {
    limits: () => limits,
    priceShare: (model) => entryOf(model)?.batch?.share ?? 1,
    check,
    groupOf: (request) => `${request.model} ${pathOf(request)}`,

    async line({ id, request }, call) {
      const { path, body } = await lineRequest(request, known(request.model), call)
      return Buffer.from(`{"custom_id":${JSON.stringify(id)},"method":"POST","url":"/v1${path}","body":${body}}\n`)
    },

    upload: (file, call) => uploadForm(http, urlOf('/files'), file, call),

    async start({ label, group, uploaded }, call) {
      const body = JSON.stringify({
        input_file_id: partOf(uploaded, 'file'),
        endpoint: `/v1${group.split(' ')[1] ?? ''}`,
        completion_window: '24h',
        metadata: { [labelName]: label },
      })
      const headers = { 'content-type': 'application/json' }
      const reply = await http.send(urlOf('/batches'), { method: 'POST', body, headers, repeatable: false }, call)
      return { batch: http.taken(batchWire, reply).id }
    },

    /** The list is newest first. */
    async find(label, sinceMs, call) {
      let after = ''
      for (let page = 0; page < mostPages; page++) {
        const url = urlOf(`/batches?limit=100${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`)
        const { data, has_more } = http.read(listWire, await http.send(url, { repeatable: true }, call), false)
        const found = data.find(({ metadata }) => metadata?.[labelName] === label)
        if (found) return { batch: found.id }
        const last = data.at(-1)
        if (!last || !has_more || (last.created_at ?? 0) * 1000 < sinceMs - clockSlackMs) return null
        after = last.id
      }
      return null
    },

    look,

    cancel(handle, call) {
      const url = urlOf(`/batches/${encodeURIComponent(partOf(handle, 'batch'))}/cancel`)
      const cancel = () => http.send(url, { method: 'POST', repeatable: true }, call)
      return cancelUnlessOver(cancel, () => look(handle, call))
    },

    async *results(handle, call) {
      for (const id of [handle.output, handle.errors]) {
        if (id) yield* endingLines(await http.pour(urlOf(`/files/${encodeURIComponent(id)}/content`), call))
      }
    },

    readLine: (line, model) =>
      resultFrom(line, 'custom_id', (members, replyOf) => {
        const error = memberOf(members, 'error')
        if (error) throw errorOfLine(error, http, where)
        const response = jsonMembers(memberOf(members, 'response') ?? Buffer.alloc(0))
        const status = Number(parseJson(response?.get('status_code') ?? Buffer.from('0')))
        const requestId = parseJson(response?.get('request_id') ?? Buffer.from('null'))
        const headers = typeof requestId === 'string' ? { 'x-request-id': requestId } : {}
        const reply = replyOf(response?.get('body'), { status, headers })
        if (status < 200 || status >= 300) throw http.errorOf(reply, true)
        const entry = known(model)
        return atShare(progressFrom(reply, http, entry), entry.batch?.share ?? 1)
      }),

    async forget(handles, call) {
      const files = handles.flatMap(({ file, output, errors }) =>
        [file, output, errors].filter((id) => id !== undefined),
      )
      for (const id of files) {
        await http.send(urlOf(`/files/${encodeURIComponent(id)}`), { method: 'DELETE', repeatable: true }, call)
      }
    },
  }
}

function progressOf(batch: BatchWire, key: string | null): RemoteProgress {
  const { status, expires_at, output_file_id, error_file_id } = batch
  const { total = null, completed = null, failed = null } = batch.request_counts ?? {}
  const counts = { total, succeeded: completed, failed }
  if (!isEnd(status)) return { state: 'working', counts, expiresMs: expires_at ? expires_at * 1000 : null }
  const errors = batch.errors?.data ?? []
  const words = errors.slice(0, 3).map(({ message, code, line }) => {
    return `${message ?? code ?? 'no reason was given'}${line ? ` (line ${line})` : ''}`
  })
  const results = {
    ...(output_file_id ? { output: output_file_id } : {}),
    ...(error_file_id ? { errors: error_file_id } : {}),
  }
  return {
    state: 'ended',
    how: ends[status],
    ...(errors.some(({ code }) => code === 'token_limit_exceeded') ? { isQueueFull: true } : {}),
    message: words.length === 0 ? null : quoteWords(words.join(' '), key),
    counts,
    results: Object.keys(results).length === 0 ? null : results,
  }
}

const lineErrorWire = z.object({ code: text, message: text })

/** A request that no answer was given to: the batch ended first, or the service says why in its own words. */
function errorOfLine(bytes: Uint8Array, http: HttpSession, where: string): AppError {
  const { code, message } = lineErrorWire.catch({ code: null, message: null }).parse(parseJson(bytes))
  if (code === 'batch_expired') {
    const sentence = `${where} did not come to this request in time; it is tried again by itself.`
    return new AppError('model-failed', sentence, { billed: false })
  }
  if (code === 'batch_cancelled') {
    return new AppError('canceled', `${where} stopped before it came to this request.`, { billed: false })
  }
  const status = /rate_limit/.test(code ?? '') ? 429 : /server|internal|overload|time_?out/.test(code ?? '') ? 500 : 400
  const said = Buffer.from(JSON.stringify({ error: { code, message } }))
  return http.errorOf({ status, headers: {}, bytes: said }, true)
}
