import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { isUnbilled, tooMany, wrongKey } from './faults.ts'
import { type Answer, jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type FakeRequest, type Made, makePictures, nextAttempt, type World, work } from './world.ts'

const fields = z.object({
  model: z.string().default('fake-image'),
  prompt: z.string().min(1),
  n: z.coerce.number().int().min(1).max(10).default(1),
  size: z
    .string()
    .regex(/^(auto|\d{2,4}x\d{2,4})$/)
    .default('auto'),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
  response_format: z.enum(['b64_json', 'url']).default('b64_json'),
  seed: z.coerce.number().int().nullable().default(null),
})

const complaint = (status: number, message: string, type: string, code: string | null): Answer =>
  jsonAnswer(status, { error: { message, type, param: null, code } })

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The fields of a JSON body or a form, and the hashes of the pictures in it. */
async function parse(request: IncomingMessage, body: Buffer): Promise<{ value: unknown; inputs: string[] }> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return { value: JSON.parse(body.toString()), inputs: [] }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const value: Record<string, string> = {}
  const inputs: string[] = []
  for (const [name, part] of form.entries()) {
    if (typeof part === 'string') value[name] = part
    else
      inputs.push(
        createHash('sha256')
          .update(Buffer.from(await part.arrayBuffer()))
          .digest('hex'),
      )
  }
  return { value, inputs }
}

/** `GET /v1/models`, `POST /v1/images/generations` (JSON) and `/v1/images/edits` (form), as OpenAI documents them (2026-11). */
export async function answerOpenAi(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const hasKey = world.key === null || request.headers.authorization === `Bearer ${world.key}`
  if (path === '/v1/models') {
    const refusal = hasKey ? null : statusAnswer(wrongKey())
    const list = {
      object: 'list',
      data: [
        { id: 'fake-image', object: 'model' },
        { id: 'fake-image-mini', object: 'model' },
      ],
    }
    return sendAnswer(response, refusal ?? jsonAnswer(200, list), null)
  }
  const body = await readBody(request)
  const parsed = await parse(request, body).catch(() => null)
  const asked = fields.safeParse(parsed?.value)
  if (!asked.success)
    return sendAnswer(response, complaint(400, asked.error.message, 'invalid_request_error', null), null)
  const { data } = asked
  const [width = 1024, height = 1024] = data.size === 'auto' ? [] : data.size.split('x').map(Number)
  const { prompt, seed, model } = data
  const wanted: FakeRequest = {
    prompt,
    seed,
    model,
    width,
    height,
    count: data.n,
    format: data.output_format,
    inputs: parsed?.inputs ?? [],
  }
  const waitMs = hasKey ? world.gate.admit(world.book.inFlight() + 1) : null
  const refusal = !hasKey ? wrongKey() : waitMs === null ? null : tooMany('seconds', Math.ceil(waitMs / 1000))
  // A request that is not let in is no attempt: the faults by attempt wait for the next one.
  const { attempt, fault } = refusal ? { attempt: 0, fault: refusal } : nextAttempt(world, wanted)
  const entry = world.book.received({ prompt, seed, inputs: wanted.inputs, attempt, overLimit: waitMs !== null })
  response.on('close', () => world.book.ended(entry, response.writableFinished ? response.statusCode : null))
  if (fault?.kind !== 'status') await work(world, wanted, entry, fault)
  if (fault && isUnbilled(fault)) {
    const refused = complaint(
      400,
      'Your request was rejected by the safety system.',
      'image_generation_user_error',
      'moderation_blocked',
    )
    return sendAnswer(response, statusAnswer(fault) ?? refused, fault)
  }
  const made = await makePictures(world, wanted, entry, fault)
  const billed = Math.max(1, made.length)
  world.book.billed(entry, billed, world.priceMicros)
  const wrong = fault?.kind === 'url' ? fault.wrong : 'nothing'
  const asUrl = fault?.kind === 'url' || data.response_format === 'url'
  const item = ({ bytes, type }: Made): object =>
    asUrl ? { url: world.results.keep(bytes, type, wrong) } : { b64_json: bytes.toString('base64') }
  const cost = world.tellCost ? { cost: (billed * world.priceMicros) / 1_000_000 } : {}
  const usage = { input_tokens: 14, output_tokens: 196 * billed, total_tokens: 14 + 196 * billed, ...cost }
  const whole = { created: Math.floor(Date.now() / 1000), data: made.map(item), usage }
  const inside = (message: string, type: string, code: string | null): object => ({ error: { message, type, code } })
  const value =
    fault?.kind === 'error-in-200'
      ? inside('The model crashed', 'server_error', null)
      : fault?.kind === 'refused'
        ? inside('Your request was rejected by the safety system.', 'image_generation_user_error', 'moderation_blocked')
        : whole
  return sendAnswer(response, jsonAnswer(200, value, world.gate.headers()), fault)
}
