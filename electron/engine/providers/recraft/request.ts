import { nameOfSize } from '#engine/providers/catalogue.ts'
import { dataUri, inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import {
  fieldsFrom,
  refuseOtherSize,
  refuseUnsupported,
  unsupported,
  withoutSourceSize,
} from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { RecraftEntry } from './models.ts'

export interface WireRequest {
  readonly path: string
  readonly body: Readonly<Record<string, GenerationRequest['options'][string]>>
}

/** The JSON of a request; pictures go in it as data URLs. The same request always gives the same fields in the same order. */
export async function wireRequest(
  asked: GenerationRequest,
  entry: RecraftEntry,
  call: Pick<ProviderCall, 'input'>,
  maxPictureBytes: number,
): Promise<WireRequest> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { wire } = entry
  const { prompt, negativePrompt, seed, outputFormat, operation, width, height } = request
  const [picture] = (await inputPictures(request, call, maxPictureBytes)).map(dataUri)
  const ratio = width === null || height === null || wire.isTool ? null : nameOfSize(entry, { width, height })
  const body: WireRequest['body'] = {
    ...(wire.isTool ? {} : { prompt, model: entry.id, n: 1 }),
    ...(negativePrompt ? { negative_prompt: negativePrompt } : {}),
    ...(ratio === null ? {} : { size: ratio }),
    ...(picture === undefined ? {} : { image_url: picture }),
    ...(operation === 'edit' ? { strength: wire.strength ?? null } : {}),
    ...(seed === null ? {} : { random_seed: seed }),
    ...(outputFormat === null ? {} : { image_format: outputFormat }),
    response_format: 'b64_json',
    ...fieldsFrom(request),
  }
  return { path: operation === 'edit' ? 'imageToImage' : wire.path, body }
}

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: RecraftEntry): void {
  const request = withoutSourceSize(asked)
  if (entry.operations.includes('edit')) refuseOtherSize(request)
  refuseUnsupported(request, entry)
  if (entry.wire.isTool && request.prompt !== '')
    throw unsupported(`The model ${entry.id} takes no prompt. Leave it empty.`)
  if (request.operation === 'generate' && request.options.strength !== undefined)
    throw unsupported('Only an edit has a strength. Leave the option out.')
}
