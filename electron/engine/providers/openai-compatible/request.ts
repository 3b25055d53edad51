import type { ProviderCall } from '#engine/providers/provider.ts'
import type { Model } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { isOpenAi, type Settings, takesSeed } from './settings.ts'

export interface WireRequest {
  readonly path: '/images/generations' | '/images/edits'
  readonly body: string | FormData
  readonly headers: Readonly<Record<string, string>>
}

type Fields = Record<string, GenerationRequest['options'][string]>

const unsupported = (sentence: string): AppError => new AppError('unsupported', sentence, { billed: false })

/** Throws `unsupported` for everything that this server and model cannot do, before anything is sent. */
export function refuseUnsupported(request: GenerationRequest, model: Model, of: Settings): void {
  const { width, height, operation } = request
  const name = `The model ${request.model}`
  if (!model.operations.includes(operation))
    throw unsupported(`${name} offers no ${operation} here. Choose another model.`)
  if (operation === 'edit' && !request.source) throw unsupported('An edit needs a picture to start from.')
  if (operation === 'generate' && request.source) throw unsupported('Only an edit starts from a picture.')
  const inputs = request.references.length + (request.source ? 1 : 0)
  if (inputs > (model.maxReferences ?? 1))
    throw unsupported(`${name} takes at most ${model.maxReferences ?? 1} pictures, not ${inputs}.`)
  if (request.options.transparent)
    throw unsupported(`${name} is not known to leave backgrounds transparent. Use the server’s own option instead.`)
  if (request.scale !== null) throw unsupported(`${name} cannot enlarge pictures. Choose one that upscales.`)
  if (request.seed !== null && !model.takesSeed) throw unsupported(`${name} takes no seed. Leave the seed empty.`)
  if (request.negativePrompt && !model.takesNegativePrompt) {
    throw unsupported(`${name} takes no negative prompt. Leave it empty, or turn it on in the provider’s settings.`)
  }
  if (request.quality !== null && !model.qualities.includes(request.quality)) {
    throw unsupported(`${name} offers no quality “${request.quality}”. Add it in the provider’s settings if it does.`)
  }
  if (request.outputFormat === 'avif' || (of.server === 'localai' && (request.outputFormat ?? 'png') !== 'png')) {
    throw unsupported(`${name} cannot give ${request.outputFormat} files. Choose png.`)
  }
  if (of.server === 'stable-diffusion.cpp' && request.prompt.includes('sd_cpp_extra_args')) {
    throw unsupported('A prompt for stable-diffusion.cpp may not contain sd_cpp_extra_args. Take it out.')
  }
  if (of.server === 'localai' && `${request.prompt}${request.negativePrompt ?? ''}`.includes('|')) {
    throw unsupported('LocalAI reads everything after | as the negative prompt. Take the | out of the prompt.')
  }
  for (const option of Object.keys(request.options))
    if (reserved.has(option)) throw unsupported(`“${option}” is not an option: it has its own place in the request.`)
  if (width === null && height === null) return
  if (width === null || height === null) throw unsupported('A size needs a width and a height.')
  const { sizes } = model
  const fits = (side: number): boolean =>
    sizes.kind === 'any' && side % sizes.multipleOf === 0 && side >= sizes.min && side <= sizes.max
  const isOffered =
    sizes.kind === 'list'
      ? sizes.list.some((size) => size.width === width && size.height === height)
      : fits(width) && fits(height)
  if (!isOffered) throw unsupported(`${width}x${height} is not offered by ${request.model}.`)
}

const reserved = new Set(
  'model prompt n size seed quality response_format output_format negative_prompt image image[] ref_images stream'.split(
    ' ',
  ),
)

/** The prompt with what stable-diffusion.cpp and LocalAI take inside it (sources and docs of both, 2026-11). */
function promptFor(request: GenerationRequest, of: Settings): string {
  const negative = request.negativePrompt || null
  if (of.server === 'localai') return negative ? `${request.prompt}|${negative}` : request.prompt
  if (of.server !== 'stable-diffusion.cpp') return request.prompt
  const extra = {
    ...(request.seed === null ? {} : { seed: request.seed }),
    ...(negative ? { negative_prompt: negative } : {}),
  }
  // `<` is escaped, so that nothing in the negative prompt can end the block.
  const block = JSON.stringify(extra).replaceAll('<', '\\u003c')
  return block === '{}' ? request.prompt : `${request.prompt}<sd_cpp_extra_args>${block}</sd_cpp_extra_args>`
}

/** The same request always gives the same fields in the same order. */
function fieldsFor(request: GenerationRequest, of: Settings): Fields {
  const fields: Fields = { model: request.model, prompt: promptFor(request, of), n: 1 }
  if (request.width !== null) fields.size = `${request.width}x${request.height}`
  if (request.quality !== null) fields.quality = request.quality
  if (request.outputFormat !== null && of.server !== 'localai') fields.output_format = request.outputFormat
  if (request.seed !== null && of.server !== 'stable-diffusion.cpp' && takesSeed(of)) fields.seed = request.seed
  if (request.negativePrompt && of.server === 'openai') fields.negative_prompt = request.negativePrompt
  if (of.responseFormat !== 'auto') fields.response_format = of.responseFormat
  else if (!isOpenAi(of) && of.server !== 'stable-diffusion.cpp') fields.response_format = 'b64_json'
  for (const name of Object.keys(request.options).sort()) {
    const value = request.options[name]
    if (value !== undefined) fields[name] = value
  }
  return fields
}

/** JSON for a prompt alone, a form where pictures go with it (LocalAI takes those as base64 inside the JSON). */
export async function wireRequest(request: GenerationRequest, of: Settings, call: ProviderCall): Promise<WireRequest> {
  const fields = fieldsFor(request, of)
  const pictures = request.source ? [request.source, ...request.references] : request.references
  if (pictures.length > 0 && of.server === 'localai') {
    const inputs = await Promise.all(pictures.map(({ sha256 }) => call.input(sha256)))
    fields.ref_images = inputs.map((bytes) => Buffer.from(bytes).toString('base64'))
  }
  if (pictures.length === 0 || of.server === 'localai') {
    const headers = { 'content-type': 'application/json' }
    return { path: '/images/generations', body: JSON.stringify(fields), headers }
  }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const [index, { sha256 }] of pictures.entries()) {
    const bytes = await call.input(sha256)
    const type = typeOf(bytes)
    form.append('image[]', new File([new Uint8Array(bytes)], `${index + 1}.${type}`, { type: `image/${type}` }))
  }
  return { path: '/images/edits', body: form, headers: {} }
}

/** Servers look at the type that a form names, so it has to be the true one. */
function typeOf(bytes: Uint8Array): 'png' | 'jpeg' | 'webp' {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg'
  return Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'WEBP' ? 'webp' : 'png'
}
