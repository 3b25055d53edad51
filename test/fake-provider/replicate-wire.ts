import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { fromDataUri, openRemoteJobs, pngSize, type RemoteJob, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import type { FakeRequest, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  seed: z.int().nullable().default(null),
  aspect_ratio: z.string().default('1:1'),
  megapixels: z.enum(['1', '0.25']).default('1'),
  width: z.int().max(4096).optional(),
  height: z.int().max(4096).optional(),
  image: z.string().optional(),
  scale: z.number().optional(),
  output_format: z.enum(['webp', 'jpg', 'png']).default('webp'),
})

const version = 'ab'.repeat(32)
const schemas: Readonly<Record<string, object>> = {
  'nightmareai/real-esrgan': {
    type: 'object',
    required: ['image'],
    properties: {
      image: { type: 'string', format: 'uri' },
      scale: { type: 'number', minimum: 0, maximum: 10, default: 4 },
      face_enhance: { type: 'boolean', default: false },
    },
  },
  'acme/painter': {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string' },
      seed: { type: 'integer' },
      aspect_ratio: { allOf: [{ $ref: '#/components/schemas/aspect_ratio' }] },
      shape: { type: 'string', enum: ['string', 'array', 'object', 'nothing'] },
    },
  },
}

export interface ReplicateFake {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

function wantedFrom(target: string, input: unknown): FakeRequest | null {
  const parsed = fields.safeParse(input)
  if (!parsed.success) return null
  const { prompt, seed, aspect_ratio: ratio, megapixels, image, output_format: format, scale } = parsed.data
  const source = image === undefined ? null : fromDataUri(image)
  const [across = 1, down = 1] = ratio === 'custom' ? [] : ratio.split(':').map(Number)
  const long = megapixels === '1' ? 1024 : 512
  const byRatio = {
    width: Math.round((across >= down ? 1 : across / down) * long),
    height: Math.round((down >= across ? 1 : down / across) * long),
  }
  const size = source
    ? pngSize(source)
    : { width: parsed.data.width ?? byRatio.width, height: parsed.data.height ?? byRatio.height }
  return {
    prompt,
    seed,
    width: size.width * (scale ?? 1),
    height: size.height * (scale ?? 1),
    count: 1,
    format: format === 'jpg' ? 'jpeg' : source ? 'png' : format,
    model: target,
    inputs: source ? [sha256Of(source)] : [],
  }
}

/** Replicate's API under /replicate/v1, as its document has it (2026-04): predictions, models, account. */
export function openReplicate(world: World): ReplicateFake {
  const jobs = openRemoteJobs(
    world,
    (n) => `gm3qorzdhgbfurvjtvhg${n}`,
    (job, hookUrl) => world.hooks.send(hookUrl, world.hooks.standardHook(view(job))),
  )
  const base = (): string => `${world.url()}/replicate/v1`

  function outputOf({ urls, input }: RemoteJob): unknown {
    const shape = z.looseObject({ shape: z.string() }).safeParse(input)
    if (!shape.success || shape.data.shape === 'array') return urls
    if (shape.data.shape === 'object') return { picture: urls[0], note: 'no address' }
    return shape.data.shape === 'string' ? urls[0] : null
  }

  function view(job: RemoteJob): object {
    const { fault } = job
    const isRunning = job.state === 'pending'
    const words = 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)'
    const status = {
      pending: job.polls > 1 ? 'processing' : 'starting',
      done: 'succeeded',
      refused: 'failed',
      failed: 'failed',
      canceled: 'canceled',
    }
    return {
      id: job.id,
      model: job.target,
      version: 'hidden',
      // The service fills in what it assumes.
      input: { ...z.looseObject({}).parse(job.input), go_fast: true },
      output: job.state === 'done' ? outputOf(job) : null,
      error: job.state === 'refused' ? words : job.state === 'failed' ? 'CUDA out of memory' : null,
      logs: '',
      status: fault?.kind === 'error-in-200' && job.state === 'done' ? 'failed' : status[job.state],
      created_at: new Date(job.createdMs).toISOString(),
      data_removed: false,
      metrics: isRunning ? {} : { predict_time: 0.9, total_time: 1 },
      urls: { get: `${base()}/predictions/${job.id}`, cancel: `${base()}/predictions/${job.id}/cancel`, web: base() },
    }
  }

  async function create(request: IncomingMessage, response: ServerResponse, named: string | null): Promise<void> {
    const body = z
      .strictObject({
        version: z.string().optional(),
        input: z.looseObject({}),
        webhook: z.url().optional(),
        webhook_events_filter: z.array(z.enum(['start', 'output', 'logs', 'completed'])).optional(),
      })
      .safeParse(await readJson(request))
    const asked = body.data?.version
    const byVersion = asked === version ? 'nightmareai/real-esrgan' : (asked?.split(':')[0] ?? null)
    const target = named ?? byVersion
    const wanted = body.success && target ? wantedFrom(target, body.data.input) : null
    if (!body.success || !target || !wanted) {
      const detail = '- input: Invalid type. Expected: object, given: null'
      return sendAnswer(response, jsonAnswer(422, { title: 'Input validation failed', detail, status: 422 }), null)
    }
    const job = await jobs.accept(response, {
      target,
      input: body.data.input,
      wanted,
      hookUrl: body.data.webhook ?? null,
    })
    if (job) return sendAnswer(response, jsonAnswer(201, view(job)), job.fault)
  }

  function list(query: URLSearchParams): Answer {
    const since = Date.parse(query.get('created_after') ?? '1970-01-01T00:00:00Z')
    const at = Number(query.get('cursor') ?? 0)
    const all = jobs
      .all()
      .filter((job) => job.createdMs >= since)
      .reverse()
    const more = new URLSearchParams({ created_after: query.get('created_after') ?? '', cursor: String(at + 2) })
    const next = all.length > at + 2 ? `${base()}/predictions?${more}` : null
    return jsonAnswer(200, { previous: null, next, results: all.slice(at, at + 2).map(view) })
  }

  function model(id: string): Answer {
    const Input = schemas[id]
    if (!Input) return jsonAnswer(404, { detail: 'Not found', status: 404 })
    const ratios = { aspect_ratio: { type: 'string', enum: ['1:1', '16:9'] } }
    const openapi_schema = { components: { schemas: { Input, ...ratios } } }
    const [owner, name] = id.split('/')
    return jsonAnswer(200, {
      owner,
      name,
      is_official: owner === 'acme',
      latest_version: { id: version, openapi_schema },
    })
  }

  function follow(request: IncomingMessage, job: RemoteJob | null, wantsCancel: boolean): Answer {
    if (!job) return jsonAnswer(404, { detail: 'Not found', status: 404 })
    if (wantsCancel && request.method === 'POST' && job.state === 'pending') job.state = 'canceled'
    job.polls++
    return jsonAnswer(200, view(job))
  }

  return {
    answer: async (request, response, url) => {
      if (world.key !== null && request.headers.authorization !== `Bearer ${world.key}`) {
        const body = { title: 'Unauthenticated', detail: 'You did not pass a valid authentication token', status: 401 }
        return sendAnswer(response, jsonAnswer(401, body), null)
      }
      const path = url.pathname.replace('/replicate/v1', '')
      if (path === '/account') return sendAnswer(response, jsonAnswer(200, { type: 'user', username: 'ada' }), null)
      if (path === '/webhooks/default/secret') {
        world.hooks.keyRequests++
        const isDown = world.hooks.areKeysDown
        return sendAnswer(response, isDown ? jsonAnswer(503, {}) : jsonAnswer(200, { key: world.hooks.secret }), null)
      }
      if (path === '/predictions' && request.method === 'POST') return create(request, response, null)
      if (path === '/predictions') return sendAnswer(response, list(url.searchParams), null)
      const named = /^\/models\/([^/]+\/[^/]+?)(\/predictions)?$/.exec(path)
      if (named?.[2]) return create(request, response, named[1] ?? '')
      if (named) return sendAnswer(response, model(named[1] ?? ''), null)
      const followed = /^\/predictions\/(\w+)(\/cancel)?$/.exec(path)
      return sendAnswer(response, follow(request, jobs.find(followed?.[1] ?? ''), followed?.[2] !== undefined), null)
    },
  }
}
