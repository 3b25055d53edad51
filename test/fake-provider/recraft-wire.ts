import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { tooMany } from './faults.ts'
import { fromDataUri, pngSize, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import { answerSync } from './sync-wire.ts'
import type { FakeRequest, Made, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  model: z.string().default(''),
  random_seed: z.int().nullable().default(null),
  size: z
    .string()
    .regex(/^\d+:\d+$/)
    .default('1:1'),
  image_url: z.string().optional(),
  image_format: z.enum(['png', 'webp']).default('png'),
  response_format: z.literal('b64_json'),
})

const problem = (status: number, code: string, message: string): Answer => jsonAnswer(status, { code, message })

/** What a vector model gives, with what no page may run. */
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><script>alert(1)</script><path d="M0 0h8v8z"/></svg>',
)

function wantedFrom(tool: string, body: unknown): FakeRequest | null {
  const parsed = fields.safeParse(body)
  if (!parsed.success) return null
  const { prompt, model, random_seed: seed, size: ratio, image_url: address, image_format: format } = parsed.data
  const source = address === undefined ? null : fromDataUri(address)
  const isTool = !/^(generations|imageToImage)$/.test(tool)
  if (isTool ? !source : prompt === '' || model === '') return null
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  const size = source
    ? pngSize(source)
    : { width: Math.round(512 * Math.min(1, across / down)), height: Math.round(512 * Math.min(1, down / across)) }
  const scale = /Upscale$/.test(tool) ? 2 : 1
  return {
    prompt,
    seed,
    width: size.width * scale,
    height: size.height * scale,
    count: 1,
    format,
    model: isTool ? tool : model,
    inputs: source ? [sha256Of(source)] : [],
  }
}

/** Recraft under /recraft/v1, as its API document has it (2026-08); its errors are as they were seen. */
export async function answerRecraft(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const isGood = world.key === null || request.headers.authorization === `Bearer ${world.key}`
  const wrongKey = isGood ? null : problem(401, 'unauthorized', 'Invalid API token')
  const tool = /^\/recraft\/v1\/images\/(\w+)$/.exec(path)?.[1]
  if (!tool) {
    const data = [{ id: 'recraftv4_1', name: 'Recraft V4.1', created: 1, pricing: { image: '0.0333' } }]
    const other = path.endsWith('/models') ? { data } : { id: 'a', credits: 12_345, email: 'a@example.com', name: 'A' }
    return sendAnswer(response, wrongKey ?? jsonAnswer(200, other), null)
  }
  const body = await readJson(request)
  const wanted = body && wantedFrom(tool, body)
  if (!wanted) return sendAnswer(response, problem(400, 'invalid_request', 'prompt or image: required'), null)
  const isVector = wanted.model.endsWith('_vector')
  const item = ({ bytes }: Made): object => ({
    image_id: '00000000-0000-4000-8000-000000000000',
    b64_json: (isVector ? svg : bytes).toString('base64'),
  })
  return answerSync(world, response, wanted, {
    wrongKey,
    tooMany: (seconds) => ({ ...tooMany('seconds', seconds), body: { code: 'rate_limited', message: 'Slow down' } }),
    refused: problem(400, 'image_moderation_failed', 'The prompt was rejected by moderation'),
    microsEach: world.priceMicros,
    whole: (made, fault) => {
      const credits = Math.round((Math.max(1, made.length) * world.priceMicros) / 1_000)
      if (fault?.kind === 'error-in-200') return { created: 1, credits }
      const asUrl = (one: Made): object =>
        fault?.kind === 'url' ? { image_id: 'x', url: world.results.keep(one.bytes, one.type, fault.wrong) } : item(one)
      return /^(generations|imageToImage)$/.test(tool)
        ? { created: 1, credits, data: made.map(asUrl) }
        : { created: 1, credits, image: made.map(asUrl)[0] }
    },
  })
}
