import type { GenerationRequest } from '#shared/generation-request.ts'
import type { LiveField, LiveInput } from './live-schema.ts'
import { fieldsFrom, unsupported, withoutSourceSize } from './refuse-unsupported.ts'

type Value = GenerationRequest['options'][string]
type Fields = Record<string, Value>

/** The names by which models on fal and Replicate take the same thing, the usual one first (their schemas, 2026-11). */
const pictureNames = ['image_url', 'image_urls', 'image', 'input_image', 'image_input', 'input_images', 'images', 'img']
const scaleNames = ['upscale_factor', 'scale', 'scale_factor']
const countNames = ['num_images', 'num_outputs', 'number_of_images']

/**
 * A request as the fields of a model that the catalogue does not know, by the input schema that its service publishes.
 * Throws `unsupported` for what the model has no field for, and for a field it needs and nobody filled.
 */
export function fitInput(asked: GenerationRequest, live: LiveInput, pictures: readonly string[]): Fields {
  const request = withoutSourceSize(asked)
  const name = `The model ${request.model}`
  const find = (names: readonly string[]): string | undefined => names.find((one) => live.fields.has(one))
  const fields: Fields = {}
  const put = (field: string | undefined, value: Value, what: string): void => {
    const known = field === undefined ? undefined : live.fields.get(field)
    if (field === undefined || !known)
      throw unsupported(`${name} takes no ${what}. Leave it out, or choose another model.`)
    const problem = problemOf(known, value)
    if (problem) throw unsupported(`${name}: ${field} ${problem}.`)
    fields[field] = value
  }

  if (request.prompt !== '') put(find(['prompt', 'text_prompt']), request.prompt, 'prompt')
  if (request.negativePrompt) put(find(['negative_prompt']), request.negativePrompt, 'negative prompt')
  if (request.seed !== null) put(find(['seed', 'random_seed']), request.seed, 'seed')
  if (request.quality !== null) put(find(['quality']), request.quality, 'quality')
  if (request.scale !== null) put(find(scaleNames), request.scale, 'upscale factor')
  if (request.outputFormat !== null) putFormat(request.outputFormat, live, put)
  if (pictures.length > 0) putPictures(pictures, find(pictureNames), live, put)
  const isMade = request.operation === 'generate' || request.operation === 'edit'
  if (isMade && request.width !== null && request.height !== null) {
    Object.assign(fields, sizeFields(request.width, request.height, live, name))
  }
  const count = find(countNames)
  if (count) put(count, 1, 'number of pictures')
  for (const [option, value] of Object.entries(fieldsFrom(request))) {
    if (Object.hasOwn(fields, option))
      throw unsupported(`“${option}” is not an option: it has its own place in the request.`)
    put(live.fields.has(option) ? option : undefined, value, `option “${option}”`)
  }
  if (request.options.transparent)
    throw unsupported(`Nobody knows whether ${request.model} can leave the background transparent. Set its own option.`)
  const missing = live.required.filter((field) => !Object.hasOwn(fields, field))
  if (missing.length > 0) throw unsupported(`${name} needs ${missing.join(', ')}: give it as an option of the profile.`)
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function problemOf({ values, minimum, maximum, multipleOf, types }: LiveField, value: Value): string | null {
  if (values.length > 0 && typeof value !== 'object' && !values.includes(String(value)))
    return `takes ${values.slice(0, 30).join(', ')}, not ${String(value)}`
  if (typeof value !== 'number') return null
  if (types.has('integer') && !types.has('number') && !Number.isInteger(value))
    return `takes whole numbers, not ${value}`
  if (minimum !== null && value < minimum) return `takes ${minimum} or more, not ${value}`
  if (maximum !== null && value > maximum) return `takes ${maximum} or less, not ${value}`
  return multipleOf !== null && value % multipleOf !== 0 ? `takes multiples of ${multipleOf}, not ${value}` : null
}

type Put = (field: string | undefined, value: Value, what: string) => void

function putFormat(format: string, live: LiveInput, put: Put): void {
  const field = live.fields.get('output_format')
  const isJpg = format === 'jpeg' && field?.values.includes('jpg')
  put(field ? 'output_format' : undefined, isJpg ? 'jpg' : format, `${format} format`)
}

function putPictures(pictures: readonly string[], field: string | undefined, live: LiveInput, put: Put): void {
  const takesMany = field !== undefined && live.fields.get(field)?.types.has('array')
  const [first] = pictures
  if (takesMany) put(field, [...pictures], 'pictures')
  else
    put(pictures.length === 1 ? field : undefined, first ?? null, pictures.length === 1 ? 'picture' : 'second picture')
}

/** Width and height, one size, or the nearest ratio it offers: within one in a hundred, else it is not the size asked for. */
function sizeFields(width: number, height: number, live: LiveInput, name: string): Fields {
  const { fields } = live
  const text = `${width}x${height}`
  const check = (field: string, value: number): void => {
    const known = fields.get(field)
    const problem = known ? problemOf(known, value) : null
    if (problem) throw unsupported(`${name}: ${field} ${problem}.`)
  }
  const ratioField = fields.get('aspect_ratio')
  const ratio = ratioField?.values.find((one) => isRatio(one, width, height))
  if (fields.has('width') && fields.has('height')) {
    check('width', width)
    check('height', height)
    return { width, height, ...(ratioField?.values.includes('custom') ? { aspect_ratio: 'custom' } : {}) }
  }
  for (const field of ['image_size', 'size']) {
    const known = fields.get(field)
    if (known?.types.has('object')) return { [field]: { width, height } }
    if (known?.values.includes(text)) return { [field]: text }
  }
  if (ratio !== undefined) return { aspect_ratio: ratio }
  throw unsupported(`${text} is not offered by ${name.replace('The model ', '')}.`)
}

function isRatio(text: string, width: number, height: number): boolean {
  const match = /^(\d+):(\d+)$/.exec(text)
  return match !== null && Math.abs(Number(match[1]) / Number(match[2]) / (width / height) - 1) < 0.01
}
