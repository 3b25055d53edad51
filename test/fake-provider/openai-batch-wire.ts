import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Fault, tooMany, wrongKey } from './faults.ts'
import { gptImageAsked } from './gpt-image-wire.ts'
import { type BatchWire, countsOf, type FakeBatch, type FakeBatches, sendResults } from './remote-batches.ts'
import { fromDataUri, readJson, sha256Of } from './remote-jobs.ts'
import { jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import type { StoredFile } from './stored-files.ts'
import type { World } from './world.ts'

const endpoints = ['/v1/images/generations', '/v1/images/edits'] as const
const line = z.strictObject({
  custom_id: z.string().min(1),
  method: z.literal('POST'),
  url: z.enum(endpoints),
  body: z.looseObject({ model: z.string() }),
})
const images = z
  .array(z.strictObject({ image_url: z.string().startsWith('data:image/').max(20_971_520) }))
  .min(1)
  .max(16)
const creation = z.strictObject({
  input_file_id: z.string(),
  endpoint: z.enum(endpoints),
  completion_window: z.literal('24h'),
  metadata: z.record(z.string().max(64), z.string().max(512)).default({}),
})
const maxFileBytes = 200 * 1024 * 1024
const dayMs = 24 * 60 * 60 * 1000

/** What an edit's JSON has that its form has not: pictures as data. Exactly edits have them. */
export const openAiBatchWire = (world: World, share: number, hookUrl: () => string | null): BatchWire => ({
  mostRequests: 50_000,
  read(value, endpoint) {
    const { custom_id, url, body } = line.parse(value)
    if (/^gpt-image-2\.5/.test(body.model)) throw new Error(`The model ${body.model} is not supported in batches`)
    if (url !== endpoint) throw new Error(`${url} is not the batch’s endpoint ${endpoint}`)
    const { images: given, ...fields } = body
    const pictures =
      url === '/v1/images/edits' ? images.parse(given) : given === undefined ? [] : images.max(0).parse(given)
    const inputs = pictures.map(({ image_url }) => sha256Of(fromDataUri(image_url)))
    return { id: custom_id, asked: gptImageAsked(world, fields, inputs, share) }
  },
  async tell({ id, how }) {
    const url = hookUrl()
    if (url === null) return
    const type = `batch.${how === 'canceled' ? 'cancelled' : how}`
    const content = { id: `evt_${id}`, object: 'event', type, created_at: seconds(Date.now()), data: { id } }
    await world.hooks.send(url, world.hooks.standardHook(content))
  },
})

const seconds = (ms: number): number => Math.floor(ms / 1000)

const fileObject = ({ id, name, purpose, start, end, createdMs }: StoredFile): object => ({
  id,
  object: 'file',
  bytes: end - start,
  created_at: seconds(createdMs),
  filename: name,
  purpose,
  status: 'processed',
})

function batchObject(batch: FakeBatch): object {
  const { total, made, refused } = countsOf(batch)
  const isOver = batch.state === 'ended'
  const ends = { completed: 'completed', failed: 'failed', expired: 'expired', canceled: 'cancelled' } as const
  const going = batch.isCanceled ? 'cancelling' : batch.state === 'validating' ? 'validating' : 'in_progress'
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.target,
    completion_window: '24h',
    status: isOver && batch.how ? ends[batch.how] : going,
    input_file_id: batch.file.id,
    ...(batch.errors.length > 0 ? { errors: { object: 'list', data: batch.errors } } : {}),
    output_file_id: isOver && made > 0 ? `file-output-${batch.id}` : null,
    error_file_id: isOver && total > made ? `file-errors-${batch.id}` : null,
    created_at: seconds(batch.createdMs),
    expires_at: seconds(batch.createdMs + dayMs),
    request_counts: { total, completed: made, failed: refused },
    metadata: JSON.parse(batch.label),
  }
}

async function* resultLines(batches: FakeBatches, batch: FakeBatch, kind: string): AsyncGenerator<string> {
  const left = batch.how === 'expired' ? 'batch_expired' : 'batch_cancelled'
  for await (const { item, answer } of batches.outcomes(batch)) {
    if ((kind === 'output') !== (item.state === 'made')) continue
    const response = answer && { status_code: answer.status, request_id: `req_${item.id}`, body: answer.body }
    const error = answer ? null : { code: left, message: 'This request was not executed.' }
    yield JSON.stringify({ id: `batch_req_${item.id}`, custom_id: item.id, response, error })
  }
}

/** OpenAI's `/files` and `/batches` under /openai/v1; false for every other path. */
export async function answerOpenAiBatches(
  world: World,
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
): Promise<boolean> {
  const [, path = ''] = /^\/openai\/v1(\/(?:files|batches)(?:\/.*)?)$/.exec(asked.pathname) ?? []
  if (path === '') return false
  const send = (status: number, value: unknown, fault: Fault | null = null): Promise<void> =>
    sendAnswer(response, jsonAnswer(status, value), fault)
  const refuse = (status: number, message: string): Promise<void> =>
    send(status, { error: { message, type: 'invalid_request_error', param: null, code: null } })
  const hasKey = world.key === null || request.headers.authorization === `Bearer ${world.key}`
  const noKey = hasKey ? null : statusAnswer(wrongKey())
  if (noKey) {
    request.resume()
    await sendAnswer(response, noKey, null)
  } else if (path.startsWith('/files')) await answerFiles(batches, request, response, path, send, refuse)
  else await answerBatches(batches, request, response, asked, path, send, refuse)
  return true
}

type Send = (status: number, value: unknown, fault?: Fault | null) => Promise<void>
type Refuse = (status: number, message: string) => Promise<void>

async function answerFiles(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  send: Send,
  refuse: Refuse,
): Promise<void> {
  if (path === '/files' && request.method === 'POST') {
    return send(200, fileObject(await batches.files.receive(request, (n) => `file-${n}`)))
  }
  const [, id = '', what] = /^\/files\/([\w-]+)(\/content)?$/.exec(path) ?? []
  const [, kind = '', batchId = ''] = /^file-(output|errors)-(\w+)$/.exec(id) ?? []
  const batch = batches.find(batchId)
  if (request.method === 'DELETE') {
    if (!batch && !batches.files.remove(id)) return refuse(404, `No such File object: ${id}`)
    return send(200, { id, object: 'file', deleted: true })
  }
  if (what && batch?.state === 'ended') return sendResults(response, batch, resultLines(batches, batch, kind))
  const file = batches.files.find(id)
  return file ? send(200, fileObject(file)) : refuse(404, `No such File object: ${id}`)
}

async function answerBatches(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
  path: string,
  send: Send,
  refuse: Refuse,
): Promise<void> {
  if (path === '/batches' && request.method === 'POST') {
    const faults = batches.nextStart()
    const busy = faults.find(({ kind }) => kind === 'busy')
    if (busy?.kind === 'busy') {
      request.resume()
      const answer = statusAnswer(tooMany('seconds', busy.seconds))
      return answer ? sendAnswer(response, answer, null) : undefined
    }
    const parsed = creation.safeParse(await readJson(request))
    if (!parsed.success) return refuse(400, parsed.error.message)
    const { input_file_id, endpoint, metadata } = parsed.data
    const file = batches.files.find(input_file_id)
    if (!file) return refuse(404, `No such File object: ${input_file_id}`)
    if (file.end - file.start > maxFileBytes) return refuse(400, 'The file is larger than 200 MB')
    const batch = batches.start({ label: JSON.stringify(metadata), target: endpoint, file, faults })
    const lost = faults.some(({ kind }) => kind === 'lost-start')
    return send(200, batchObject(batch), lost ? { kind: 'lost' } : null)
  }
  if (path === '/batches') {
    const limit = Math.min(100, Number(asked.searchParams.get('limit') ?? 20))
    const newest = batches.all().toReversed()
    const after = newest.findIndex(({ id }) => id === asked.searchParams.get('after'))
    const page = newest.slice(after + 1, after + 1 + limit)
    const hasMore = after + 1 + limit < newest.length
    return send(200, { object: 'list', data: page.map(batchObject), has_more: hasMore })
  }
  const [, id = '', isCancel] = /^\/batches\/(\w+)(\/cancel)?$/.exec(path) ?? []
  const batch = batches.find(id)
  if (!batch) return refuse(404, `No batch found with id '${id}'.`)
  if (isCancel) {
    if (batch.state === 'ended') return refuse(409, `Cannot cancel a batch with status '${batch.how}'.`)
    batches.cancel(batch)
  }
  return send(200, batchObject(batch))
}
