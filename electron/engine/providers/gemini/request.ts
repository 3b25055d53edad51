import { z } from 'zod'
import { sizeNames } from '#engine/providers/catalogue.ts'
import { inputPictures, pictureType } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { refuseLiveOnly, refuseUnsupported, unsupported } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { GeminiEntry } from './models.ts'

export interface WireRequest {
  readonly path: string
  readonly body: string
}

/** A request with its pictures may have about 20 MB (Google's documents, 2026-11); larger ones need its file service. */
const maxBodyBytes = 20_000_000
/** Base64 takes four thirds; the rest is for the prompt. */
export const maxPicturesBytes = 14_000_000

const thresholds = z.enum(['BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF'])
const people = z.enum(['dont_allow', 'allow_adult', 'allow_all'])

/** The categories that a threshold can be set for (discovery document of 2026-08-22). */
const categories = ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT']

/** The same request always gives the same body. Throws `unsupported` for what the model cannot do. */
export async function wireRequest(
  request: GenerationRequest,
  entry: GeminiEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<WireRequest> {
  refuse(request, entry)
  const isPredict = entry.wire.shape === 'predict'
  const fields = isPredict ? predictFields(request, entry) : await contentFields(request, entry, call)
  const body = JSON.stringify(fields)
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw unsupported('The pictures of this request have more than 20 MB together. Use fewer or smaller ones.')
  }
  return { path: `/models/${entry.id}:${isPredict ? 'predict' : 'generateContent'}`, body }
}

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(request: GenerationRequest, entry: GeminiEntry): void {
  refuseUnsupported(request, entry)
  const count = request.references.length + (request.source ? 1 : 0)
  const most = entry.maxReferences ?? 0
  if (count > most) throw unsupported(`${entry.id} takes at most ${most} pictures, not ${count}.`)
  if (entry.wire.shape === 'predict') optionOf(request, 'personGeneration', people)
  else optionOf(request, 'safetyThreshold', thresholds)
}

export function refuseInBatch(request: GenerationRequest, entry: GeminiEntry): void {
  refuse(request, entry)
  refuseLiveOnly(entry)
}

async function contentFields(
  request: GenerationRequest,
  entry: GeminiEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<object> {
  const pictures = await inputPictures(request, call, maxBodyBytes)
  const { ratio, resolution } = sizeNames(entry, request)
  const { quality } = request
  const threshold = optionOf(request, 'safetyThreshold', thresholds)
  return {
    contents: [
      {
        role: 'user',
        parts: [
          { text: request.prompt },
          ...pictures.map((bytes) => ({
            inlineData: { mimeType: `image/${pictureType(bytes)}`, data: Buffer.from(bytes).toString('base64') },
          })),
        ],
      },
    ],
    generationConfig: {
      responseModalities: ['IMAGE'],
      ...(ratio === null
        ? {}
        : { imageConfig: { aspectRatio: ratio, ...(resolution === null ? {} : { imageSize: resolution }) } }),
      ...(quality === null ? {} : { thinkingConfig: { thinkingLevel: quality.toUpperCase() } }),
    },
    ...(threshold === null
      ? {}
      : { safetySettings: categories.map((name) => ({ category: `HARM_CATEGORY_${name}`, threshold })) }),
  }
}

/** Imagen as @google/genai sent it before Google withdrew it (its names for the fields, 3.1.0). */
function predictFields(request: GenerationRequest, entry: GeminiEntry): object {
  const { ratio, resolution } = sizeNames(entry, request)
  const personGeneration = optionOf(request, 'personGeneration', people)
  return {
    instances: [{ prompt: request.prompt }],
    parameters: {
      sampleCount: 1,
      includeRaiReason: true,
      ...(ratio === null ? {} : { aspectRatio: ratio }),
      ...(resolution === null ? {} : { sampleImageSize: resolution }),
      ...(personGeneration === null ? {} : { personGeneration }),
    },
  }
}

function optionOf(request: GenerationRequest, name: string, values: z.ZodEnum): string | null {
  const value = request.options[name]
  if (value === undefined) return null
  const parsed = values.safeParse(value)
  if (parsed.success) return String(parsed.data)
  throw unsupported(`The option “${name}” takes ${values.options.join(', ')}, not ${JSON.stringify(value)}.`)
}
