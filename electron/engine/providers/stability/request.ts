import { nameOfSize } from '#engine/providers/catalogue.ts'
import { inputPictures, pictureType } from '#engine/providers/picture-input.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import {
  fieldsFrom,
  refuseOtherSize,
  refuseUnsupported,
  unsupported,
  withoutSourceSize,
} from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { StabilityEntry } from './models.ts'

/** A request may have 10 MiB in all (its API document, 2026-11). */
export const maxPictureBytes = 10_000_000

/** The form for a request: every endpoint wants one, also without a file. The same request always gives the same form. */
export async function formFor(
  asked: GenerationRequest,
  entry: StabilityEntry,
  call: Pick<ProviderCall, 'input'>,
): Promise<FormData> {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { wire } = entry
  const prompt = request.prompt === '' ? (wire.words ?? '') : request.prompt
  const takesPrompt = takesWords(request, entry)
  const fields: Record<string, GenerationRequest['options'][string]> = {
    ...(wire.model ? { model: wire.model } : {}),
    ...(takesPrompt ? { prompt } : {}),
    ...(request.negativePrompt ? { negative_prompt: request.negativePrompt } : {}),
    ...sizeFields(request, entry),
    ...(request.seed === null ? {} : { seed: request.seed }),
    ...(request.outputFormat === null ? {} : { output_format: request.outputFormat }),
    ...(request.operation === 'edit' ? { strength: wire.strength ?? null } : {}),
    ...fieldsFrom(request),
  }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value))
  for (const bytes of await inputPictures(request, call, maxPictureBytes)) {
    const type = pictureType(bytes)
    form.append('image', new File([new Uint8Array(bytes)], `source.${type}`, { type: `image/${type}` }))
  }
  return form
}

const takesWords = ({ operation }: GenerationRequest, { wire }: StabilityEntry): boolean =>
  operation === 'generate' || operation === 'edit' || wire.words !== undefined

/** Throws `unsupported` for what the model cannot do, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: StabilityEntry): void {
  const request = withoutSourceSize(asked)
  if (entry.operations.includes('edit')) refuseOtherSize(request)
  refuseUnsupported(request, entry)
  refuseInput(request, entry)
  if (request.prompt !== '' && !takesWords(request, entry))
    throw unsupported(`The model ${entry.id} takes no prompt. Leave it empty.`)
  if (request.operation === 'generate' && request.options.strength !== undefined)
    throw unsupported('Only an edit has a strength. Leave the option out.')
  for (const [name, value] of Object.entries(fieldsFrom(request)))
    if (typeof value === 'object') throw unsupported(`The option “${name}” has to be a text or a number.`)
}

/** Ratios for pictures from prompts; an edit keeps the size of its source. */
function sizeFields({ width, height, operation }: GenerationRequest, entry: StabilityEntry): Record<string, string> {
  if (operation === 'edit' && entry.wire.model) return { mode: 'image-to-image' }
  if (width === null || height === null || operation !== 'generate') return {}
  return { aspect_ratio: nameOfSize(entry, { width, height }) ?? '1:1' }
}

function refuseInput({ source }: GenerationRequest, { id, wire: { input } }: StabilityEntry): void {
  if (!source || !input) return
  const { width, height } = source
  const [short, long, pixels] = [Math.min(width, height), Math.max(width, height), width * height]
  const say = (limit: string): void => {
    throw unsupported(`The picture has ${width}x${height} pixels; ${id} takes ${limit}. Use another size.`)
  }
  if (short < input.minSide || pixels < input.minPixels)
    say(`at least ${input.minSide} a side and ${input.minPixels} in all`)
  if (input.maxSide !== undefined && long > input.maxSide) say(`at most ${input.maxSide} a side`)
  if (pixels > input.maxPixels) say(`at most ${input.maxPixels} in all`)
  if (input.maxRatio !== undefined && long / short > input.maxRatio) say(`ratios up to ${input.maxRatio}:1`)
}
