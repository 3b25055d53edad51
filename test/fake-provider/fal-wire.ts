import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { fromDataUri, openRemoteJobs, pngSize, type RemoteJob, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import type { FakeRequest, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  seed: z.int().nullable().default(null),
  image_size: z
    .union([z.object({ width: z.int().max(4096), height: z.int().max(4096) }), z.string()])
    .default({ width: 512, height: 512 }),
  image_url: z.string().optional(),
  image_urls: z.array(z.string()).default([]),
  upscale_factor: z.number().optional(),
  scale: z.number().optional(),
  output_format: z.enum(['png', 'jpeg', 'jpg', 'webp']).default('png'),
})

/** Endpoints that nobody's catalogue has, with the documents that the platform publishes for them. */
const published: Readonly<Record<string, unknown>> = {
  'acme/painter/v1': {
    paths: {
      '/acme/painter/v1': {
        post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/In' } } } } },
      },
    },
    components: {
      schemas: {
        In: {
          type: 'object',
          required: ['prompt'],
          properties: {
            prompt: { type: 'string' },
            image_size: {
              anyOf: [{ $ref: '#/components/schemas/Size' }, { type: 'string', enum: ['square_hd', 'square'] }],
            },
            seed: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
            steps: { type: 'integer', minimum: 1, maximum: 8 },
            num_images: { type: 'integer', minimum: 1, maximum: 4 },
            style: { type: 'string', enum: ['oil', 'ink'] },
          },
        },
        Size: { type: 'object', properties: { width: { type: 'integer' }, height: { type: 'integer' } } },
      },
    },
  },
}

export interface FalFake {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

function wantedFrom(target: string, body: unknown): FakeRequest | null {
  const parsed = fields.safeParse(body)
  if (!parsed.success) return null
  const { prompt, seed, image_size: size, image_url: one, image_urls: many, output_format: format } = parsed.data
  const pictures = [...(one === undefined ? [] : [one]), ...many].map(fromDataUri)
  const factor = parsed.data.upscale_factor ?? parsed.data.scale
  const [source] = pictures
  const [width = 512, height = 512] = typeof size === 'string' ? size.split('x').map(Number) : [size.width, size.height]
  const made = source && target.match(/upscale|esrgan|background|birefnet/) ? pngSize(source) : { width, height }
  return {
    prompt,
    seed,
    width: made.width * (factor ?? 1),
    height: made.height * (factor ?? 1),
    count: 1,
    format: format === 'jpg' ? 'jpeg' : format,
    model: target,
    inputs: pictures.map(sha256Of),
  }
}

const refused = {
  detail: [{ loc: ['body', 'prompt'], msg: 'The content was flagged.', type: 'content_policy_violation', input: '' }],
}

function resultOf(job: RemoteJob): Answer {
  if (job.state === 'refused') return jsonAnswer(422, refused)
  if (job.state === 'canceled') return jsonAnswer(499, { detail: 'Request cancelled', error_type: 'client_cancelled' })
  if (job.state === 'failed') {
    const headers = { 'x-fal-error-type': 'runner_disconnected', 'x-fal-retryable': 'true' }
    return jsonAnswer(503, { detail: 'The runner went away', error_type: 'runner_disconnected' }, headers)
  }
  const files = job.urls.map((url) => ({ url, width: job.wanted.width, height: job.wanted.height }))
  const { seed, prompt } = job.wanted
  if (/upscale|esrgan|background|birefnet/.test(job.target))
    return jsonAnswer(200, { image: files[0], seed: seed ?? 1 })
  const nsfw = files.map(() => job.fault?.kind === 'refused')
  return jsonAnswer(200, { images: files, seed: seed ?? 4242, has_nsfw_concepts: nsfw, prompt, timings: {} })
}

/** fal's queue under /fal-queue and its platform API under /fal-platform/v1, as its documentation has them (2026-11). */
export function openFal(world: World): FalFake {
  const jobs = openRemoteJobs(
    world,
    (n) => `764c0000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    (job, hookUrl) => world.hooks.send(hookUrl, world.hooks.falHook(job.id, { status: 'OK', payload: { images: [] } })),
  )

  function statusOf(job: RemoteJob): Answer {
    job.polls++
    if (job.state === 'pending') {
      const status = job.polls === 1 ? 'IN_QUEUE' : 'IN_PROGRESS'
      return jsonAnswer(202, { status, request_id: job.id, queue_position: 0 })
    }
    const error = job.state === 'failed' ? { error: 'The runner went away', error_type: 'runner_disconnected' } : {}
    return jsonAnswer(200, {
      status: 'COMPLETED',
      request_id: job.id,
      metrics: { inference_time: 0.4 },
      logs: null,
      ...error,
    })
  }

  async function submit(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    hookUrl: string | null,
  ): Promise<void> {
    const input = await readJson(request)
    const wanted = input && wantedFrom(target, input)
    if (!wanted) {
      const detail = [{ loc: ['body'], msg: 'Input should be valid', type: 'missing', input: null }]
      return sendAnswer(response, jsonAnswer(422, { detail }), null)
    }
    const job = await jobs.accept(response, { target, input, wanted, hookUrl })
    if (!job) return
    const url = `${world.url()}/fal-queue/${target.split('/').slice(0, 2).join('/')}/requests/${job.id}`
    const body = {
      status: 'IN_QUEUE',
      request_id: job.id,
      response_url: url,
      status_url: `${url}/status`,
      cancel_url: `${url}/cancel`,
      queue_position: 0,
    }
    return sendAnswer(response, jsonAnswer(200, body), job.fault)
  }

  function follow(request: IncomingMessage, job: RemoteJob | null, part: string): Answer {
    if (!job) return jsonAnswer(404, { detail: 'Request not found', error_type: 'not_found' })
    if (part === 'status') return statusOf(job)
    if (part === '')
      return job.state === 'pending' ? jsonAnswer(400, { detail: 'Request is still in progress' }) : resultOf(job)
    if (request.method !== 'PUT') return jsonAnswer(405, { detail: 'Method not allowed' })
    if (job.state !== 'pending') return jsonAnswer(400, { status: 'ALREADY_COMPLETED' })
    job.state = 'canceled'
    return jsonAnswer(202, { status: 'CANCELLATION_REQUESTED' })
  }

  function platform(path: string, query: URLSearchParams): Answer {
    const ids = (query.get('endpoint_id') ?? '').split(',')
    if (path === '/models/pricing') {
      const prices = ids.map((endpoint_id) =>
        endpoint_id.includes('esrgan')
          ? { endpoint_id, unit_price: 0.00111, unit: 'compute seconds', currency: 'USD' }
          : {
              endpoint_id,
              unit_price: 0.0031,
              unit: endpoint_id.includes('schnell') ? 'megapixels' : 'images',
              currency: 'USD',
            },
      )
      return jsonAnswer(200, { next_cursor: null, has_more: false, prices })
    }
    if (path === '/models') {
      const isOld = query.get('status') === 'deprecated'
      const old = { endpoint_id: 'fal-ai/flux-2/turbo', metadata: { updated_at: '2026-10-01T00:00:00Z' } }
      if (isOld) return jsonAnswer(200, { models: [old], next_cursor: null, has_more: false })
      const models = ids.map((endpoint_id) => ({ endpoint_id, openapi: published[endpoint_id] }))
      return jsonAnswer(200, { models, next_cursor: null, has_more: false })
    }
    if (path === '/models/requests/by-endpoint') {
      const start = Date.parse(query.get('start') ?? '')
      const at = Number(query.get('cursor') ?? 0)
      // Finished ones only, the newest first, two a page, so that a client has to turn pages.
      const items = jobs
        .all()
        .filter((job) => job.state !== 'pending' && job.target === ids[0] && job.createdMs >= start)
        .reverse()
        .map((job) => ({
          request_id: job.id,
          endpoint_id: job.target,
          sent_at: new Date(job.createdMs).toISOString(),
          started_at: new Date(job.createdMs).toISOString(),
          ended_at: new Date(job.createdMs).toISOString(),
          status_code: 200,
          ...(query.get('expand') === 'payloads' ? { json_input: job.input } : {}),
        }))
      const next = items.length > at + 2 ? String(at + 2) : null
      return jsonAnswer(200, { items: items.slice(at, at + 2), next_cursor: next, has_more: next !== null })
    }
    // The balance is for admin keys.
    return jsonAnswer(403, { error: { type: 'authorization_error', message: 'An admin key is needed' } })
  }

  return {
    answer: async (request, response, url) => {
      if (url.pathname === '/fal-keys/jwks.json') {
        world.hooks.keyRequests++
        const isDown = world.hooks.areKeysDown
        return sendAnswer(response, isDown ? jsonAnswer(503, {}) : jsonAnswer(200, world.hooks.jwks()), null)
      }
      if (world.key !== null && request.headers.authorization !== `Key ${world.key}`) {
        return sendAnswer(response, jsonAnswer(401, { detail: 'Invalid authentication credentials' }), null)
      }
      const platformPath = /^\/fal-platform\/v1(\/.*)$/.exec(url.pathname)?.[1]
      if (platformPath) return sendAnswer(response, platform(platformPath, url.searchParams), null)
      const followed = /^\/fal-queue\/[\w-]+\/[\w.-]+\/requests\/([\w-]+)(?:\/(status|cancel))?$/.exec(url.pathname)
      if (followed) {
        return sendAnswer(response, follow(request, jobs.find(followed[1] ?? ''), followed[2] ?? ''), null)
      }
      return submit(request, response, url.pathname.replace('/fal-queue/', ''), url.searchParams.get('fal_webhook'))
    },
  }
}
