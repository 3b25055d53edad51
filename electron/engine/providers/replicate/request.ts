import { nameOfSize } from '#engine/providers/catalogue.ts'
import { fieldsFrom, refuseUnsupported, withoutSourceSize } from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { ReplicateEntry } from './models.ts'

export type Input = Readonly<Record<string, GenerationRequest['options'][string]>>

/** The input of a model whose fields stand in the catalogue; what it cannot do was refused before. */
export function inputFor(request: GenerationRequest, entry: ReplicateEntry, pictures: readonly string[]): Input {
  const { wire } = entry
  const { prompt, negativePrompt, outputFormat, seed } = request
  const [picture] = pictures
  return {
    ...(prompt === '' ? {} : { prompt }),
    ...(negativePrompt ? { negative_prompt: negativePrompt } : {}),
    ...sizeFields(request, entry),
    ...(wire.count ? { [wire.count]: 1 } : {}),
    ...(wire.image && picture ? { [wire.image]: picture } : {}),
    ...(seed === null ? {} : { seed }),
    ...(outputFormat === null ? {} : { output_format: outputFormat === 'jpeg' ? 'jpg' : outputFormat }),
    ...fieldsFrom(request),
  }
}

/** Throws `unsupported` for what a model of the catalogue cannot do, by the words of the request alone. */
export function refuse(request: GenerationRequest, entry: ReplicateEntry): void {
  const sized = withoutSourceSize(request)
  // Of a model whose fields are read live, the schema knows the options.
  refuseUnsupported(entry.wire.live ? { ...sized, options: {} } : sized, entry)
}

function sizeFields({ width, height }: GenerationRequest, entry: ReplicateEntry): Input {
  const { size, resolution } = entry.wire
  if (width === null || height === null || size === null) return {}
  if (size === 'custom') return { aspect_ratio: 'custom', width, height }
  const [ratio = '', step] = (nameOfSize(entry, { width, height }) ?? '').split('@')
  return { aspect_ratio: ratio, ...(resolution && step !== undefined ? { [resolution]: step } : {}) }
}
