import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { tooMany } from './faults.ts'
import { openRemoteJobs, pngSize, type RemoteJob, readForm, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import { answerSync } from './sync-wire.ts'
import type { FakeRequest, Made, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  seed: z.coerce.number().int().default(0),
  aspect_ratio: z.string().default('1:1'),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
})

const problem = (status: number, name: string, sentence: string): Answer =>
  jsonAnswer(status, { id: 'a1b2', name, errors: [sentence] })
const moderated = problem(403, 'content_moderation', 'Your request was flagged by our content moderation system.')

export interface StabilityFake {
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

function wantedFrom(target: string, given: Record<string, string>, files: readonly Buffer[]): FakeRequest | null {
  const parsed = fields.safeParse(given)
  const [source] = files
  const needsSource = target.startsWith('upscale') || target.startsWith('edit')
  if (!parsed.success || needsSource !== (source !== undefined && !target.startsWith('generate'))) return null
  const { prompt, seed, aspect_ratio: ratio, output_format: format } = parsed.data
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  const scale = target === 'upscale/fast' ? 4 : 1
  const size = source
    ? pngSize(source)
    : { width: Math.round(512 * Math.min(1, across / down)), height: Math.round(512 * Math.min(1, down / across)) }
  return {
    prompt,
    seed: seed === 0 ? null : seed,
    width: size.width * scale,
    height: size.height * scale,
    count: 1,
    format,
    model: target,
    inputs: files.map(sha256Of),
  }
}

const pictureOf = (made: readonly Made[], seed: number | null, isFiltered: boolean): object => ({
  image: made[0]?.bytes.toString('base64') ?? '',
  finish_reason: isFiltered ? 'CONTENT_FILTERED' : 'SUCCESS',
  seed: seed ?? 343_940_597,
})

/** Stability's v2beta under /stability, as its API document has it (2026-11): forms in, JSON out, one endpoint with an id. */
export function openStability(world: World): StabilityFake {
  const jobs = openRemoteJobs(world, (n) => String(n).padStart(64, '0'))

  function resultOf(job: RemoteJob | null): Answer {
    if (!job) return problem(404, 'not_found', 'Generation not found')
    if (job.state === 'pending') return jsonAnswer(202, { id: job.id, status: 'in-progress' })
    if (job.state === 'refused') return moderated
    if (job.state === 'failed') return problem(500, 'internal_error', 'An unexpected error')
    return jsonAnswer(200, pictureOf(job.made, job.wanted.seed, job.fault?.kind === 'refused'))
  }

  return {
    answer: async (request, response, path) => {
      const isGood = world.key === null || request.headers.authorization === `Bearer ${world.key}`
      const wrongKey = isGood ? null : problem(401, 'unauthorized', 'missing or invalid authorization')
      const target = /^\/stability\/v2beta\/stable-image\/(.+)$/.exec(path)?.[1]
      if (!target) {
        const id = /^\/stability\/v2beta\/results\/(\w+)$/.exec(path)?.[1]
        const other = id ? resultOf(jobs.find(id)) : jsonAnswer(200, { credits: 1234.5 })
        return sendAnswer(response, wrongKey ?? other, null)
      }
      const { fields: given, files } = await readForm(request)
      const wanted = wantedFrom(target, given, files)
      if (!wanted) return sendAnswer(response, problem(400, 'bad_request', 'prompt or image: required'), null)
      if (target === 'upscale/creative' && !wrongKey) {
        const job = await jobs.accept(response, { target, input: given, wanted })
        if (job) await sendAnswer(response, jsonAnswer(200, { id: job.id }), job.fault)
        return
      }
      return answerSync(world, response, wanted, {
        wrongKey,
        tooMany: () => ({ ...tooMany('none'), body: { id: 'a1', name: 'rate_limit_exceeded', errors: ['Slow down'] } }),
        refused: moderated,
        microsEach: world.priceMicros,
        whole: (made, fault) =>
          fault?.kind === 'error-in-200'
            ? { image: '', finish_reason: 'ERROR' }
            : pictureOf(made, wanted.seed, fault?.kind === 'refused'),
      })
    },
  }
}
