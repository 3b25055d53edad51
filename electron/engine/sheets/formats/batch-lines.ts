import type { WrittenFor } from '../rows.ts'
import { isObject, type JsonObject } from './json-object.ts'

export interface BatchLine {
  /** The request's own parameters, each a member by its own name, and the line's id. */
  readonly flat: JsonObject
  readonly writtenFor: Exclude<WrittenFor, null>
}

const withPictures =
  'The request sends pictures along, and a line of text cannot bring them; write their paths into a column of their own.'

/**
 * A request line of OpenAI's Batch API (`{custom_id, method, url, body}`) or of Gemini's (`{key, request}`), as their
 * documents describe them (2026-11). A sentence says why a line cannot be made here; null: it is neither.
 */
export function batchLine(object: JsonObject): BatchLine | string | null {
  const { body, custom_id: customId, request } = object
  if (isObject(body) && customId !== undefined) return openAiLine(object, body)
  if (isObject(request) && Array.isArray(request.contents)) return geminiLine(object, request)
  return null
}

function openAiLine({ body: _, method: __, ...line }: JsonObject, body: JsonObject): BatchLine | string {
  if (['image', 'images', 'mask'].some((name) => body[name] !== undefined)) return withPictures
  const own = Object.entries(body).map(([key, value]) => [Object.hasOwn(line, key) ? `body.${key}` : key, value])
  return { flat: { ...line, ...Object.fromEntries(own) }, writtenFor: 'openai' }
}

/** REST and its SDKs write the same names in two ways: `imageConfig` and `image_config`. */
const member = (object: unknown, name: string): unknown =>
  isObject(object)
    ? (object[name] ?? object[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)])
    : undefined

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function geminiLine({ request: _, ...line }: JsonObject, request: JsonObject): BatchLine | string {
  const parts = listOf(request.contents).flatMap((content) => listOf(member(content, 'parts')))
  if (parts.some((part) => member(part, 'inlineData') !== undefined || member(part, 'fileData') !== undefined))
    return withPictures
  const prompt = parts.flatMap((part) => member(part, 'text') ?? []).join('\n')
  const settings = member(request, 'generationConfig')
  const image = member(settings, 'imageConfig')
  const own = {
    aspect_ratio: member(image, 'aspectRatio'),
    image_size: member(image, 'imageSize'),
    seed: member(settings, 'seed'),
    model: request.model,
  }
  const given = Object.entries(own).filter(([, value]) => value !== undefined)
  return { flat: { ...line, prompt, ...Object.fromEntries(given) }, writtenFor: 'gemini' }
}
