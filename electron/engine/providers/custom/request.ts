import { createHash } from 'node:crypto'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { templateOf } from '#shared/custom-service-rules.ts'
import { asksFor } from '#shared/custom-template.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { sizeNames } from '../catalogue.ts'
import { dataUri, inputPictures } from '../picture-input.ts'
import type { ProviderCall } from '../provider.ts'
import { refuseUnsupported, unsupported } from '../refuse-unsupported.ts'
import { entryOf } from './models.ts'
import { fill, type TemplateValues } from './template.ts'

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Changes with everything that is sent: an edited template is a new wish. */
export function wishOf({ mode, request, array, headers }: CustomService): string {
  return hex(JSON.stringify([mode, request, array?.item ?? null, headers])).slice(0, 16)
}

/** Throws for what the service cannot do, and for a wish that was planned with another template: nothing is sent. */
export function refuse(service: CustomService, request: GenerationRequest): void {
  const entry = entryOf(service, request.model)
  if (!entry) throw unsupported(`“${request.model}” is not a model of ${service.label}.`)
  refuseUnsupported(request, entry)
  const pictures = (request.source ? 1 : 0) + request.references.length
  const asked = [templateOf(service)]
  if (request.source && !asksFor(asked, 'source', 'sourceBase64', 'pictures', 'picturesBase64'))
    throw unsupported(`${service.label} is described without {{source}}, so it cannot start from a picture.`)
  if (
    pictures > 0 &&
    request.references.length > 0 &&
    !asksFor(asked, 'references', 'referencesBase64', 'pictures', 'picturesBase64')
  )
    throw unsupported(`${service.label} is described without {{references}}, so it takes none.`)
  if (request.options.transparent) throw unsupported(`${service.label} cannot leave the background transparent.`)
  if (request.answeredBy !== null && !request.answeredBy.endsWith(wishOf(service))) {
    const sentence = `${service.label} was changed after this was planned. Run the sheet again to plan it anew.`
    throw new AppError('invalid-input', sentence, { billed: false })
  }
}

/** The values of one request. The same request gives the same ones, always; `index` is its place in an array. */
export async function valuesFor(
  service: CustomService,
  request: GenerationRequest,
  call: Pick<ProviderCall, 'input'>,
  index = 0,
): Promise<TemplateValues> {
  const pictures = await inputPictures(request, call, service.limits.pictureMegabytes * 1_000_000)
  const base64 = pictures.map((bytes) => Buffer.from(bytes).toString('base64'))
  const urls = pictures.map(dataUri)
  const own = request.source ? 1 : 0
  const { width, height } = request
  const listOrNone = (list: readonly string[]): readonly string[] | null => (list.length > 0 ? list : null)
  const entry = entryOf(service, request.model)
  return {
    prompt: request.prompt,
    negative: request.negativePrompt || null,
    width,
    height,
    size: width === null || height === null ? null : `${width}x${height}`,
    ratio: (entry && sizeNames(entry, request).ratio) ?? ratioOf(width, height),
    seed: request.seed,
    quality: request.quality,
    model: request.model,
    count: 1,
    format: request.outputFormat,
    scale: request.scale,
    source: own === 1 ? urls[0] : null,
    sourceBase64: own === 1 ? base64[0] : null,
    references: listOrNone(urls.slice(own)),
    referencesBase64: listOrNone(base64.slice(own)),
    pictures: listOrNone(urls),
    picturesBase64: listOrNone(base64),
    id: `r${index + 1}-${hex(JSON.stringify(request)).slice(0, 12)}`,
    options: request.options,
  }
}

function ratioOf(width: number | null, height: number | null): string | null {
  if (width === null || height === null) return null
  const divisor = (one: number, other: number): number => (other === 0 ? one : divisor(other, one % other))
  const by = divisor(width, height)
  return `${width / by}:${height / by}`
}

export const bodyFor = (service: CustomService, values: TemplateValues): string =>
  JSON.stringify(fill(service.request.body, values))

/** One body for all of them. */
export const arrayBodyFor = (service: CustomService, all: readonly TemplateValues[]): string =>
  JSON.stringify(fill(service.request.body, { requests: all.map((values) => fill(service.array?.item, values)) }))
