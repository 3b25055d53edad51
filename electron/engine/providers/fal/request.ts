import { nameOfSize } from '#engine/providers/catalogue.ts'
import { dataUri, inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import {
  fieldsFrom,
  refuseOtherSize,
  refuseUnsupported,
  withoutSourceSize,
} from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { FalEntry } from './models.ts'

export interface WireRequest {
  readonly endpoint: string
  readonly input: Readonly<Record<string, GenerationRequest['options'][string]>>
}

/** A request for an endpoint of the catalogue; pictures go in it as data URIs. The same request always gives the same fields in the same order. */
export async function wireRequest(
  asked: GenerationRequest,
  entry: FalEntry,
  call: Pick<ProviderCall, 'input'>,
  maxPictureBytes: number,
): Promise<WireRequest> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { wire } = entry
  const count = (request.source ? 1 : 0) + request.references.length
  const endpoint =
    count === 0
      ? (wire.textEndpoint ?? entry.id)
      : count === 1
        ? (wire.editEndpoint ?? entry.id)
        : (wire.manyEndpoint ?? wire.editEndpoint ?? entry.id)
  const size = sizeFields(request, entry, count > 0)
  const pictures = (await inputPictures(request, call, maxPictureBytes)).map(dataUri)
  const [first] = pictures
  const isMany = wire.image === 'image_urls' || endpoint === wire.manyEndpoint
  return {
    endpoint,
    input: {
      ...(request.prompt === '' ? {} : { prompt: request.prompt }),
      ...(request.negativePrompt ? { negative_prompt: request.negativePrompt } : {}),
      ...size,
      ...(wire.count ? { num_images: 1 } : {}),
      ...(first === undefined ? {} : isMany ? { image_urls: pictures } : { image_url: first }),
      ...(request.scale !== null && wire.scale ? { [wire.scale]: request.scale } : {}),
      ...(request.seed === null ? {} : { seed: request.seed }),
      ...(request.quality === null ? {} : { quality: request.quality }),
      ...(request.outputFormat === null
        ? {}
        : { output_format: request.outputFormat === 'jpeg' ? wire.jpeg : request.outputFormat }),
      ...(request.options.transparent ? wire.transparent : {}),
      ...wire.fixed,
      ...fieldsFrom(request),
    },
  }
}

/** Throws `unsupported` for what the endpoint cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: FalEntry): void {
  const request = withoutSourceSize(asked)
  if (entry.wire.editSize === null) refuseOtherSize(request)
  refuseUnsupported(request, entry)
}

function sizeFields(request: GenerationRequest, entry: FalEntry, hasPictures: boolean): WireRequest['input'] {
  const { width, height, operation } = request
  const { wire } = entry
  if (width === null || height === null || operation === 'upscale' || operation === 'cutout') return {}
  const how = hasPictures && wire.editSize !== undefined ? wire.editSize : wire.size
  if (how === 'image_size') return { image_size: { width, height } }
  if (how === null) return {}
  if (how === 'text') return { image_size: `${width}x${height}` }
  const [ratio, resolution] = (nameOfSize(entry, { width, height }) ?? '').split('@')
  return { aspect_ratio: ratio ?? '', ...(resolution === undefined ? {} : { resolution }) }
}
