import { sizeNames } from '#engine/providers/catalogue.ts'
import { dataUri, inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { refuseLiveOnly, refuseUnsupported, unsupported } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { XaiEntry } from './models.ts'

export interface WireRequest {
  readonly path: '/images/generations' | '/images/edits'
  readonly body: string
}

/** 10 MiB each (xai-sdk-python of 2026-08-18). */
export const maxPictureBytes = 10 * 1024 * 1024

/**
 * Like OpenAI’s form, and yet not it: no size, no seed; edits are JSON, with pictures as data URIs (the service fetches
 * addresses within five seconds or not at all). The same request always gives the same body.
 */
export async function wireRequest(
  request: GenerationRequest,
  entry: XaiEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<WireRequest> {
  refuse(request, entry)
  const { ratio, resolution } = sizeNames(entry, request)
  const urls = (await inputPictures(request, call, maxPictureBytes)).map((bytes) => ({
    url: dataUri(bytes),
    type: 'image_url',
  }))
  const body = {
    model: entry.id,
    prompt: request.prompt,
    ...(urls.length === 0 ? { n: 1 } : urls.length === 1 ? { image: urls[0] } : { images: urls }),
    ...(ratio === null ? {} : { aspect_ratio: ratio }),
    ...(resolution === null ? {} : { resolution }),
    ...(request.quality === null ? {} : { quality: request.quality }),
    // Its addresses are temporary; bytes need no second request.
    response_format: 'b64_json',
  }
  return { path: urls.length === 0 ? '/images/generations' : '/images/edits', body: JSON.stringify(body) }
}

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(request: GenerationRequest, entry: XaiEntry): void {
  refuseUnsupported(request, entry)
  const count = request.references.length + (request.source ? 1 : 0)
  const { maxPictures, notInEdits } = entry.wire
  if (count > maxPictures) throw unsupported(`${entry.id} takes at most ${maxPictures} pictures, not ${count}.`)
  const { ratio } = sizeNames(entry, request)
  if (count > 0 && ratio !== null && notInEdits.includes(ratio)) {
    throw unsupported(`${request.width}x${request.height} is not offered by ${entry.id} for requests with pictures.`)
  }
}

export function refuseInBatch(request: GenerationRequest, entry: XaiEntry): void {
  refuse(request, entry)
  refuseLiveOnly(entry)
}
