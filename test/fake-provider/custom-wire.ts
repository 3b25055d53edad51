import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Fault } from './faults.ts'
import { isUnbilled } from './faults.ts'
import { fromDataUri, openRemoteJobs, type RemoteJob, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type FakeRequest, makePictures, nextAttempt, type World, work } from './world.ts'

const fields = z.looseObject({
  id: z.string().optional(),
  prompt: z.string(),
  model: z.string().default('default'),
  size: z.string().default('64x64'),
  width: z.int().optional(),
  height: z.int().optional(),
  seed: z.int().nullish(),
  image: z.string().optional(),
})
const workflow = z.looseObject({ nodes: z.array(z.object({ data: z.object({ params: z.unknown() }) })).min(1) })
const batch = z.object({ requests: z.array(z.unknown()) })

export interface CustomFake {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

function wantedFrom(body: unknown): (FakeRequest & { id: string | null }) | null {
  const parsed = fields.safeParse(body)
  if (!parsed.success) return null
  const { prompt, seed = null, size, model, image, id = null } = parsed.data
  const [width = 64, height = 64] = size.split('x').map(Number)
  const inputs = image === undefined ? [] : [sha256Of(fromDataUri(image))]
  const sides = { width: parsed.data.width ?? width, height: parsed.data.height ?? height }
  return { id, prompt, seed, ...sides, count: 1, format: 'png', model, inputs }
}

const wrong = (status: number, code: string, message: string): Answer =>
  jsonAnswer(status, { status: 'failed', error: { code, message } })
const refusal = { status: 'failed', error: { code: 'content_policy', message: 'not allowed' } }

/** Services as people describe them, in every shape that the presets have, under /custom/. */
export function openCustom(world: World): CustomFake {
  const jobs = openRemoteJobs(world, (n) => `job-${n}`)
  let calls = 0

  const isKeyGood = ({ headers }: IncomingMessage): boolean =>
    world.key === null || headers.authorization === `Bearer ${world.key}` || headers['x-api-key'] === world.key

  /** One array of requests: each is made and billed by itself, and what breaks the connection breaks it for all. */
  async function answerBatch(response: ServerResponse, list: readonly FakeRequest[], ids: readonly (string | null)[]) {
    const call = `call-${++calls}`
    const entries = list.map((wanted) => {
      const waitMs = world.gate.admit(world.book.inFlight() + 1)
      const { attempt, fault } = nextAttempt(world, wanted)
      const { prompt, seed } = wanted
      const entry = world.book.received({ prompt, seed, attempt, overLimit: waitMs !== null })
      world.book.accepted(entry, call)
      return { wanted, entry, fault }
    })
    response.on('close', () => {
      for (const { entry } of entries) world.book.ended(entry, response.writableFinished ? response.statusCode : null)
    })
    const whole = entries.find(({ fault }) => fault && breaksAll(fault))?.fault ?? null
    if (whole && isUnbilled(whole)) return sendAnswer(response, statusAnswer(whole) ?? jsonAnswer(500, {}), whole)
    const results = await Promise.all(
      entries.map(async ({ wanted, entry, fault }, index) => {
        await work(world, wanted, entry, fault)
        const id = ids[index] === null ? {} : { id: ids[index] }
        if (fault?.kind === 'refused') return { ...id, ...refusal }
        if (fault?.kind === 'error-in-200')
          return { ...id, status: 'failed', error: { code: 'server', message: 'out of memory' } }
        const made = await makePictures(world, wanted, entry, fault)
        world.book.billed(entry, Math.max(1, made.length), world.priceMicros)
        // Made and billed, and not in the answer at all.
        if (fault?.kind === 'no-data') return null
        const address = fault?.kind === 'url' ? fault.wrong : 'nothing'
        const urls = made.map(({ bytes, type }) => world.results.keep(bytes, type, address))
        const images = urls.map((url) => ({ url, seed: wanted.seed }))
        const cost = world.tellCost ? { cost: world.priceMicros / 1e6 } : {}
        return {
          ...id,
          status: ids[index] === null ? 'completed' : 'succeeded',
          images,
          image_url: urls[0],
          ...cost,
          seed: wanted.seed,
        }
      }),
    )
    const given = results.filter((result) => result !== null)
    // Those with ids come as they get ready: here the last is first.
    return sendAnswer(response, jsonAnswer(200, { results: ids[0] === null ? given : given.reverse() }), whole)
  }

  const view = (job: RemoteJob): object => {
    const status = { pending: 'working', done: 'done', failed: 'failed', refused: 'failed', canceled: 'canceled' }[
      job.state
    ]
    const images = job.urls.map((url) => ({ url }))
    const error = job.state === 'refused' ? refusal.error : job.state === 'failed' ? { message: 'out of memory' } : null
    return {
      status,
      error,
      result: job.state === 'done' ? { images, seed: job.wanted.seed } : null,
      ...(world.tellCost ? { cost_usd: world.priceMicros / 1e6 } : {}),
    }
  }
  const runView = (job: RemoteJob): object => ({
    status: { pending: 'RUNNING', done: 'COMPLETED', failed: 'FAILED', refused: 'FAILED', canceled: 'CANCELLED' }[
      job.state
    ],
    error: job.state === 'refused' ? 'not allowed' : null,
    nodeResults: { nodeRuns: [{ nodeId: 'node-1', output: { images: job.urls.map((url) => ({ url })) } }] },
  })

  function answerJob(response: ServerResponse, id: string, form: (job: RemoteJob) => object): Promise<void> {
    const job = jobs.find(id)
    if (job) job.polls++
    return sendAnswer(response, job ? jsonAnswer(200, form(job)) : wrong(404, 'gone', 'no such job'), null)
  }

  return {
    answer: async (request, response, { pathname }) => {
      const path = pathname.replace(/^\/custom/, '')
      const isGood = isKeyGood(request)
      if (request.method === 'GET') {
        if (!isGood) return sendAnswer(response, wrong(401, 'auth', 'no such key'), null)
        const job = /^\/jobs\/([\w-]+)$/.exec(path)?.[1]
        if (job) return answerJob(response, job, view)
        const run = /^\/workflows\/executions\/([\w-]+)\/poll$/.exec(path)?.[1]
        if (run) return answerJob(response, run, runView)
        return sendAnswer(response, jsonAnswer(200, { data: [{ id: 'default' }], images: 3 }), null)
      }
      const input = await readJson(request)
      if (path === '/batch') {
        const list = (batch.safeParse(input).data?.requests ?? []).map(wantedFrom)
        const wanted = list.filter((one) => one !== null)
        if (!isGood) {
          const entry = world.book.received({ prompt: '', seed: null, attempt: 0, overLimit: false })
          response.on('close', () => world.book.ended(entry, response.statusCode))
          return sendAnswer(response, wrong(401, 'auth', 'no such key'), null)
        }
        if (wanted.length === 0 || wanted.length !== list.length)
          return sendAnswer(response, wrong(400, 'invalid', 'invalid request'), null)
        return answerBatch(
          response,
          wanted,
          wanted.map(({ id }) => id),
        )
      }
      const isRun = /^\/workflows\/[^/]+\/execute$/.test(path)
      const run = isRun ? workflow.safeParse(input).data?.nodes[0]?.data.params : input
      const wanted = wantedFrom(run)
      if (!wanted) return sendAnswer(response, wrong(400, 'invalid', 'invalid request'), null)
      if (path === '/generate') return answerPicture(world, response, wanted, isGood)
      if (!isGood) return sendAnswer(response, wrong(401, 'auth', 'no such key'), null)
      const job = await jobs.accept(response, { target: path, input, wanted })
      if (!job) return
      const { id } = job
      const body = isRun
        ? { executionRuns: [{ id, status: 'RUNNING' }] }
        : { job_id: id, status: 'queued', poll_url: `/custom/jobs/${id}` }
      return sendAnswer(response, jsonAnswer(isRun ? 201 : 200, body), job.fault)
    },
  }
}

const breaksAll = ({ kind }: Fault): boolean =>
  ['status', 'drop', 'hang', 'lost', 'slow', 'cut', 'garbage'].includes(kind)

/** The answer is the picture itself. */
async function answerPicture(world: World, response: ServerResponse, wanted: FakeRequest, isGood: boolean) {
  const { prompt, seed } = wanted
  const { attempt, fault } = isGood ? nextAttempt(world, wanted) : { attempt: 0, fault: null }
  const entry = world.book.received({ prompt, seed, attempt, overLimit: false })
  response.on('close', () => world.book.ended(entry, response.writableFinished ? response.statusCode : null))
  if (!isGood) return sendAnswer(response, wrong(401, 'auth', 'no such key'), null)
  if (fault && isUnbilled(fault))
    return sendAnswer(response, statusAnswer(fault) ?? wrong(400, 'content_policy', 'not allowed'), fault)
  await work(world, wanted, entry, fault)
  const [picture] = await makePictures(world, wanted, entry, fault)
  world.book.billed(entry, 1, world.priceMicros)
  const headers = { 'content-type': picture?.type ?? 'image/png' }
  return sendAnswer(response, { status: 200, headers, body: picture?.bytes ?? Buffer.alloc(0) }, fault)
}
