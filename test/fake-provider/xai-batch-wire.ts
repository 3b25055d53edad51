import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Fault, tooMany } from './faults.ts'
import { type BatchOutcome, type BatchWire, countsOf, type FakeBatch, type FakeBatches } from './remote-batches.ts'
import { readJson } from './remote-jobs.ts'
import { jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import type { World } from './world.ts'
import { complaint, invalid, keyComplaint, xaiAsked } from './xai-wire.ts'

const paths = ['/v1/images/generations', '/v1/images/edits'] as const
const line = z.strictObject({
  custom_id: z.string().min(1),
  method: z.literal('POST'),
  url: z.enum(paths),
  body: z.looseObject({}),
})
const creation = z.strictObject({ name: z.string().min(1), input_file_id: z.string() })
const maxFileBytes = 50 * 1024 * 1024
const dayMs = 24 * 60 * 60 * 1000

export const xaiBatchWire = (world: World, share: number): BatchWire => ({
  mostRequests: 100_000,
  read(value) {
    const { custom_id, url, body } = line.parse(value)
    return { id: custom_id, asked: xaiAsked(world, url === '/v1/images/edits', body, share) }
  },
})

function batchObject(batch: FakeBatch): object {
  const { total, made, refused } = countsOf(batch)
  const left = total - made - refused
  const isOver = batch.state === 'ended'
  const isCanceled = isOver && batch.how === 'canceled'
  return {
    batch_id: batch.id,
    name: batch.label,
    state: {
      num_requests: batch.state === 'validating' ? 0 : total,
      num_pending: isCanceled ? 0 : left,
      num_success: made,
      num_error: refused,
      num_cancelled: isCanceled ? left : 0,
    },
    // One that expired, or whose file was refused, says so by its time alone.
    expires_at: new Date(batch.how === 'expired' || batch.how === 'failed' ? 1 : batch.createdMs + dayMs).toISOString(),
    ...(batch.errors[0] ? { cancel_by_xai_message: batch.errors[0].message } : {}),
    cost_breakdown: { total_cost_usd_ticks: 0 },
  }
}

/** Words alone: no status, no code. */
function wordsOf({ answer }: BatchOutcome): string {
  const said = z
    .union([
      z.object({ error: z.string() }).transform(({ error }) => error),
      z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
    ])
    .safeParse(answer?.body)
  return said.success ? said.data : `failed with ${answer?.status}`
}

/** xAI's `/files` and `/batches` under /xai/v1; false for every other path. */
export async function answerXaiBatches(
  world: World,
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
): Promise<boolean> {
  const [, path = ''] = /^\/xai\/v1(\/(?:files|batches)(?:\/.*)?)$/.exec(asked.pathname) ?? []
  if (path === '') return false
  const send = (status: number, value: unknown, fault: Fault | null = null): Promise<void> =>
    sendAnswer(response, jsonAnswer(status, value), fault)
  const noKey = keyComplaint(world, request)
  if (noKey) {
    request.resume()
    await sendAnswer(response, noKey, null)
  } else if (path === '/files' && request.method === 'POST') {
    const { id, name, purpose, start, end } = await batches.files.receive(request, (n) => `file_${n}`)
    if (end - start > maxFileBytes) await sendAnswer(response, complaint(413, invalid, 'The file is too large'), null)
    else await send(200, { id, object: 'file', bytes: end - start, filename: name, purpose })
  } else if (path === '/batches' && request.method === 'POST') await answerStart(batches, request, response, send)
  else await answerBatch(batches, request, response, asked, path, send)
  return true
}

type Send = (status: number, value: unknown, fault?: Fault | null) => Promise<void>

async function answerStart(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  send: Send,
): Promise<void> {
  const faults = batches.nextStart()
  const busy = faults.find(({ kind }) => kind === 'busy')
  if (busy?.kind === 'busy') {
    request.resume()
    const answer = statusAnswer(tooMany('seconds', busy.seconds))
    return answer ? sendAnswer(response, answer, null) : undefined
  }
  const parsed = creation.safeParse(await readJson(request))
  if (!parsed.success) return sendAnswer(response, complaint(400, invalid, parsed.error.message), null)
  const file = batches.files.find(parsed.data.input_file_id)
  if (!file) return sendAnswer(response, complaint(404, 'not-found', 'There is no such file'), null)
  const batch = batches.start({ label: parsed.data.name, target: '', file, faults })
  return send(200, batchObject(batch), faults.some(({ kind }) => kind === 'lost-start') ? { kind: 'lost' } : null)
}

async function answerBatch(
  batches: FakeBatches,
  request: IncomingMessage,
  response: ServerResponse,
  asked: URL,
  path: string,
  send: Send,
): Promise<void> {
  const pageSize = Number(asked.searchParams.get('page_size') ?? 100)
  const from = Number(asked.searchParams.get('pagination_token') ?? 0)
  const nextOf = (total: number) => (from + pageSize < total ? { pagination_token: String(from + pageSize) } : {})
  if (path === '/batches') {
    const page = batches.all().slice(from, from + pageSize)
    return send(200, { batches: page.map(batchObject), ...nextOf(batches.all().length) })
  }
  const [, id = '', action] = /^\/batches\/(\w+)(\/results|:cancel)?$/.exec(path) ?? []
  const batch = batches.find(id)
  if (!batch) return sendAnswer(response, complaint(404, 'not-found', `There is no batch ${id}`), null)
  if (action === ':cancel') {
    request.resume()
    if (batch.state === 'ended') return sendAnswer(response, complaint(400, invalid, 'The batch is over'), null)
    batches.cancel(batch)
  }
  if (action !== '/results') return send(200, batchObject(batch))

  batch.downloads++
  const download = batch.downloads
  const none = batch.faults.find((fault) => fault.kind === 'no-download')
  if (none && download <= none.times) return sendAnswer(response, complaint(none.status, 'unavailable', 'later'), null)
  const succeeded: object[] = []
  const failed: object[] = []
  let count = 0
  for await (const outcome of batches.outcomes(batch, from)) {
    if (count++ >= pageSize) break
    const batch_request_id = outcome.item.id
    if (!outcome.answer) continue
    if (outcome.answer.status === 200) succeeded.push({ batch_request_id, response: outcome.answer.body })
    else failed.push({ batch_request_id, error_message: wordsOf(outcome) })
  }
  const torn = batch.faults.find((fault) => fault.kind === 'torn-download')
  return send(
    200,
    { succeeded, failed, ...nextOf(batch.items.length) },
    torn && download <= torn.times ? { kind: 'cut', how: 'length' } : null,
  )
}
