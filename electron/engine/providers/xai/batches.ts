import { z } from 'zod'
import { parseJson, quoteWords } from '#engine/network/network.ts'
import { byEntry, cancelUnlessOver, memberOf, partOf, resultFrom, uploadForm } from '#engine/providers/batch-steps.ts'
import { type HttpSession, maxReplyBytes } from '#engine/providers/http-session.ts'
import { jsonMembers } from '#engine/providers/json-members.ts'
import type { Handle, ProviderCall } from '#engine/providers/provider.ts'
import type { RemoteBatches, RemoteProgress } from '#engine/providers/remote-batches.ts'
import type { AppError } from '#shared/errors.ts'
import type { XaiEntry } from './models.ts'
import { progressFrom } from './reply.ts'
import { refuseInBatch, wireRequest } from './request.ts'

/**
 * A batch is made from a file with OpenAI's lines, at once and under a name: one a second, no more than 100,000 requests (xAI's
 * page on batches, copies of 2026). Its pages name 48 and 50 MB as the most of a file.
 */
const limits = {
  mostRequests: 100_000,
  mostBytes: 48_000_000,
  usualRequests: 500,
  startsPerHour: 3_600,
  withinMs: 24 * 60 * 60 * 1000,
} as const

const text = z.string().nullish().catch(null)
const count = z.int().nonnegative().nullish().catch(null)
const batchWire = z.object({
  batch_id: z.string().min(1),
  name: text,
  state: z
    .object({ num_requests: count, num_pending: count, num_success: count, num_error: count, num_cancelled: count })
    .nullish()
    .catch(null),
  expires_at: text,
  cancel_by_xai_message: text,
})
type BatchWire = z.infer<typeof batchWire>
const listWire = z.object({ batches: z.array(batchWire).default([]), pagination_token: text })
const items = z.array(z.looseObject({})).default([])
/** Two lists by xAI's document, one by those who read its answers. */
const pageWire = z.object({ succeeded: items, failed: items, results: items, pagination_token: text })

/** Pages are held whole, and a result may have 10 MB. */
const resultsPerPage = 4
const mostPages = 100

export function openBatches(
  http: HttpSession,
  place: {
    readonly urlOf: (path: string) => string
    readonly key: () => string | null
    readonly now: () => number
  },
  entryOf: (model: string) => XaiEntry | null,
): RemoteBatches {
  const { urlOf, key, now } = place
  const { known, check } = byEntry(entryOf, refuseInBatch)
  const urlFor = (handle: Handle, rest = ''): string =>
    urlOf(`/batches/${encodeURIComponent(partOf(handle, 'batch'))}${rest}`)
  const look = async (handle: Handle, call: ProviderCall): Promise<RemoteProgress> => {
    const batch = http.read(batchWire, await http.follow(urlFor(handle), call), null)
    return progressOf(batch, key(), now())
  }

  return {
    limits: () => limits,
    priceShare: (model) => entryOf(model)?.batch?.share ?? 1,
    check,
    groupOf: ({ model }) => model,

    async line({ id, request }, call) {
      const entry = known(request.model)
      refuseInBatch(request, entry)
      const { path, body } = await wireRequest(request, entry, call)
      return Buffer.from(`{"custom_id":${JSON.stringify(id)},"method":"POST","url":"/v1${path}","body":${body}}\n`)
    },

    upload: (file, call) => uploadForm(http, urlOf('/files'), file, call),

    async start({ label, uploaded }, call) {
      const body = JSON.stringify({ name: label, input_file_id: partOf(uploaded, 'file') })
      const headers = { 'content-type': 'application/json' }
      const reply = await http.send(urlOf('/batches'), { method: 'POST', body, headers, repeatable: false }, call)
      return { batch: http.taken(batchWire, reply).batch_id }
    },

    async find(label, _sinceMs, call) {
      let token = ''
      for (let page = 0; page < mostPages; page++) {
        const url = urlOf(
          `/batches?page_size=100${token === '' ? '' : `&pagination_token=${encodeURIComponent(token)}`}`,
        )
        const said = http.read(listWire, await http.send(url, { repeatable: true }, call), false)
        const found = said.batches.find(({ name }) => name === label)
        if (found) return { batch: found.batch_id }
        if (!said.pagination_token) return null
        token = said.pagination_token
      }
      return null
    },

    look,

    cancel(handle, call) {
      const cancel = () => http.send(urlFor(handle, ':cancel'), { method: 'POST', repeatable: true }, call)
      return cancelUnlessOver(cancel, () => look(handle, call))
    },

    async *results(handle, call) {
      for (let token: string | null = ''; token !== null; ) {
        const next = token === '' ? '' : `&pagination_token=${encodeURIComponent(token)}`
        const url = urlFor(handle, `/results?page_size=${resultsPerPage}${next}`)
        const page = http.read(pageWire, await http.follow(url, call, { maxBytes: maxReplyBytes }), null)
        for (const item of [...page.succeeded, ...page.failed, ...page.results]) {
          yield Buffer.from(`${JSON.stringify(item)}\n`)
        }
        token = page.pagination_token || null
      }
    },

    readLine: (line) =>
      resultFrom(line, 'batch_request_id', (members, replyOf) => {
        const inner = jsonMembers(memberOf(members, 'batch_result') ?? Buffer.alloc(0)) ?? members
        const response = memberOf(inner, 'response')
        if (!response) throw errorOfLine(members, http)
        const progress = progressFrom(replyOf(withoutWrapping(response)), http)
        // What it cost stands in the answer itself.
        if (progress.state === 'done') return progress
        throw new Error('a line of results is never under way')
      }),
  }
}

function progressOf(batch: BatchWire, key: string | null, nowMs: number): RemoteProgress {
  const { num_requests, num_pending, num_success, num_error, num_cancelled } = batch.state ?? {}
  const counts = { total: num_requests ?? null, succeeded: num_success ?? null, failed: num_error ?? null }
  const expiresMs = Date.parse(batch.expires_at ?? '') || null
  // Its file is read after it was made, and until then it has no requests.
  const isRead = (num_requests ?? 0) > 0
  const isOpen = !isRead || (num_pending ?? 1) > 0
  if (isOpen && !(expiresMs !== null && expiresMs < nowMs)) return { state: 'working', counts, expiresMs }
  const hasResults = (num_success ?? 0) + (num_error ?? 0) > 0
  const message = batch.cancel_by_xai_message
  return {
    state: 'ended',
    how: !isRead ? 'failed' : isOpen ? 'expired' : (num_cancelled ?? 0) > 0 ? 'canceled' : 'completed',
    message: message ? quoteWords(message, key) : null,
    counts,
    results: hasResults ? { batch: batch.batch_id } : null,
  }
}

/** Answers stand as they are (its document), or under the name of what was asked (those who read them). */
function withoutWrapping(response: Uint8Array): Uint8Array {
  const members = jsonMembers(response)
  const [only] = members?.values() ?? []
  const isWrapped = members?.size === 1 && only !== undefined && jsonMembers(only) !== null && !members.has('error')
  return isWrapped ? only : response
}

/** Lines that failed have words and no status. */
function errorOfLine(members: ReadonlyMap<string, Uint8Array>, http: HttpSession): AppError {
  const said = parseJson(memberOf(members, 'error_message') ?? Buffer.alloc(0))
  const words = typeof said === 'string' ? said : 'no reason was given'
  const isLimit = /rate limit|too many requests|\b429\b/i.test(words)
  const isTheirs = /\b5\d\d\b|internal|server|unavailable|overload|timed? ?out|no reason/i.test(words)
  const bytes = Buffer.from(JSON.stringify({ error: words }))
  return http.errorOf({ status: isLimit ? 429 : isTheirs ? 500 : 400, headers: {}, bytes }, true)
}
