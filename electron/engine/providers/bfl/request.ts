import { nameOfSize } from '#engine/providers/catalogue.ts'
import { inputPictures } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import {
  fieldsFrom,
  refuseOtherSize,
  refuseUnsupported,
  unsupported,
  withoutSourceSize,
} from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { BflEntry } from './models.ts'

type Fields = Readonly<Record<string, GenerationRequest['options'][string]>>

/** The body of a task; pictures go in it as base64. The same request always gives the same fields in the same order. */
export async function bodyFor(
  asked: GenerationRequest,
  entry: BflEntry,
  call: Pick<ProviderCall, 'input'>,
  maxPictureBytes: number,
): Promise<Fields> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { wire } = entry
  const pictures = (await inputPictures(request, call, maxPictureBytes)).map((bytes) =>
    Buffer.from(bytes).toString('base64'),
  )
  const inputs = wire.list
    ? { ...(pictures.length > 0 ? { [wire.list]: pictures } : {}) }
    : Object.fromEntries(pictures.map((picture, index) => [wire.inputs[index] ?? '', picture]))
  return {
    prompt: request.prompt,
    ...sizeFields(request, entry),
    ...inputs,
    ...(request.seed === null ? {} : { seed: request.seed }),
    ...(request.outputFormat === null ? {} : { output_format: request.outputFormat }),
    ...wire.fixed,
    ...fieldsFrom(request),
  }
}

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: BflEntry): void {
  const request = withoutSourceSize(asked)
  if (entry.wire.size === 'source') refuseOtherSize(request)
  refuseUnsupported(request, entry)
  const { wire, id } = entry
  const count = (request.source ? 1 : 0) + request.references.length
  const most = wire.list ? (entry.maxReferences ?? 1) : wire.inputs.length
  if (count > most) throw unsupported(`The model ${id} takes at most ${most} pictures in all, not ${count}.`)
}

function sizeFields({ width, height }: GenerationRequest, entry: BflEntry): Fields {
  if (width === null || height === null || entry.wire.size === 'source') return {}
  if (entry.wire.size === 'pixels') return { width, height }
  const [ratio = '', resolution] = (nameOfSize(entry, { width, height }) ?? '').split('@')
  return { aspect_ratio: ratio, ...(resolution === undefined ? {} : { resolution }) }
}
