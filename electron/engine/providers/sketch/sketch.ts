import { availableParallelism } from 'node:os'
import sharp, { type Sharp } from 'sharp'
import { z } from 'zod'
import type { Model, Size } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { Output, Progress, Provider, ProviderCall } from '../provider.ts'
import { noSuchModel, sentenceOf } from '../refuse-unsupported.ts'
import { drawScene } from './scene.ts'

const free = { perImageMicros: 0, currency: 'USD', asOf: null, source: 'drawn on this computer' }
const sides = { multipleOf: 8, min: 64, max: 4096 }
const upscaledMax = 8192

const sketchModel: Model = {
  id: 'sketch',
  label: 'Sketch',
  operations: ['generate'],
  sizes: { kind: 'any', ...sides },
  draftSize: { width: 512, height: 512 },
  finalSize: { width: 2048, height: 2048 },
  takesSeed: true,
  takesNegativePrompt: false,
  qualities: [],
  takesOptions: [],
  sameSeedLarger: true,
  maxPromptLength: null,
  price: free,
}

const lanczosModel: Model = {
  ...sketchModel,
  id: 'lanczos',
  label: 'Lanczos upscale',
  operations: ['upscale'],
  scales: { min: 1, max: 8 },
  sizes: { kind: 'any', multipleOf: 1, min: 1, max: upscaledMax },
  takesSeed: false,
  sameSeedLarger: false,
}

function stopIfCanceled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AppError('canceled', 'The sketch was stopped before it was done. Start it again when you want it.')
}

/** Refuses what it would otherwise have to ignore. */
function refuse(request: GenerationRequest, fields: Readonly<Record<string, boolean>>): void {
  const asked = Object.entries(fields).flatMap(([field, isAsked]) => (isAsked ? [field] : []))
  if (asked.length === 0) return
  throw new AppError(
    'unsupported',
    `sketch/${request.model} cannot use ${asked.join(', ')}. Leave it out, or choose another model.`,
  )
}

function encoded(picture: Sharp, format: GenerationRequest['outputFormat']): Promise<Buffer> {
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality: 90 }).toBuffer()
    case 'webp':
      return picture.webp({ quality: 90, effort: 2 }).toBuffer()
    case 'avif':
      return picture.avif({ quality: 62, effort: 2 }).toBuffer()
    default:
      // Level 1: drafts are many, and level 6 takes three times the time to save a fifth of the bytes.
      return picture.png({ compressionLevel: 1 }).toBuffer()
  }
}

const drawnSize = (request: GenerationRequest) => ({
  width: request.width ?? sketchModel.draftSize.width,
  height: request.height ?? sketchModel.draftSize.height,
})

function refuseSize(request: GenerationRequest): void {
  const { width, height } = drawnSize(request)
  const { min, max, multipleOf } = sides
  for (const side of [width, height])
    if (side < min || side > max || side % multipleOf !== 0)
      throw new AppError(
        'unsupported',
        `sketch/sketch does not draw ${width}x${height}. Sides go from ${min} to ${max} pixels in steps of ${multipleOf}.`,
      )
}

async function draw(request: GenerationRequest): Promise<Output> {
  const { width, height } = drawnSize(request)
  const seed = request.seed ?? 0
  const svg = Buffer.from(drawScene(request.prompt, seed, width, height))
  return { kind: 'bytes', bytes: await encoded(sharp(svg).removeAlpha(), request.outputFormat), seed }
}

/** Only pictures the engine keeps: never an SVG or anything else that a decoder would read further files for. */
function isKeptFormat(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  return (
    start.startsWith('\x89PNG') ||
    start.startsWith('\xff\xd8\xff') ||
    /^RIFF.{4}WEBP/s.test(start) ||
    /^.{4}ftypavi[fs]/s.test(start)
  )
}

/** The size that an upscale gives. Throws `unsupported` for one that is not possible. */
function enlargedSize(request: GenerationRequest, source: Size): Size {
  const scale = request.scale ?? (request.width ?? source.width) / source.width
  const width = request.width ?? Math.round(source.width * scale)
  const height = request.height ?? Math.round(source.height * scale)
  if (!(scale >= 1 && scale <= 8) || Math.max(width, height) > upscaledMax)
    throw new AppError(
      'unsupported',
      `sketch/lanczos enlarges 1 to 8 times, to ${upscaledMax} pixels a side at most; ${width}x${height} from ${source.width}x${source.height} is not possible. Choose a smaller size.`,
    )
  if (Math.abs(width - source.width * scale) > 1 || Math.abs(height - source.height * scale) > 1)
    throw new AppError(
      'unsupported',
      `sketch/lanczos keeps the shape: ${source.width}x${source.height} cannot become ${width}x${height} at ${scale} times. Ask for a size of the same shape.`,
    )
  return { width, height }
}

async function enlarge(request: GenerationRequest, call: ProviderCall): Promise<Output> {
  const source = request.source
  if (!source) throw new AppError('invalid-input', 'The upscale names no picture to start from. Choose a draft first.')
  const bytes = await call.input(source.sha256)
  stopIfCanceled(call.signal)
  if (!isKeptFormat(bytes))
    throw new AppError(
      'invalid-input',
      `Picture ${source.sha256.slice(0, 8)} is not PNG, JPEG, WebP or AVIF and cannot be enlarged.`,
    )
  const { width, height } = enlargedSize(request, source)
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: upscaledMax ** 2 }).resize(width, height, {
    kernel: 'lanczos3',
    fit: 'fill',
  })
  const enlarged = await encoded(picture, request.outputFormat).catch((cause: unknown) => {
    throw new AppError(
      'invalid-input',
      `Picture ${source.sha256.slice(0, 8)} cannot be decoded and was not enlarged. Make its draft again.`,
      { cause },
    )
  })
  return { kind: 'bytes', bytes: enlarged, seed: null }
}

/** Throws `unsupported` for what the drawing or the upscale would have to ignore. */
function refuseUnsupported(request: GenerationRequest): void {
  const isUpscale = request.model === lanczosModel.id
  if (request.operation !== (isUpscale ? 'upscale' : 'generate'))
    throw new AppError(
      'unsupported',
      `sketch/${request.model} cannot do the operation ${request.operation}. Choose another model.`,
    )
  refuse(request, {
    'a negative prompt': request.negativePrompt !== null,
    'a quality': request.quality !== null,
    'reference pictures': request.references.length > 0,
    options: Object.keys(request.options).length > 0,
    'a seed': isUpscale && request.seed !== null,
    'a source picture': !isUpscale && request.source !== null,
    'a scale': !isUpscale && request.scale !== null,
  })
  if (!isUpscale) refuseSize(request)
  else if (request.source) enlargedSize(request, request.source)
}

async function submit(request: GenerationRequest, call: ProviderCall): Promise<Progress> {
  stopIfCanceled(call.signal)
  refuseUnsupported(request)
  const output = await (request.model === lanczosModel.id ? enlarge(request, call) : draw(request))
  stopIfCanceled(call.signal)
  return { state: 'done', outputs: [output], settled: { micros: 0, currency: 'USD' } }
}

const models = [sketchModel, lanczosModel]

/** Drafts without a service, a key or a price: to try Proofsheet and to test it. */
export const sketch: Provider = {
  id: 'sketch',
  label: 'Sketch',
  about:
    'Draws simple placeholder illustrations from the words of a prompt, offline and free; it is not a picture model, and it marks its pictures with a small pencil.',
  settings: z.object({}),
  keyVariables: [],
  keyOptional: true,
  anyModel: false,
  lostReply: 'resend',
  models: () => models,
  model: (id) => models.find((model) => model.id === id) ?? null,
  checker: (id) =>
    models.some((model) => model.id === id)
      ? sentenceOf(refuseUnsupported)
      : noSuchModel(`sketch has no model “${id}”.`),
  origin: () => null,
  isConfigured: () => true,
  limits: () => ({
    concurrency: Math.max(2, availableParallelism()),
    requestsPerMinute: null,
    imagesPerHour: null,
    imagesPerDay: null,
  }),
  open: () => ({
    submit,
    check: async () => ({
      message: 'Sketch draws on this computer and is always ready',
      models: models.map((model) => model.id),
    }),
  }),
}
