import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { wrongKey } from './faults.ts'
import { readBody, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type Asked, answerSync } from './sync-wire.ts'
import type { FakeRequest, World } from './world.ts'

/** Strict, as the service is: what GPT image models do not take (seed, negative_prompt, response_format) is a 400. */
const fields = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1).max(32_000),
  n: z.coerce.number().int().min(1).max(10).default(1),
  size: z
    .string()
    .regex(/^\d{3,4}x\d{3,4}$/)
    .default('1024x1024'),
  quality: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).default('medium'),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
  output_compression: z.coerce.number().int().min(0).max(100).optional(),
  background: z.enum(['transparent', 'opaque', 'auto']).optional(),
  moderation: z.enum(['auto', 'low']).optional(),
  complexity: z.enum(['low', 'medium', 'high']).optional(),
  input_fidelity: z.enum(['high', 'low']).optional(),
})
const dalle = z.strictObject({
  model: z.string().startsWith('dall-e'),
  prompt: z.string().min(1).max(4000),
  n: z.literal(1),
  size: z.enum(['256x256', '512x512', '1024x1024', '1792x1024', '1024x1792']).default('1024x1024'),
  quality: z.enum(['standard', 'hd']).default('standard'),
  style: z.enum(['vivid', 'natural']).optional(),
  response_format: z.enum(['b64_json', 'url']).default('url'),
})

const models = ['gpt-image-2.5-flare', 'gpt-image-2.5-sunburst', 'gpt-image-2', 'gpt-4.1', 'dall-e-3']

const complaint = (status: number, message: string, type: string, code: string | null): Answer =>
  jsonAnswer(status, { error: { message, type, param: null, code } })

/** The published table of tokens (2026-09-28), so that nothing here is worked out as the program does. */
const outputTokens: Readonly<Record<string, number>> = {
  '1024x1024 low': 196,
  '1024x1024 medium': 439,
  '1024x1024 high': 1756,
  '1536x1024 low': 158,
  '1536x1024 high': 1372,
  '2048x2048 high': 3568,
  '3840x2160 max': 13_342,
}

async function readFields(request: IncomingMessage): Promise<{ value: unknown; inputs: string[] }> {
  const body = await readBody(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return { value: JSON.parse(body.toString()), inputs: [] }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const value: Record<string, string> = {}
  const inputs: string[] = []
  for (const [name, part] of form.entries()) {
    if (typeof part === 'string') value[name] = part
    else inputs.push(sha256Of(Buffer.from(await part.arrayBuffer())))
  }
  return { value, inputs }
}

/** OpenAI itself under /openai/v1: `/models`, `/images/generations` (JSON), `/images/edits` (form); billed by tokens. */
export async function answerGptImage(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const hasKey = world.key === null || request.headers.authorization === `Bearer ${world.key}`
  const noKey = hasKey ? null : (statusAnswer(wrongKey()) ?? null)
  if (path.endsWith('/models')) {
    const list = { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'openai' })) }
    return sendAnswer(response, noKey ?? jsonAnswer(200, list), null)
  }
  const read = await readFields(request).catch(() => null)
  const asked = gptImageAsked(world, read?.value, read?.inputs ?? [])
  if ('complaint' in asked) return sendAnswer(response, asked.complaint, null)
  return answerSync(world, response, asked.wanted, { wrongKey: noKey, ...asked })
}

/** What a body asks for, and what is said to it; `share` of the price is billed. */
export function gptImageAsked(
  world: World,
  value: unknown,
  inputs: readonly string[],
  share = 1,
): Asked | { readonly complaint: Answer } {
  const asked = fields.safeParse(value)
  const old = dalle.safeParse(value)
  if (!asked.success && !old.success) {
    return { complaint: complaint(400, asked.error.message, 'invalid_request_error', null) }
  }
  const data = asked.success ? { ...asked.data } : { n: 1, output_format: 'png' as const, ...old.data }
  const { model = '', prompt = '', size = '1024x1024', quality = 'medium', n, output_format: format } = data
  const [width = 1024, height = 1024] = size.split('x').map(Number)
  const wanted: FakeRequest = { prompt, seed: null, model, width, height, count: n, format, inputs }
  const usage = {
    input_tokens: 14 + inputs.length * 1250,
    input_tokens_details: { text_tokens: 14, image_tokens: inputs.length * 1250 },
    output_tokens: outputTokens[`${size} ${quality}`] ?? 1000,
  }
  const inside = (message: string, type: string, code: string | null): object => ({ error: { message, type, code } })
  const words = 'Your request was rejected by the safety system.'
  const refusalType = 'image_generation_user_error'
  const tokenMicros = 14 * 5 + inputs.length * 1250 * 8 + usage.output_tokens * 30
  return {
    wanted,
    refused: complaint(400, words, refusalType, 'moderation_blocked'),
    microsEach: Math.ceil((old.success ? world.priceMicros : tokenMicros) * share),
    whole: (made, fault) => {
      if (fault?.kind === 'error-in-200') return inside('The model crashed', 'server_error', null)
      if (fault?.kind === 'refused') return inside(words, refusalType, 'moderation_blocked')
      const wrong = fault?.kind === 'url' ? fault.wrong : null
      const picture = (bytes: Buffer, type: string): object =>
        wrong ? { url: world.results.keep(bytes, type, wrong) } : { b64_json: bytes.toString('base64') }
      const said = old.success ? {} : { usage: { ...usage, total_tokens: usage.input_tokens + usage.output_tokens } }
      return { created: 1, size, quality, data: made.map(({ bytes, type }) => picture(bytes, type)), ...said }
    },
  }
}
