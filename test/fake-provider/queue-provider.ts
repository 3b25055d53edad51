import { z } from 'zod'
import { errorForStatus, parseJson, withReply } from '#engine/network/network.ts'
import type {
  Handle,
  Progress,
  Provider,
  ProviderCall,
  ProviderIo,
  ProviderReply,
  ProviderSession,
} from '#engine/providers/provider.ts'
import type { Model } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

const settings = z.object({
  baseUrl: z.string().default(''),
  priceMicros: z.int().nonnegative().nullable().default(40_000),
  pollMs: z.int().positive().default(20),
  concurrency: z.int().positive().default(4),
})
type Settings = z.infer<typeof settings>

const input = z.object({
  prompt: z.string(),
  seed: z.int().nullable(),
  width: z.int(),
  height: z.int(),
  model: z.string(),
})
const job = z.object({
  id: z.string(),
  status: z.enum(['pending', 'done', 'failed', 'canceled']),
  poll_url: z.string(),
  input,
  images: z.array(z.object({ url: z.string() })),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
type Job = z.infer<typeof job>

const modelOf = (id: string, of: Settings): Model => ({
  id,
  label: id,
  operations: ['generate'],
  sizes: { kind: 'any', multipleOf: 8, min: 64, max: 4096 },
  draftSize: { width: 512, height: 512 },
  finalSize: { width: 1024, height: 1024 },
  takesSeed: true,
  takesNegativePrompt: false,
  qualities: [],
  sameSeedLarger: true,
  maxPromptLength: null,
  price: { perImageMicros: of.priceMicros, currency: 'USD', asOf: null, source: 'the fake provider' },
})

/** For tests only: a provider over the fake's queue, which can be polled, canceled and looked up after a lost reply. */
export const fakeQueue: Provider = {
  id: 'fake-queue',
  label: 'Fake queue',
  about: 'The queue of the fake provider, for tests.',
  settings,
  keyVariables: ['FAKE_QUEUE_KEY'],
  keyOptional: true,
  anyModel: false,
  lostReply: 'find',
  models: (given) => [modelOf('fake-queue', settings.parse(given))],
  model: (id, given) => (id === 'fake-queue' ? modelOf(id, settings.parse(given)) : null),
  origin: (given) => originOf(settings.parse(given)),
  isConfigured: (given) => originOf(settings.parse(given)) !== null,
  limits: (given) => ({
    concurrency: settings.parse(given).concurrency,
    requestsPerMinute: null,
    imagesPerHour: null,
    imagesPerDay: null,
  }),
  open: (given, io) => openSession(settings.parse(given), io),
}

const originOf = (of: Settings): string | null => (URL.canParse(of.baseUrl) ? new URL(of.baseUrl).origin : null)

function bodyFor(request: GenerationRequest, of: Settings): z.infer<typeof input> {
  const { width, height, seed, prompt, model } = request
  const size = { width: width ?? 512, height: height ?? 512 }
  const isOffered = [size.width, size.height].every((side) => side % 8 === 0 && side >= 64 && side <= 4096)
  const rest =
    request.negativePrompt || request.quality || request.source || request.scale || request.references.length > 0
  const options = Object.keys(request.options).length > 0 || (request.outputFormat ?? 'png') !== 'png'
  if (request.operation !== 'generate' || !isOffered || rest || options || fakeQueue.model(model, of) === null) {
    throw new AppError('unsupported', 'The fake queue cannot do this request.', { billed: false })
  }
  return { prompt, seed, ...size, model }
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const origin = originOf(of) ?? ''
  const send = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    { signal, onHeaders }: ProviderCall,
    body: string | null = null,
  ): Promise<ProviderReply> => {
    const key = io.key()
    const repeatable = method !== 'POST'
    const headers = {
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    }
    const reply = await io.fetch(url, { method, headers, signal, repeatable, ...(body === null ? {} : { body }) })
    onHeaders?.(reply.status, reply.headers)
    if (reply.status >= 200 && reply.status < 300) return reply
    throw errorForStatus(reply, { where: origin, repeatable, nowMs: io.now(), key })
  }
  const parse = <T>(schema: z.ZodType<T>, reply: ProviderReply): T => {
    const parsed = schema.safeParse(parseJson(reply.bytes))
    if (parsed.success) return parsed.data
    throw new AppError('bad-response', `${origin} sent an answer that is not known here.`, { cause: withReply(reply) })
  }
  const progressOf = (found: Job): Progress => {
    if (found.status === 'pending') {
      return { state: 'pending', handle: { pollUrl: found.poll_url }, pollAfterMs: of.pollMs, fraction: null }
    }
    if (found.status === 'done') {
      const outputs = found.images.map(({ url }) => ({ kind: 'url' as const, url, seed: found.input.seed }))
      const micros = of.priceMicros
      return {
        state: 'done',
        outputs,
        settled: micros === null ? null : { micros: micros * outputs.length, currency: 'USD' },
      }
    }
    const code =
      found.error?.code === 'refused' ? 'content-policy' : found.status === 'canceled' ? 'canceled' : 'model-failed'
    throw new AppError(code, `${origin}: ${found.error?.message ?? 'the job was canceled'}`, { billed: false })
  }
  const pollUrlOf = (handle: Handle): string => handle.pollUrl ?? ''

  return {
    async submit(request, call) {
      const body = bodyFor(request, of)
      return progressOf(parse(job, await send('POST', `${origin}/queue/jobs`, call, JSON.stringify(body))))
    },
    poll: async (handle, call) => progressOf(parse(job, await send('GET', pollUrlOf(handle), call))),
    async cancel(handle, call) {
      await send('DELETE', pollUrlOf(handle), call)
    },
    async find(request, sinceMs, call) {
      const body = bodyFor(request, of)
      const reply = await send('GET', `${origin}/queue/jobs?since=${Math.floor(sinceMs)}`, call)
      const found = parse(z.object({ jobs: z.array(job) }), reply).jobs
      // The newest one: an older twin has its own job in the engine.
      const mine = found.findLast((one) => JSON.stringify(input.parse(one.input)) === JSON.stringify(input.parse(body)))
      return mine ? progressOf(mine) : null
    },
    async check(call) {
      await send('GET', `${origin}/queue/jobs?since=${io.now()}`, call)
      return { message: `Connected to ${origin}, 1 model`, models: ['fake-queue'] }
    },
  }
}
