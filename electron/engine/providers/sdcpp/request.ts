import { inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { fieldsFrom, refuseUnsupported, unsupported, withoutSourceSize } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { SdcppEntry } from './models.ts'

type Fields = Readonly<Record<string, GenerationRequest['options'][string]>>

export const maxPictureBytes = 200_000_000

/** The JSON of a native job; the same request always gives the same fields in the same order. */
export async function bodyFor(
  asked: GenerationRequest,
  entry: SdcppEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<Fields> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { prompt, negativePrompt, seed, outputFormat, source } = request
  const pictures = (await inputPictures(request, call, maxPictureBytes)).map((bytes) =>
    Buffer.from(bytes).toString('base64'),
  )
  const [start] = source ? pictures : []
  const references = source ? pictures.slice(1) : pictures
  return {
    prompt,
    ...(negativePrompt ? { negative_prompt: negativePrompt } : {}),
    ...sizeFields(request),
    // Without a seed the server takes the one it was started with, the same for every picture; -1 is any.
    seed: seed ?? -1,
    batch_count: 1,
    ...(start === undefined ? {} : { init_image: start }),
    ...(references.length === 0 ? {} : { ref_images: references }),
    output_format: outputFormat ?? 'png',
    ...fieldsFrom(request),
  }
}

/** Throws `unsupported` for what the server cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: SdcppEntry): void {
  const request = withoutSourceSize(asked)
  refuseUnsupported(request, entry)
  const editOnly = entry.wire.editOnly.find((name) => Object.hasOwn(request.options, name))
  if (request.operation === 'generate' && editOnly)
    throw unsupported(`Only an edit takes the option “${editOnly}”. Leave it out.`)
}

/** Without a size the server would make an edit as large as its own default. */
function sizeFields({ width, height, source }: GenerationRequest): Fields {
  if (width !== null && height !== null) return { width, height }
  const near = (side: number): number => Math.max(64, Math.round(side / 64) * 64)
  return source ? { width: near(source.width), height: near(source.height) } : {}
}
