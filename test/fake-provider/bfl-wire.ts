import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { openRemoteJobs, pngSize, type RemoteJob, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import type { FakeRequest, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  seed: z.int().nullable().default(null),
  width: z.int().min(64).max(4096).optional(),
  height: z.int().min(64).max(4096).optional(),
  input_image: z.string().optional(),
  image: z.string().optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('jpeg'),
})

export interface BflFake {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

function wantedFrom(target: string, body: unknown): FakeRequest | null {
  const parsed = fields.safeParse(body)
  if (!parsed.success) return null
  const { prompt, seed, output_format: format, input_image: first, image } = parsed.data
  const text = first ?? image
  const source = text === undefined ? null : Buffer.from(text, 'base64')
  const size = source ? pngSize(source) : { width: 512, height: 512 }
  return {
    prompt,
    seed,
    width: parsed.data.width ?? size.width,
    height: parsed.data.height ?? size.height,
    count: 1,
    format,
    model: target,
    inputs: source ? [sha256Of(source)] : [],
  }
}

/** BFL under /bfl, as its API document has it (2026-05): a task, its polling address, and the cost at once. */
export function openBfl(world: World): BflFake {
  const jobs = openRemoteJobs(world, (n) => `7f2c-${n}`)

  function resultOf(job: RemoteJob | null): Answer {
    const said = (status: string, more: object = {}): Answer =>
      jsonAnswer(200, { id: job?.id ?? '', status, result: null, progress: null, details: null, ...more })
    if (!job) return said('Task not found')
    job.polls++
    if (job.state === 'pending') return said(['Task not found', 'Pending', 'Reasoning'][job.polls - 1] ?? 'Generating')
    if (job.state === 'refused') return said('Request Moderated', { details: { 'Moderation Reasons': ['Violence'] } })
    if (job.state === 'failed') return said('Error', { details: { reason: 'the worker crashed' } })
    if (job.fault?.kind === 'refused') return said('Content Moderated')
    const { prompt, seed } = job.wanted
    const sample = job.urls[0]
    return said('Ready', { result: { ...(sample === undefined ? {} : { sample }), prompt, seed: seed ?? 99 } })
  }

  return {
    answer: async (request, response, url) => {
      if (world.key !== null && request.headers['x-key'] !== world.key) {
        return sendAnswer(response, jsonAnswer(403, { detail: 'Not authenticated - Invalid Authentication' }), null)
      }
      const path = url.pathname.replace('/bfl/v1/', '')
      if (path === 'credits') return sendAnswer(response, jsonAnswer(200, { credits: 321.5 }), null)
      if (path === 'get_result')
        return sendAnswer(response, resultOf(jobs.find(url.searchParams.get('id') ?? '')), null)
      const input = await readJson(request)
      const wanted = input && wantedFrom(path, input)
      if (!wanted) {
        const detail = [{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }]
        return sendAnswer(response, jsonAnswer(422, { detail }), null)
      }
      const job = await jobs.accept(response, { target: path, input, wanted })
      if (!job) return
      const body = {
        id: job.id,
        polling_url: `${world.url()}/bfl/v1/get_result?id=${job.id}`,
        cost: world.priceMicros / 10_000,
        input_mp: 0,
        output_mp: (wanted.width * wanted.height) / 1e6,
      }
      return sendAnswer(response, jsonAnswer(200, body), job.fault)
    },
  }
}
