import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Fault } from './faults.ts'
import { complaint, geminiAsked, keyComplaint, rateLimit } from './gemini-wire.ts'
import { type BatchWire, countsOf, type FakeBatch, type FakeBatches, sendResults } from './remote-batches.ts'
import { readJson } from './remote-jobs.ts'
import { jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import type { World } from './world.ts'

const line = z.strictObject({ key: z.string().min(1), request: z.looseObject({}) })
const upload = z.strictObject({ file: z.strictObject({ displayName: z.string().max(512) }) })
const creation = z.strictObject({
  batch: z.strictObject({
    model: z.string().startsWith('models/'),
    displayName: z.string().min(1),
    inputConfig: z.strictObject({ fileName: z.string().startsWith('files/') }),
  }),
})

export const geminiBatchWire = (world: World, share: number): BatchWire => ({
  mostRequests: 200_000,
  read(value, model) {
    const { key, request } = line.parse(value)
    return { id: key, asked: geminiAsked(world, 'generateContent', model, request, share) }
  },
})

const batchStates = { completed: 'SUCCEEDED', failed: 'FAILED', expired: 'EXPIRED', canceled: 'CANCELLED' } as const
const typeOf = (name: string): string => `type.googleapis.com/google.ai.generativelanguage.v1main.${name}`

/** A long-running operation; counts are 64 bits wide, so they are strings. */
function operation(batch: FakeBatch): object {
  const { total, made, refused } = countsOf(batch)
  const isOver = batch.state === 'ended' && batch.how !== null
  const state = isOver && batch.how ? batchStates[batch.how] : batch.state === 'validating' ? 'PENDING' : 'RUNNING'
  const output = { '@type': typeOf('GenerateContentBatchOutput'), responsesFile: `files/${batch.id}` }
  const hasOutput = isOver && made + refused > 0
  const [error] = batch.errors
  const codes: Readonly<Record<string, number>> = { queue_full: 8 }
  const failed = error ? { code: codes[error.code] ?? 3, message: error.message } : null
  return {
    name: `batches/${batch.id}`,
    metadata: {
      '@type': typeOf('GenerateContentBatch'),
      name: `batches/${batch.id}`,
      model: `models/${batch.target}`,
      displayName: batch.label,
      state: `BATCH_STATE_${state}`,
      createTime: new Date(batch.createdMs).toISOString(),
      batchStats: {
        requestCount: String(total),
        ...(made > 0 ? { successfulRequestCount: String(made) } : {}),
        ...(refused > 0 ? { failedRequestCount: String(refused) } : {}),
        pendingRequestCount: String(total - made - refused),
      },
      ...(hasOutput ? { output } : {}),
    },
    ...(isOver ? { done: true } : {}),
    ...(isOver && batch.how === 'completed' ? { response: output } : {}),
    ...(isOver && batch.how === 'canceled' ? { error: { code: 1, message: 'The batch was cancelled.' } } : {}),
    ...(isOver && batch.how === 'failed' ? { error: failed } : {}),
  }
}

/** What a request that failed says in a line: a code of google.rpc.Status. */
const rpcCodes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14 }

async function* resultLines(batches: FakeBatches, batch: FakeBatch): AsyncGenerator<string> {
  for await (const { item, answer } of batches.outcomes(batch)) {
    if (!answer) continue
    if (answer.status === 200) yield JSON.stringify({ key: item.id, response: answer.body })
    else {
      const said = z.object({ error: z.object({ message: z.string() }) }).safeParse(answer.body)
      const message = said.success ? said.data.error.message : 'It failed'
      yield JSON.stringify({ key: item.id, error: { code: rpcCodes[answer.status] ?? 13, message } })
    }
  }
}

/** Gemini's batches and the files they need under /gemini; false for every other path. */
export async function answerGeminiBatches(
  world: World,
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
  uploadUrl: string | null,
): Promise<boolean> {
  const path = asked.pathname.replace(/^\/gemini/, '')
  const [, model = ''] = /^\/v1beta\/models\/([\w.-]+):batchGenerateContent$/.exec(path) ?? []
  const isUpload = path === '/upload/v1beta/files'
  if (!path.startsWith('/') || (model === '' && !isUpload && !/^\/v1beta\/(files|batches)(\/|$)/.test(path)))
    return false
  const send = (status: number, value: unknown, fault: Fault | null = null): Promise<void> =>
    sendAnswer(response, jsonAnswer(status, value), fault)
  const refuse = (status: number, name: string, message: string): Promise<void> =>
    sendAnswer(response, complaint(status, name, message), null)
  const noKey = keyComplaint(world, request)
  if (noKey) {
    request.resume()
    await sendAnswer(response, noKey, null)
  } else if (isUpload) await answerUpload(world, batches, request, response, asked, uploadUrl, refuse)
  else if (model !== '') await answerStart(batches, request, response, model, send, refuse)
  else await answerNames(batches, request, response, asked, path.replace('/v1beta/', ''), send, refuse)
  return true
}

type Send = (status: number, value: unknown, fault?: Fault | null) => Promise<void>
type Refuse = (status: number, name: string, message: string) => Promise<void>

/** The two steps of a resumable upload. */
async function answerUpload(
  world: World,
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
  uploadUrl: string | null,
  refuse: Refuse,
): Promise<void> {
  const said = (name: string): string => String(request.headers[`x-goog-upload-${name}`] ?? '')
  if (!asked.searchParams.has('upload_id')) {
    const body = upload.safeParse(await readJson(request))
    if (!body.success || said('protocol') !== 'resumable' || said('command') !== 'start') {
      return refuse(400, 'INVALID_ARGUMENT', 'no start of a resumable upload')
    }
    const id = `${said('header-content-length')}-${batches.files.all().length}`
    const address = uploadUrl ?? `${world.url()}/gemini/upload/v1beta/files`
    return void response
      .writeHead(200, { 'x-goog-upload-url': `${address}?upload_id=${id}&upload_protocol=resumable` })
      .end()
  }
  if (said('command') !== 'upload, finalize' || said('offset') !== '0') {
    return refuse(400, 'INVALID_ARGUMENT', 'the whole file is wanted at once')
  }
  const file = await batches.files.receive(request, (n) => `files/upload-${n}`)
  const size = file.end - file.start
  if (String(size) !== asked.searchParams.get('upload_id')?.split('-')[0]) {
    return refuse(400, 'INVALID_ARGUMENT', `${size} bytes came`)
  }
  const whole = { name: file.id, sizeBytes: String(size), mimeType: 'application/jsonl', state: 'ACTIVE' }
  return sendAnswer(response, jsonAnswer(200, { file: whole }), null)
}

async function answerStart(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  model: string,
  send: Send,
  refuse: Refuse,
): Promise<void> {
  const faults = batches.nextStart()
  const busy = faults.find(({ kind }) => kind === 'busy')
  if (busy?.kind === 'busy') {
    request.resume()
    const answer = statusAnswer(rateLimit(busy.seconds))
    return answer ? sendAnswer(response, answer, null) : undefined
  }
  const parsed = creation.safeParse(await readJson(request))
  if (!parsed.success) return refuse(400, 'INVALID_ARGUMENT', parsed.error.message)
  const { displayName, inputConfig } = parsed.data.batch
  const file = batches.files.find(inputConfig.fileName)
  if (!file) return refuse(404, 'NOT_FOUND', `There is no ${inputConfig.fileName}`)
  const batch = batches.start({ label: displayName, target: model, file, faults })
  return send(200, operation(batch), faults.some(({ kind }) => kind === 'lost-start') ? { kind: 'lost' } : null)
}

async function answerNames(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
  name: string,
  send: Send,
  refuse: Refuse,
): Promise<void> {
  if (name === 'batches') {
    const size = Number(asked.searchParams.get('pageSize') ?? 50)
    const from = Number(asked.searchParams.get('pageToken') ?? 0)
    const page = batches.all().slice(from, from + size)
    const next = from + size < batches.all().length ? { nextPageToken: String(from + size) } : {}
    return send(200, { operations: page.map(operation), ...next })
  }
  const [, kind = '', id = '', action] = /^(files|batches)\/([\w-]+)(?::(\w+))?$/.exec(name) ?? []
  const batch = batches.find(id)
  if (request.method === 'DELETE') {
    return batch || batches.files.remove(name) ? send(200, {}) : refuse(404, 'NOT_FOUND', `There is no ${name}`)
  }
  if (!batch) return refuse(404, 'NOT_FOUND', `There is no ${name}`)
  if (kind === 'files') {
    if (action !== 'download' || asked.searchParams.get('alt') !== 'media' || batch.state !== 'ended') {
      return refuse(404, 'NOT_FOUND', `There is no ${name}`)
    }
    return sendResults(response, batch, resultLines(batches, batch))
  }
  if (action === 'cancel') {
    await readJson(request)
    if (batch.state === 'ended') return refuse(400, 'FAILED_PRECONDITION', 'The batch is over')
    batches.cancel(batch)
    return send(200, {})
  }
  return send(200, operation(batch))
}
