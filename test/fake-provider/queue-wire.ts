import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { isUnbilled, tooMany, wrongKey } from './faults.ts'
import { jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type FakeRequest, makePictures, nextAttempt, type World, work } from './world.ts'

const fields = z.object({
  prompt: z.string().min(1),
  seed: z.int().nullable().default(null),
  width: z.int().min(8).max(8192).default(512),
  height: z.int().min(8).max(8192).default(512),
  model: z.string().default('fake-queue'),
})

interface QueueJob {
  readonly id: string
  readonly createdMs: number
  readonly asked: z.infer<typeof fields>
  state: 'pending' | 'done' | 'failed' | 'canceled'
  urls: string[]
  error: { code: string; message: string } | null
}

export interface Queue {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

const view = (world: World, job: QueueJob): object => ({
  id: job.id,
  status: job.state,
  poll_url: `${world.url()}/queue/jobs/${job.id}`,
  created_ms: job.createdMs,
  input: job.asked,
  images: job.urls.map((url) => ({ url })),
  error: job.error,
})

/**
 * A small asynchronous service: `POST /queue/jobs` answers 202 with an id and a `poll_url`, `GET poll_url` says how it goes,
 * `DELETE poll_url` cancels (unbilled while pending, 409 once it ended), `GET /queue/jobs?since=MS` lists. Billed when done.
 */
export function openQueue(world: World): Queue {
  const jobs: QueueJob[] = []

  async function submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const parsed = fields.safeParse(parseJson(Buffer.concat(chunks)))
    if (!parsed.success) return sendAnswer(response, jsonAnswer(422, { detail: parsed.error.message }), null)
    const asked = parsed.data
    const wanted: FakeRequest = { ...asked, count: 1, format: 'png', inputs: [] }
    const waitMs = world.gate.admit(world.book.inFlight() + 1)
    const refusal = waitMs === null ? null : tooMany('seconds', Math.ceil(waitMs / 1000))
    const { attempt, fault } = refusal ? { attempt: 0, fault: refusal } : nextAttempt(world, wanted)
    const entry = world.book.received({ prompt: asked.prompt, seed: asked.seed, attempt, overLimit: waitMs !== null })
    response.on('close', () => world.book.ended(entry, response.writableFinished ? response.statusCode : null))
    if (fault && isUnbilled(fault) && fault.kind !== 'refused') {
      return sendAnswer(response, statusAnswer(fault) ?? jsonAnswer(500, {}), fault)
    }
    const job: QueueJob = {
      id: `job-${jobs.length + 1}`,
      createdMs: Date.now(),
      asked,
      state: 'pending',
      urls: [],
      error: null,
    }
    jobs.push(job)
    world.book.accepted(entry, job.id)
    void work(world, wanted, entry, fault).then(async () => {
      if (job.state !== 'pending') return world.book.canceled(entry)
      if (fault?.kind === 'refused' || fault?.kind === 'error-in-200') {
        job.error = { code: fault.kind, message: 'The safety system flagged this prompt.' }
        job.state = 'failed'
        return
      }
      const made = await makePictures(world, wanted, entry, fault)
      world.book.billed(entry, Math.max(1, made.length), world.priceMicros)
      const wrong = fault?.kind === 'url' ? fault.wrong : 'nothing'
      job.urls = made.map(({ bytes, type }) => world.results.keep(bytes, type, wrong))
      job.state = 'done'
    })
    return sendAnswer(response, jsonAnswer(202, view(world, job)), fault)
  }

  return {
    answer: async (request, response, url) => {
      if (world.key !== null && request.headers.authorization !== `Bearer ${world.key}`) {
        return sendAnswer(response, statusAnswer(wrongKey()) ?? jsonAnswer(401, {}), null)
      }
      if (url.pathname === '/queue/jobs' && request.method === 'POST') return submit(request, response)
      if (url.pathname === '/queue/jobs') {
        const since = Number(url.searchParams.get('since') ?? 0)
        const found = jobs.filter((job) => job.createdMs >= since).map((job) => view(world, job))
        return sendAnswer(response, jsonAnswer(200, { jobs: found }), null)
      }
      const job = jobs.find(({ id }) => url.pathname === `/queue/jobs/${id}`)
      if (!job) return sendAnswer(response, jsonAnswer(404, { detail: 'no such job' }), null)
      if (request.method !== 'DELETE') return sendAnswer(response, jsonAnswer(200, view(world, job)), null)
      if (job.state !== 'pending') return sendAnswer(response, jsonAnswer(409, { detail: `it is ${job.state}` }), null)
      job.state = 'canceled'
      return sendAnswer(response, jsonAnswer(200, view(world, job)), null)
    },
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null // Not JSON: the fields are then missing, and the client is told so.
  }
}
