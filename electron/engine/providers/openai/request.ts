import { z } from 'zod'
import { dataUri, inputPictures, pictureType } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { fieldsFrom, refuseLiveOnly, refuseUnsupported, unsupported } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { OpenAiEntry } from './models.ts'

export interface WireRequest {
  readonly path: '/images/generations' | '/images/edits'
  readonly body: string | FormData
  readonly headers: Readonly<Record<string, string>>
}

/** Pictures of an edit: under 50 MB each, sixteen at most (OpenAI's specification, 2026-08-21). */
export const maxPictureBytes = 50_000_000
const maxPictures = 16

/** What each option may be (openai@7.55.0 images.d.ts); which models take it stands in the catalogue. */
const optionValues: Readonly<Record<string, z.ZodType>> = {
  moderation: z.enum(['auto', 'low']),
  output_compression: z.int().min(0).max(100),
  input_fidelity: z.enum(['high', 'low']),
  complexity: z.enum(['low', 'medium', 'high']),
  style: z.enum(['vivid', 'natural']),
}

/** JSON for a prompt alone, a form where pictures go with it. The same request always gives the same body. */
export async function wireRequest(
  request: GenerationRequest,
  entry: OpenAiEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<WireRequest> {
  refuse(request, entry)
  const fields = fieldsFor(request, entry)
  const pictures = await inputPictures(request, call, maxPictureBytes)
  if (pictures.length === 0) {
    return {
      path: '/images/generations',
      body: JSON.stringify(fields),
      headers: { 'content-type': 'application/json' },
    }
  }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value))
  for (const [index, bytes] of pictures.entries()) {
    const type = pictureType(bytes)
    form.append('image[]', new File([new Uint8Array(bytes)], `${index + 1}.${type}`, { type: `image/${type}` }))
  }
  return { path: '/images/edits', body: form, headers: {} }
}

/** A picture in JSON is a data URL of at most 20,971,520 letters (OpenAI's specification, 2026-08-21). */
const maxLinePictureBytes = 15_728_000

/** The same request for a line of a batch, which takes no forms: its pictures go along in the JSON. */
export async function lineRequest(
  request: GenerationRequest,
  entry: OpenAiEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<{ readonly path: WireRequest['path']; readonly body: string }> {
  refuseInBatch(request, entry)
  const fields = fieldsFor(request, entry)
  const pictures = await inputPictures(request, call, maxLinePictureBytes)
  const images = pictures.map((bytes) => ({ image_url: dataUri(bytes) }))
  return { path: pathOf(request), body: JSON.stringify(images.length === 0 ? fields : { ...fields, images }) }
}

export const pathOf = ({ source, references }: GenerationRequest): WireRequest['path'] =>
  source || references.length > 0 ? '/images/edits' : '/images/generations'

export function refuseInBatch(request: GenerationRequest, entry: OpenAiEntry): void {
  refuse(request, entry)
  refuseLiveOnly(entry)
}

function fieldsFor(request: GenerationRequest, { id, wire }: OpenAiEntry): Record<string, unknown> {
  const { prompt, width, height, quality, outputFormat, options } = request
  return {
    model: id,
    prompt,
    n: 1,
    ...(width === null ? {} : { size: `${width}x${height}` }),
    ...(quality === null ? {} : { quality }),
    ...(outputFormat === null ? {} : { output_format: outputFormat }),
    // GPT image models always answer with bytes and take no such field; DALL·E answers with an address unless asked.
    ...(wire.shape === 'dall-e' ? { response_format: 'b64_json' } : {}),
    ...(options.transparent ? { background: 'transparent' } : {}),
    ...fieldsFrom(request),
  }
}

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(request: GenerationRequest, entry: OpenAiEntry): void {
  const { options, outputFormat } = request
  refuseUnsupported(request, entry)
  const count = request.references.length + (request.source ? 1 : 0)
  if (count > maxPictures) throw unsupported(`${entry.id} takes at most ${maxPictures} pictures, not ${count}.`)
  if (options.transparent && outputFormat === 'jpeg') {
    throw unsupported('A JPEG cannot be transparent. Choose png or webp.')
  }
  if ('output_compression' in options && outputFormat !== 'jpeg' && outputFormat !== 'webp') {
    throw unsupported('“output_compression” is for jpeg and webp. Choose one of them, or leave it out.')
  }
  if ('input_fidelity' in options && count === 0) {
    throw unsupported('“input_fidelity” is for requests with pictures. Leave it out.')
  }
  if ('moderation' in options && count > 0) {
    throw unsupported('“moderation” is for requests without pictures (OpenAI’s form for edits has no such field).')
  }
  for (const [name, value] of Object.entries(fieldsFrom(request))) {
    const said = optionValues[name]?.safeParse(value)
    if (said && !said.success) throw unsupported(`The option “${name}” cannot be ${JSON.stringify(value)}.`)
  }
}
