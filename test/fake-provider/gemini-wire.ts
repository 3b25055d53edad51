import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Fault } from './faults.ts'
import { readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import { type Asked, answerSync } from './sync-wire.ts'
import type { FakeRequest, Made, World } from './world.ts'

const part = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ inlineData: z.strictObject({ mimeType: z.string().startsWith('image/'), data: z.base64() }) }),
])
/** Strict, as the service is: a field that it does not know is a 400. */
const content = z.strictObject({
  contents: z.array(z.strictObject({ role: z.literal('user'), parts: z.array(part).min(1) })).length(1),
  generationConfig: z.strictObject({
    responseModalities: z.array(z.enum(['TEXT', 'IMAGE'])),
    imageConfig: z
      .strictObject({ aspectRatio: z.string(), imageSize: z.enum(['1K', '2K', '4K']).optional() })
      .default({ aspectRatio: '1:1' }),
    thinkingConfig: z.strictObject({ thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']) }).optional(),
  }),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
})
const predict = z.strictObject({
  instances: z.array(z.strictObject({ prompt: z.string().min(1) })).length(1),
  parameters: z.strictObject({
    sampleCount: z.literal(1),
    includeRaiReason: z.boolean().optional(),
    aspectRatio: z.enum(['1:1', '4:3', '3:4', '16:9', '9:16']).default('1:1'),
    sampleImageSize: z.enum(['1K', '2K']).default('1K'),
    personGeneration: z.string().optional(),
  }),
})

export const complaint = (status: number, name: string, message: string, details: readonly object[] = []): Answer =>
  jsonAnswer(status, { error: { code: status, message, status: name, details } })

export const rateLimit = (seconds: number): Fault => ({
  kind: 'status',
  status: 429,
  body: {
    error: {
      code: 429,
      message: 'Resource has been exhausted',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'RequestsPerMinute' }] },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` },
      ],
    },
  },
})

const models = [
  { name: 'models/gemini-nano-banana-2.1', supportedGenerationMethods: ['generateContent', 'batchGenerateContent'] },
  { name: 'models/gemini-3-pro-image', supportedGenerationMethods: ['generateContent'] },
  { name: 'models/gemini-3.5-pro', supportedGenerationMethods: ['generateContent'] },
  { name: 'models/imagen-4.0-generate-001', supportedGenerationMethods: ['predict'] },
]

const sides: Readonly<Record<string, readonly [number, number]>> = {
  '1:1 1K': [1024, 1024],
  '16:9 1K': [1376, 768],
  '2:3 1K': [848, 1264],
  '1:1 2K': [2048, 2048],
}
const pictureTokens = { '1K': 1120, '2K': 1680, '4K': 3780 }

/** The answer to a wrong key; null where it is good. */
export function keyComplaint(world: World, request: IncomingMessage): Answer | null {
  if (world.key === null || request.headers['x-goog-api-key'] === world.key) return null
  const reason = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }
  return complaint(400, 'INVALID_ARGUMENT', 'API key not valid.', [reason])
}

/** Gemini under /gemini/v1beta: the list of models, `:generateContent` and Imagen's `:predict`; billed by tokens. */
export async function answerGemini(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const wrongKey = keyComplaint(world, request)
  if (path.endsWith('/models')) return sendAnswer(response, wrongKey ?? jsonAnswer(200, { models }), null)
  const [, model = '', method = ''] = /\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
  const asked = geminiAsked(world, method, model, await readJson(request))
  if ('complaint' in asked) return sendAnswer(response, asked.complaint, null)
  return answerSync(world, response, asked.wanted, { wrongKey, tooMany: rateLimit, ...asked })
}

/** What a body asks for, and what is said to it; `share` of the price is billed. */
export function geminiAsked(
  world: World,
  method: string,
  model: string,
  body: unknown,
  share = 1,
): Asked | { readonly complaint: Answer } {
  const asked = method === 'generateContent' ? content.safeParse(body) : null
  const old = method === 'predict' ? predict.safeParse(body) : null
  const failed = asked?.error ?? old?.error
  if (failed || (!asked && !old)) {
    return { complaint: complaint(400, 'INVALID_ARGUMENT', failed?.message ?? 'no such method') }
  }
  const parts = asked?.data?.contents[0]?.parts ?? []
  const pictures = parts.flatMap((one) => ('inlineData' in one ? [Buffer.from(one.inlineData.data, 'base64')] : []))
  const config = asked?.data?.generationConfig
  const ratio = config?.imageConfig.aspectRatio ?? old?.data?.parameters.aspectRatio ?? '1:1'
  const resolution = config?.imageConfig.imageSize ?? old?.data?.parameters.sampleImageSize ?? '1K'
  const [width = 1024, height = 1024] = sides[`${ratio} ${resolution}`] ?? []
  const thoughts = config?.thinkingConfig ? 100 : 0
  const prompt = parts.flatMap((one) => ('text' in one ? [one.text] : [])).join() || old?.data?.instances[0]?.prompt
  const inputs = pictures.map(sha256Of)
  const wanted: FakeRequest = {
    prompt: prompt ?? '',
    seed: null,
    model,
    width,
    height,
    count: 1,
    format: 'png',
    inputs,
  }
  const into = 8 + inputs.length * 1120
  const usage = {
    promptTokenCount: into,
    candidatesTokenCount: pictureTokens[resolution],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: pictureTokens[resolution] }],
    thoughtsTokenCount: thoughts,
  }
  const blocked = {
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: into, totalTokenCount: into },
  }
  const tokenMicros = into * 1.5 + pictureTokens[resolution] * 30 + thoughts * 7.5
  return {
    wanted,
    refused: jsonAnswer(200, old ? {} : blocked),
    microsEach: share === 1 ? (old ? world.priceMicros : tokenMicros) : Math.ceil(tokenMicros * share),
    whole: (made, fault) => (old ? predictions(made, fault) : candidates(made, fault, usage, model)),
  }
}

function candidates(made: readonly Made[], fault: Fault | null, usage: object, modelVersion: string): unknown {
  const rest = { usageMetadata: usage, modelVersion, responseId: 'r1' }
  if (fault?.kind === 'refused') {
    const finishMessage = 'The picture was held back for safety.'
    return { candidates: [{ finishReason: 'IMAGE_SAFETY', finishMessage, index: 0 }], ...rest }
  }
  if (fault?.kind === 'error-in-200') return { error: { code: 500, message: 'The model crashed', status: 'INTERNAL' } }
  const picture = ({ bytes, type }: Pick<Made, 'bytes' | 'type'>): object => ({
    inlineData: { mimeType: type, data: bytes.toString('base64') },
  })
  const draft = { ...picture({ bytes: Buffer.from('drawn while thinking'), type: 'image/png' }), thought: true }
  const words = { text: 'A plan for the picture.', thought: true }
  const parts = [words, draft, ...(made.length === 0 ? [{ text: 'I can only describe it.' }] : made.map(picture))]
  return { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }], ...rest }
}

function predictions(made: readonly Made[], fault: Fault | null): unknown {
  if (fault?.kind === 'refused') return { predictions: [{ raiFilteredReason: 'It was filtered for safety.' }] }
  if (fault?.kind === 'no-data') return { predictions: [{ mimeType: 'image/png' }] }
  return {
    predictions: made.map(({ bytes, type }) => ({ mimeType: type, bytesBase64Encoded: bytes.toString('base64') })),
  }
}
