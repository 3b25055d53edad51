import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import type { Provider, ProviderFetch, ProviderFetchOptions } from '#engine/providers/provider.ts'
import type { RemoteBatches } from '#engine/providers/remote-batches.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { inputs, source } from './hosted-session.ts'
import { sampleCall, sampleRequest } from './sample-request.ts'
import { fullestRequests, openSpec, type SentRequest } from './spec-check.ts'

const call = sampleCall(inputs)

/** A body as the document speaks of it: JSON as a value, a form with a file as a form. */
async function bodyOf({ body, headers }: ProviderFetchOptions): Promise<unknown> {
  if (typeof body === 'string') return JSON.parse(body)
  if (!body || body instanceof Uint8Array || body instanceof FormData || !('path' in body)) return body
  if (!body.before || !body.after) return undefined
  const whole = new Uint8Array(Buffer.concat([body.before, Buffer.from('{}\n'), body.after]))
  return new Response(whole, { headers: { 'content-type': headers?.['content-type'] ?? '' } }).formData()
}

/** All that one batch sends from its upload to its end, to a service that answers as `answer` says. */
async function everyRequest(
  provider: Provider,
  baseUrl: string,
  group: string,
  answer: (path: string) => { headers?: Record<string, string>; body: unknown },
): Promise<SentRequest[]> {
  const sent: SentRequest[] = []
  const fetch: ProviderFetch = async (url, options) => {
    const { pathname, search } = new URL(url)
    sent.push({ method: options.method ?? 'GET', path: pathname + search, body: await bodyOf(options) })
    const { headers = {}, body } = answer(pathname)
    return { status: 200, headers, bytes: Buffer.from(JSON.stringify(body)) }
  }
  const stream = async (url: string, options: ProviderFetchOptions) => {
    const { bytes, ...reply } = await fetch(url, options)
    async function* chunks() {
      yield bytes
    }
    return { ...reply, chunks: chunks() }
  }
  const of = provider.open({ baseUrl }, { fetch, stream, now: () => 0, key: () => 'k' }).remoteBatches
  if (!of) throw new Error('it has no batches')
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-spec-'))
  const path = join(folder, 'lines.jsonl')
  await writeFile(path, '{}\n')
  const uploaded = await of.upload({ path, byteLength: 3, name: 'lines.jsonl' }, call)
  const handle = await of.start({ label: 'proofsheet-1', group, uploaded }, call)
  await of.find('proofsheet-1', 0, call)
  await of.find('another', 0, call)
  const progress = await of.look(handle, call)
  await of.cancel(handle, call)
  const results = progress.state === 'ended' ? progress.results : null
  for await (const _chunk of of.results(results ?? {}, call));
  await of.forget?.([uploaded, handle, results ?? {}], call)
  await rm(folder, { recursive: true })
  return sent
}

/** The line of every operation of every model that is taken in batches, with all that it takes. */
async function everyLine(provider: Provider, settings: Record<string, unknown>): Promise<Record<string, unknown>[]> {
  const never = () => Promise.reject(new Error('a line needs nothing from the service'))
  const of: RemoteBatches | undefined = provider.open(settings, {
    fetch: never,
    stream: never,
    now: () => 0,
    key: () => 'k',
  }).remoteBatches
  const lines: Record<string, unknown>[] = []
  for (const parts of fullestRequests(provider, settings)) {
    const withPicture = parts.source ? { source, references: [source] } : {}
    const request = sampleRequest({ provider: provider.id, ...parts, ...withPicture })
    if (of?.check(request) !== null) continue
    lines.push(JSON.parse(Buffer.from(await of.line({ id: 'r1', request }, call)).toString()))
  }
  return lines
}

const openAiSpec = openSpec('openai.patched.json')
describe.skipIf(openAiSpec === null)('a batch of OpenAI', () => {
  const batch = { id: 'batch_1', status: 'completed', output_file_id: 'file-2', error_file_id: 'file-3' }
  const list = { object: 'list', data: [{ ...batch, metadata: { proofsheet_batch: 'proofsheet-1' } }], has_more: false }
  const answer = (path: string) => ({ body: path === '/files' ? { id: 'file-1' } : path === '/batches' ? list : batch })

  test('sends what its document says, in every operation', async () => {
    const said = (path: string) => (path === '/batches' ? { body: { ...batch, ...list } } : answer(path))
    const sent = await everyRequest(openai, 'https://api.openai.com', 'gpt-image-2 /images/edits', said)
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /files',
      'POST /batches',
      'GET /batches?limit=100',
      'GET /batches?limit=100',
      'GET /batches/batch_1',
      'POST /batches/batch_1/cancel',
      'GET /files/file-2/content',
      'GET /files/file-3/content',
      'DELETE /files/file-1',
      'DELETE /files/file-2',
      'DELETE /files/file-3',
    ])
    for (const one of sent) expect([one.path, openAiSpec?.problems(one)]).toEqual([one.path, []])
  })

  test('has lines whose bodies are those of its endpoints', async () => {
    const lines = await everyLine(openai, { baseUrl: 'https://api.openai.com' })
    expect(lines.map(({ url }) => url)).toEqual(['/v1/images/generations', '/v1/images/edits'])
    for (const { url, body } of lines) {
      const path = String(url).replace('/v1', '')
      expect(openAiSpec?.problems({ method: 'POST', path, body })).toEqual([])
    }
  })

  test('the check is alive: one bad request for each operation', () => {
    const problems = (method: string, path: string, body?: unknown) => openAiSpec?.problems({ method, path, body })
    const form = new FormData()
    form.append('purpose', 'batches')
    expect(problems('POST', '/files', form)).not.toEqual([])
    const good = { input_file_id: 'f', endpoint: '/v1/images/edits', completion_window: '24h' }
    expect(problems('POST', '/batches', { ...good, completion_window: '48h' })).not.toEqual([])
    expect(problems('POST', '/batches', { ...good, endpoint: '/v1/images/variations' })).not.toEqual([])
    expect(problems('GET', '/batches?page=2')).not.toEqual([])
    expect(problems('GET', '/batches/b/c')).not.toEqual([])
    expect(problems('POST', '/batches/b/cancel', {})).not.toEqual([])
    expect(problems('GET', '/files/f/content?alt=media')).not.toEqual([])
    expect(problems('DELETE', '/files/f?now=1')).not.toEqual([])
    const edit = { model: 'gpt-image-2', prompt: 'p', images: [{ image_url: 'data:', file_id: 'f' }] }
    expect(problems('POST', '/images/edits', edit)).not.toEqual([])
  })
})

const geminiSpec = openSpec('gemini.json')
describe.skipIf(geminiSpec === null)('a batch of Gemini', () => {
  const baseUrl = 'https://generativelanguage.googleapis.com'
  const metadata = { state: 'BATCH_STATE_SUCCEEDED', displayName: 'proofsheet-1' }
  const operation = { name: 'batches/b1', done: true, metadata, response: { responsesFile: 'files/r1' } }

  test('sends what its document says, in every operation that it names', async () => {
    const sent = await everyRequest(gemini, baseUrl, 'gemini-nano-banana-2.1', (path) => {
      if (path === '/upload/files') return { headers: { 'x-goog-upload-url': `${baseUrl}/put` }, body: {} }
      if (path === '/put') return { body: { file: { name: 'files/f1' } } }
      return { body: path === '/batches' ? { operations: [operation] } : operation }
    })
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /upload/files',
      'POST /put',
      'POST /models/gemini-nano-banana-2.1:batchGenerateContent',
      'GET /batches?pageSize=100',
      'GET /batches?pageSize=100',
      'GET /batches/b1',
      'POST /batches/b1:cancel',
      'GET /files/r1:download?alt=media',
      'DELETE /files/f1',
      'DELETE /files/r1',
    ])
    // The bytes of a file, up or down, are not in the document; the start of an upload stands there without its place.
    const named = sent.filter(({ path }) => path !== '/put' && !path.includes(':download'))
    for (const one of named) {
      const problems = geminiSpec?.problems({ ...one, path: one.path.replace('/upload/', '/') })
      expect([one.path, problems]).toEqual([one.path, []])
    }
  })

  test('has lines whose requests are those of generateContent', async () => {
    const lines = await everyLine(gemini, { baseUrl })
    expect(lines.length).toBe(6)
    for (const { request } of lines) {
      const path = '/models/gemini-nano-banana-2.1:generateContent'
      expect(geminiSpec?.problems({ method: 'POST', path, body: request })).toEqual([])
    }
  })

  test('the check is alive: one bad request for each operation', () => {
    const problems = (method: string, path: string, body?: unknown) => geminiSpec?.problems({ method, path, body })
    expect(problems('POST', '/files', { file: { title: 'x' } })).not.toEqual([])
    const start = '/models/m:batchGenerateContent'
    expect(problems('POST', start, { batch: { displayName: 1 } })).not.toEqual([])
    expect(problems('POST', start, { batch: { inputConfig: { file: 'x' } } })).not.toEqual([])
    expect(problems('GET', '/batches?limit=100')).not.toEqual([])
    expect(problems('GET', '/batches/b1?full=true')).not.toEqual([])
    expect(problems('GET', '/batches/b1:cancel')).not.toEqual([])
    expect(problems('DELETE', '/files/f1', {})).not.toEqual([])
  })
})

const xaiSpec = openSpec('xai.patched.json')
describe.skipIf(xaiSpec === null)('a batch of xAI', () => {
  test('sends what its document says, in every operation', async () => {
    const state = { num_requests: 1, num_pending: 0, num_success: 1 }
    const batch = { batch_id: 'b1', name: 'proofsheet-1', state }
    const sent = await everyRequest(xai, 'https://api.x.ai', 'grok-imagine-image', (path) => {
      if (path === '/files') return { body: { id: 'f1' } }
      return { body: path === '/batches' ? { ...batch, batches: [batch] } : { ...batch, succeeded: [], failed: [] } }
    })
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /files',
      'POST /batches',
      'GET /batches?page_size=100',
      'GET /batches?page_size=100',
      'GET /batches/b1',
      'POST /batches/b1:cancel',
      'GET /batches/b1/results?page_size=4',
    ])
    for (const one of sent) expect([one.path, xaiSpec?.problems(one)]).toEqual([one.path, []])
  })

  test('has lines whose bodies are those of its endpoints', async () => {
    const lines = await everyLine(xai, { baseUrl: 'https://api.x.ai' })
    expect(lines.length).toBe(4)
    for (const { url, body } of lines) {
      expect(xaiSpec?.problems({ method: 'POST', path: String(url).replace('/v1', ''), body })).toEqual([])
    }
  })

  test('the check is alive: one bad request for each operation', () => {
    const problems = (method: string, path: string, body?: unknown) => xaiSpec?.problems({ method, path, body })
    const form = new FormData()
    form.append('file', 'x')
    expect(problems('POST', '/files', form)).not.toEqual([])
    expect(problems('POST', '/batches', { input_file_id: 'f' })).not.toEqual([])
    expect(problems('GET', '/batches?limit=1')).not.toEqual([])
    expect(problems('GET', '/batches/b1?limit=1')).not.toEqual([])
    expect(problems('POST', '/batches/b1/cancel')).not.toEqual([])
    expect(problems('GET', '/batches/b1/results?limit=1')).not.toEqual([])
  })
})
