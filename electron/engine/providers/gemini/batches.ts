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
} from '#engine/providers/batch-steps.ts'
import type { HttpSession } from '#engine/providers/http-session.ts'
import type { Handle, ProviderCall } from '#engine/providers/provider.ts'
import type { RemoteBatches, RemoteProgress } from '#engine/providers/remote-batches.ts'
import { AppError } from '#shared/errors.ts'
import type { GeminiEntry } from './models.ts'
import { progressFrom } from './reply.ts'
import { refuseInBatch, wireRequest } from './request.ts'

/**
 * `batchGenerateContent` in its file mode (discovery document of 2026-08-22): a file of 2 GB, within 24 hours. Its inline mode
 * is never used: 150 pictures of 2K in one were made, billed, and could not be fetched (a report in Google's forum). So 100
 * pictures are the most here in a file as well.
 */
const limits = {
  mostRequests: 100,
  mostBytes: 2_000_000_000,
  usualRequests: 100,
  startsPerHour: null,
  withinMs: 24 * 60 * 60 * 1000,
} as const

const text = z.string().nullish().catch(null)
/** 64-bit counts come as strings. */
const count = z.coerce.number().int().nonnegative().nullish().catch(null)
const output = z.object({ responsesFile: text }).nullish().catch(null)
const operationWire = z.object({
  name: z.string().min(1),
  done: z.boolean().nullish().catch(null),
  metadata: z
    .object({
      state: text,
      displayName: text,
      output,
      batchStats: z
        .object({ requestCount: count, successfulRequestCount: count, failedRequestCount: count })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  response: output,
  error: z.object({ code: count, message: text }).nullish().catch(null),
})
type OperationWire = z.infer<typeof operationWire>
const listWire = z.object({ operations: z.array(operationWire).default([]), nextPageToken: text })
const fileWire = z.object({ file: z.object({ name: z.string().min(1) }) })

const mostPages = 100
const json = { 'content-type': 'application/json' }

export function openBatches(
  http: HttpSession,
  place: { readonly urlOf: (path: string) => string; readonly where: string; readonly key: () => string | null },
  entryOf: (model: string) => GeminiEntry | null,
): RemoteBatches {
  const { urlOf, where, key } = place
  const look = async (handle: Handle, call: ProviderCall): Promise<RemoteProgress> => {
    const reply = await http.follow(urlOf(`/${nameIn(handle, 'batch')}`), call)
    return progressOf(http.read(operationWire, reply, null), key())
  }
  const { known, check } = byEntry(entryOf, refuseInBatch)

  return {
    limits: () => limits,
    priceShare: (model) => entryOf(model)?.batch?.share ?? 1,
    check,
    groupOf: ({ model }) => model,

    async line({ id, request }, call) {
      const entry = known(request.model)
      refuseInBatch(request, entry)
      const { body } = await wireRequest(request, entry, call)
      return Buffer.from(`{"key":${JSON.stringify(id)},"request":${body}}\n`)
    },

    /** Resumable by its form; a file that did not arrive is sent anew. */
    async upload(file, call) {
      const begin = {
        ...json,
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(file.byteLength),
        'x-goog-upload-header-content-type': 'application/jsonl',
      }
      const body = JSON.stringify({ file: { displayName: file.name } })
      const url = uploadUrl(urlOf('/files'))
      const reply = await http.send(url, { method: 'POST', headers: begin, body, repeatable: true }, call)
      const address = reply.headers['x-goog-upload-url'] ?? ''
      // The key goes along, so it goes nowhere else.
      if (!URL.canParse(address) || new URL(address).origin !== where) {
        const sentence = `${where} named another place for the file, so it was not sent there.`
        throw new AppError('bad-response', sentence, { billed: false })
      }
      const headers = { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' }
      const bytes = { path: file.path, byteLength: file.byteLength }
      const sent = { method: 'POST', headers, body: bytes, repeatable: true } as const
      return { file: http.read(fileWire, await http.send(address, sent, call), false).file.name }
    },

    async start({ label, group, uploaded }, call) {
      const batch = {
        model: `models/${group}`,
        displayName: label,
        inputConfig: { fileName: nameIn(uploaded, 'file') },
      }
      const url = urlOf(`/models/${known(group).id}:batchGenerateContent`)
      const body = JSON.stringify({ batch })
      const reply = await http.send(url, { method: 'POST', headers: json, body, repeatable: false }, call)
      return { batch: http.taken(operationWire, reply).name }
    },

    async find(label, _sinceMs, call) {
      let token = ''
      for (let page = 0; page < mostPages; page++) {
        const url = urlOf(`/batches?pageSize=100${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`)
        const said = http.read(listWire, await http.send(url, { repeatable: true }, call), false)
        const found = said.operations.find(({ metadata }) => metadata?.displayName === label)
        if (found) return { batch: found.name }
        if (!said.nextPageToken) return null
        token = said.nextPageToken
      }
      return null
    },

    look,

    cancel(handle, call) {
      const url = urlOf(`/${nameIn(handle, 'batch')}:cancel`)
      const cancel = () => http.send(url, { method: 'POST', headers: json, body: '{}', repeatable: true }, call)
      return cancelUnlessOver(cancel, () => look(handle, call))
    },

    async *results(handle, call) {
      yield* endingLines(await http.pour(urlOf(`/${nameIn(handle, 'responses')}:download?alt=media`), call))
    },

    readLine: (line, model) =>
      resultFrom(line, 'key', (members, replyOf) => {
        const error = memberOf(members, 'error')
        if (error) throw errorOfLine(error, http)
        const entry = known(model)
        return atShare(progressFrom(replyOf(memberOf(members, 'response')), http, entry), entry.batch?.share ?? 1)
      }),

    async forget(handles, call) {
      for (const handle of handles) {
        for (const part of ['file', 'responses']) {
          if (!handle[part]) continue
          await http.send(urlOf(`/${nameIn(handle, part)}`), { method: 'DELETE', repeatable: true }, call)
        }
      }
    },
  }
}

/** `/upload` goes before the version: `https://…/upload/v1beta/files`. */
function uploadUrl(files: string): string {
  const url = new URL(files)
  url.pathname = url.pathname.replace(/(\/[^/]*)?\/files$/, '/upload$1/files')
  return url.href
}

/** `batches/…` or `files/…`, which becomes part of an address, so nothing in it may lead elsewhere. */
function nameIn(handle: Handle, part: string): string {
  const name = partOf(handle, part)
  if (/^(batches|files)\/[\w.-]+$/.test(name) && !name.includes('..')) return name
  throw new AppError('bad-response', `“${quoteWords(name, null)}” is no name of a batch or a file of Google’s.`)
}

function progressOf(said: OperationWire, key: string | null): RemoteProgress {
  const { done, metadata, response, error } = said
  const stats = metadata?.batchStats
  // A count of nothing is left out.
  const isCounted = typeof stats?.requestCount === 'number'
  const counts = {
    total: stats?.requestCount ?? null,
    succeeded: stats?.successfulRequestCount ?? (isCounted ? 0 : null),
    failed: stats?.failedRequestCount ?? (isCounted ? 0 : null),
  }
  const file = response?.responsesFile ?? metadata?.output?.responsesFile
  const how = endOf(metadata?.state ?? '', done === true, error?.code ?? null)
  // Made and not written down yet: its results would be missed.
  const isUnwritten = how === 'completed' && !file && !done
  if (how === null || isUnwritten) return { state: 'working', counts, expiresMs: null }
  return {
    state: 'ended',
    how,
    ...(how === 'failed' && error?.code === rpc.resourceExhausted ? { isQueueFull: true } : {}),
    message: error?.message ? quoteWords(error.message, key) : null,
    counts,
    results: file ? { responses: file } : null,
  }
}

/** `BATCH_STATE_…` over REST, `JOB_STATE_…` in the SDK: the end of the word counts. */
function endOf(state: string, isDone: boolean, code: number | null) {
  if (state.endsWith('SUCCEEDED')) return 'completed'
  if (state.endsWith('EXPIRED')) return 'expired'
  if (state.endsWith('CANCELLED')) return 'canceled'
  if (state.endsWith('FAILED')) return 'failed'
  if (!isDone) return null
  if (code === null) return 'completed'
  return code === rpc.cancelled ? 'canceled' : 'failed'
}

/** Codes of google.rpc.Status, by which lines fail, and the statuses that the same has live. */
const rpc = { cancelled: 1, resourceExhausted: 8 } as const
const statuses = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401] as const

function errorOfLine(error: Uint8Array, http: HttpSession): AppError {
  const said = z.object({ code: count }).safeParse(parseJson(error))
  const code = (said.success ? said.data.code : null) ?? 13
  const status = code >= 400 ? code : (statuses[code] ?? 500)
  const bytes = Buffer.concat([Buffer.from('{"error":'), error, Buffer.from('}')])
  return http.errorOf({ status, headers: {}, bytes }, true)
}
