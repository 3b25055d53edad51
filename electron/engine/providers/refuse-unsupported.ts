import type { Model } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { isOfferedSize } from '#shared/offered-size.ts'
import { type CatalogueModel, modelFrom } from './catalogue.ts'
import type { RequestCheck } from './provider.ts'

export const unsupported = (sentence: string): AppError => new AppError('unsupported', sentence, { billed: false })

/** A refusal that throws, as a check that answers with its sentence. */
export const sentenceOf =
  (refuse: (request: GenerationRequest) => void): RequestCheck =>
  (request) => {
    try {
      refuse(request)
      return null
    } catch (error) {
      if (error instanceof AppError) return error.message
      throw error
    }
  }

/** The check of a model that is none here. */
export const noSuchModel =
  (sentence: string): RequestCheck =>
  () =>
    sentence

/** Throws `unsupported` for everything that this line of a catalogue cannot do, before anything is sent. */
export function refuseUnsupported(request: GenerationRequest, entry: CatalogueModel): void {
  const name = `The model ${entry.id}`
  const { operation, source, references, quality, outputFormat, prompt } = request
  if (entry.retired) {
    const next = entry.retired.successor ? `Use ${entry.retired.successor} instead.` : 'Choose another model.'
    throw unsupported(`${name} is no longer offered (since ${entry.retired.on}). ${next}`)
  }
  if (!entry.operations.includes(operation)) throw unsupported(`${name} offers no ${operation}. Choose another model.`)
  if (operation === 'generate' && source) throw unsupported('Only an edit starts from a picture.')
  if (operation !== 'generate' && !source) throw unsupported(`To ${operation}, a picture to start from is needed.`)
  if (references.length > 0 && operation !== 'generate' && operation !== 'edit') {
    throw unsupported(`${name} takes no reference pictures. Leave them out.`)
  }
  if (references.length > (entry.maxReferences ?? 0)) {
    const most = entry.maxReferences ? `at most ${entry.maxReferences}` : 'no'
    throw unsupported(`${name} takes ${most} reference pictures, not ${references.length}.`)
  }
  refuseSeed(request.seed, entry, name)
  if (request.negativePrompt && !entry.takesNegativePrompt) {
    throw unsupported(`${name} takes no negative prompt. Leave it empty, or choose another model.`)
  }
  if (quality !== null && !entry.qualities.includes(quality)) {
    throw unsupported(`${name} offers no quality “${quality}”. It offers: ${entry.qualities.join(', ') || 'none'}.`)
  }
  if (outputFormat !== null && !entry.formats.includes(outputFormat)) {
    throw unsupported(`${name} cannot give ${outputFormat} files. Choose ${entry.formats.join(' or ') || 'none'}.`)
  }
  if (entry.maxPromptLength !== null && prompt.length > entry.maxPromptLength) {
    throw unsupported(`The prompt has ${prompt.length} characters; ${entry.id} reads ${entry.maxPromptLength}.`)
  }
  refuseScale(request, entry, name)
  refuseSize(request, modelFrom(entry, null))
  refuseOptions(request, entry, name)
}

/** Throws `unsupported` where this line of a catalogue does not say that the service takes the model in its batches. */
export function refuseLiveOnly({ id, batch }: CatalogueModel): void {
  if (batch?.share) return
  const why = batch ? `is not taken in batches (read ${batch.asOf})` : 'is not known to be taken in batches'
  throw unsupported(`The model ${id} ${why}. Make it live, or choose another model.`)
}

function refuseSeed(seed: number | null, entry: CatalogueModel, name: string): void {
  if (seed === null) return
  if (!entry.seed) throw unsupported(`${name} takes no seed. Leave it empty.`)
  const { min, max } = entry.seed
  if (seed < min || seed > max) throw unsupported(`${name} takes seeds from ${min} to ${max}, not ${seed}.`)
}

function refuseScale({ operation, scale }: GenerationRequest, entry: CatalogueModel, name: string): void {
  if (scale === null) return
  const takes = entry.scale
  if (operation !== 'upscale' || !takes) throw unsupported(`${name} cannot enlarge pictures. Choose one that upscales.`)
  if (takes === 'own') throw unsupported(`${name} decides itself how large. Leave the factor out.`)
  if ('only' in takes) {
    if (scale !== takes.only) throw unsupported(`${name} enlarges ${takes.only} times, not ${scale} times.`)
    return
  }
  if (scale < takes.min || scale > takes.max)
    throw unsupported(`${name} enlarges ${takes.min} to ${takes.max} times, not ${scale} times.`)
}

/** Sizes are for pictures made from prompts: what an upscale or a cutout gives follows from its source. */
function refuseSize({ operation, width, height }: GenerationRequest, { id, sizes }: Model): void {
  if (operation === 'upscale' || operation === 'cutout' || (width === null && height === null)) return
  if (width === null || height === null) throw unsupported('A size needs a width and a height.')
  if (!isOfferedSize(sizes, { width, height })) throw unsupported(`${width}x${height} is not offered by ${id}.`)
}

/** An edit that asks for the size of its source asks for none: services keep that where they are not told another. */
export const withoutSourceSize = (request: GenerationRequest): GenerationRequest =>
  request.operation === 'edit' && request.width === request.source?.width && request.height === request.source.height
    ? { ...request, width: null, height: null }
    : request

/** For a model that cannot give an edit another size than its source has. */
export function refuseOtherSize({ operation, width, height, model }: GenerationRequest): void {
  if (operation !== 'edit' || (width === null && height === null)) return
  throw unsupported(`${model} keeps the size of the picture it edits, so ${width}x${height} cannot be asked for.`)
}

/** `transparent` is the program's own word; every other option is a field of the service. */
function refuseOptions({ options }: GenerationRequest, entry: CatalogueModel, name: string): void {
  for (const [option, value] of Object.entries(options)) {
    if (option === 'transparent') {
      if (value && !entry.takesTransparent) throw unsupported(`${name} cannot leave the background transparent.`)
    } else if (!entry.options.includes(option)) {
      const takes = entry.options.length > 0 ? ` It takes: ${entry.options.join(', ')}.` : ''
      throw unsupported(`${name} takes no option “${option}”.${takes}`)
    }
  }
}

/** The options that are fields of the service, in one order always. */
export const fieldsFrom = ({ options }: GenerationRequest): Record<string, GenerationRequest['options'][string]> =>
  Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => name !== 'transparent')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
