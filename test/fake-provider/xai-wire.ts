import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { fromDataUri, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import { type Asked, answerSync } from './sync-wire.ts'
import type { FakeRequest, World } from './world.ts'

/** Strict, as the service is: `size`, `seed` or `style` are a 400. */
const shared = {
  model: z.string(),
  prompt: z.string().min(1),
  aspect_ratio: z.string().optional(),
  resolution: z.enum(['1k', '2k']).default('1k'),
  quality: z.enum(['low', 'medium']).default('medium'),
  response_format: z.enum(['url', 'b64_json']).default('url'),
}
const picture = z.strictObject({ url: z.string().startsWith('data:image/'), type: z.literal('image_url') })
const generation = z.strictObject({ ...shared, n: z.int().min(1).max(10).default(1) })
const edit = z
  .strictObject({ ...shared, image: picture.optional(), images: z.array(picture).min(1).max(5).optional() })
  .refine(({ image, images }) => (image === undefined) !== (images === undefined), 'either image or images')

export const invalid = 'Client specified an invalid argument'

/** Errors are two strings here; other services have objects. */
export const complaint = (status: number, code: string, error: string): Answer => jsonAnswer(status, { code, error })

const models = [
  { id: 'grok-imagine-image-2.0', image_price: 600_000_000, max_prompt_length: 8000 },
  { id: 'grok-imagine-image', image_price: 200_000_000, max_prompt_length: 1024 },
]

const sides: Readonly<Record<string, readonly [number, number]>> = {
  '16:9 1k': [1408, 768],
  '1:1 2k': [2048, 2048],
  '1:2 1k': [704, 1408],
}
const cents: Readonly<Record<string, number>> = { 'low 1k': 4, 'low 2k': 6, 'medium 1k': 6, 'medium 2k': 8 }
const ticksPerMicro = 10_000

/** The answer to a wrong key; null where it is good. */
export const keyComplaint = (world: World, request: IncomingMessage): Answer | null =>
  world.key === null || request.headers.authorization === `Bearer ${world.key}`
    ? null
    : complaint(400, invalid, 'Incorrect API key provided: sk***')

/** xAI under /xai/v1: `/image-generation-models`, `/images/generations` and `/images/edits`, both JSON. */
export async function answerXai(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const wrongKey = keyComplaint(world, request)
  if (path.endsWith('/image-generation-models')) {
    return sendAnswer(response, wrongKey ?? jsonAnswer(200, { models }), null)
  }
  const asked = xaiAsked(world, path.endsWith('/images/edits'), await readJson(request))
  if ('complaint' in asked) return sendAnswer(response, asked.complaint, null)
  return answerSync(world, response, asked.wanted, { wrongKey, ...asked })
}

/** What a body asks for, and what is said to it; `share` of the price is billed. */
export function xaiAsked(
  world: World,
  isEdit: boolean,
  body: unknown,
  share = 1,
): Asked | { readonly complaint: Answer } {
  const asked = isEdit ? edit.safeParse(body) : generation.safeParse(body)
  if (!asked.success) return { complaint: complaint(400, invalid, asked.error.message) }
  const { model, prompt, aspect_ratio: ratio = '1:1', resolution, quality, response_format: form } = asked.data
  const pictures = 'images' in asked.data && asked.data.images ? asked.data.images : []
  const one = 'image' in asked.data && asked.data.image ? [asked.data.image] : []
  const inputs = [...one, ...pictures].map(({ url }) => sha256Of(fromDataUri(url)))
  const [width = 1024, height = 1024] = sides[`${ratio} ${resolution}`] ?? []
  const count = 'n' in asked.data ? asked.data.n : 1
  const wanted: FakeRequest = { prompt, seed: null, model, width, height, count, format: 'jpeg', inputs }
  const isNew = model === 'grok-imagine-image-2.0'
  const liveMicros = isNew
    ? (cents[`${quality} ${resolution}`] ?? 0) * 10_000 + inputs.length * 10_000
    : 20_000 + inputs.length * 2_000
  const microsEach = Math.ceil(liveMicros * share)
  return {
    wanted,
    refused: complaint(400, invalid, 'Generated image rejected by content moderation.'),
    microsEach,
    whole: (made, fault) => {
      const usage = { cost_in_usd_ticks: Math.max(1, made.length) * microsEach * ticksPerMicro }
      if (fault?.kind === 'error-in-200') return { error: { message: 'The model crashed', code: 'internal' } }
      if (fault?.kind === 'no-data') return { data: [], usage }
      const wrong = fault?.kind === 'url' ? fault.wrong : null
      const data = made.map(({ bytes, type }) => {
        if (fault?.kind === 'refused') return { b64_json: '', respect_moderation: false }
        const said = { mime_type: type, respect_moderation: true, revised_prompt: prompt }
        return wrong || form === 'url'
          ? { url: world.results.keep(bytes, type, wrong ?? 'nothing'), ...said }
          : { b64_json: bytes.toString('base64'), ...said }
      })
      return { data, usage }
    },
  }
}
