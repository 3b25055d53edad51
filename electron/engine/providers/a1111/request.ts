import { inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { fieldsFrom, refuseUnsupported, unsupported, withoutSourceSize } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { type A1111Entry, upscalerOf } from './models.ts'
import type { Settings } from './settings.ts'

type Fields = Readonly<Record<string, GenerationRequest['options'][string]>>

export interface WireRequest {
  readonly path: '/sdapi/v1/txt2img' | '/sdapi/v1/img2img' | '/sdapi/v1/extra-single-image'
  readonly body: Fields
}

export const maxPictureBytes = 200_000_000

/** The JSON of a request; the same request always gives the same fields in the same order. */
export async function wireRequest(
  asked: GenerationRequest,
  entry: A1111Entry,
  call: Pick<ProviderCall, 'input'>,
  of: Pick<Settings, 'restoreCheckpoint'>,
): Promise<WireRequest> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const upscaler = upscalerOf(entry.id)
  const [picture] = (await inputPictures(request, call, maxPictureBytes)).map((bytes) =>
    Buffer.from(bytes).toString('base64'),
  )
  if (upscaler !== null) {
    const fields = { resize_mode: 0, upscaling_resize: request.scale ?? 2, upscaler_1: upscaler }
    return {
      path: '/sdapi/v1/extra-single-image',
      body: { image: picture ?? '', ...fields, ...fieldsFrom(request) },
    }
  }
  const body = {
    prompt: request.prompt,
    ...(request.negativePrompt ? { negative_prompt: request.negativePrompt } : {}),
    ...sizeFields(request),
    ...(request.seed === null ? {} : { seed: request.seed }),
    steps: entry.wire.steps,
    batch_size: 1,
    n_iter: 1,
    override_settings: { sd_model_checkpoint: entry.id },
    override_settings_restore_afterwards: of.restoreCheckpoint,
    ...(picture === undefined ? {} : { init_images: [picture] }),
    ...fieldsFrom(request),
  }
  return { path: picture === undefined ? '/sdapi/v1/txt2img' : '/sdapi/v1/img2img', body }
}

/** Throws `unsupported` for what the checkpoint or upscaler cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: A1111Entry): void {
  const request = withoutSourceSize(asked)
  refuseUnsupported(request, entry)
  const editOnly = entry.wire.editOnly.find((name) => Object.hasOwn(request.options, name))
  if (request.operation === 'generate' && editOnly)
    throw unsupported(`Only an edit takes the option “${editOnly}”. Leave it out.`)
  if (upscalerOf(entry.id) !== null && request.prompt !== '')
    throw unsupported(`The model ${entry.id} takes no prompt. Leave it empty.`)
}

/** Without a size the server would make an edit 512 x 512; its own step is 8 pixels. */
function sizeFields({ width, height, source }: GenerationRequest): Fields {
  if (width !== null && height !== null) return { width, height }
  const near = (side: number): number => Math.max(64, Math.round(side / 8) * 8)
  return source ? { width: near(source.width), height: near(source.height) } : {}
}
