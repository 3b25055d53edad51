import { z } from 'zod'
import { listOf } from '#engine/providers/own-server.ts'
import type { Limits } from '#engine/providers/provider.ts'
import type { Model, Size } from '#shared/contract/providers.ts'

const oneSize = z.string().refine((text) => text.trim() === '' || sizeFrom(text) !== null, 'a size looks like 512x512')
const sizeList = z
  .string()
  .refine(
    (text) => /^\s*(any)?\s*$/i.test(text) || listOf(text).every((part) => sizeFrom(part)),
    'sizes look like 512x512, 1024x1024; or “any”',
  )

const perModel = z.strictObject({
  sizes: sizeList.optional(),
  draftSize: oneSize.optional(),
  finalSize: oneSize.optional(),
  pricePerImageUsd: z.number().nonnegative().nullable().optional(),
})

/** Every field has a default; the descriptions are what a person reads in the settings form. */
export const settings = z.object({
  baseUrl: z
    .string()
    .default('')
    .describe('Address of the server, such as http://127.0.0.1:8080. A path is kept; without one, /v1 is added.'),
  server: z
    .enum(['openai', 'stable-diffusion.cpp', 'localai'])
    .default('openai')
    .describe(
      'What answers there. stable-diffusion.cpp and LocalAI take seeds and negative prompts in ways of their own.',
    ),
  models: z
    .string()
    .default('')
    .describe('Model ids, separated by commas. Any other id can be typed where one is chosen.'),
  sizes: sizeList
    .default('')
    .describe('Sizes offered: “any”, or a list such as 512x512, 1024x1024. Empty: what the server is known to take.'),
  draftSize: oneSize.default('').describe('Size of drafts, such as 512x512. Empty: 512x512, or the smallest offered.'),
  finalSize: oneSize
    .default('')
    .describe('Size of finals, such as 1024x1024. Empty: 1024x1024, or the largest offered.'),
  pricePerImageUsd: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('What one picture costs in US dollars. Empty: free on this machine, not known elsewhere.'),
  perModel: z
    .record(z.string(), perModel)
    .default({})
    .describe('Sizes and prices of single models, by model id, where they differ from the above.'),
  qualities: z.string().default('').describe('Values of “quality” that the server takes, separated by commas.'),
  sendSeed: z
    .enum(['auto', 'yes', 'no'])
    .default('auto')
    .describe('Whether the server takes a seed. Auto: yes, except for api.openai.com, which takes none.'),
  sendNegativePrompt: z
    .boolean()
    .default(false)
    .describe('Whether the server takes a negative_prompt field. Not needed for stable-diffusion.cpp and LocalAI.'),
  responseFormat: z
    .enum(['auto', 'b64_json', 'url'])
    .default('auto')
    .describe('How pictures come back. Auto asks for b64_json, except from api.openai.com, which takes no such field.'),
  timeoutSeconds: z.int().min(10).max(3600).default(300).describe('How long one picture may take.'),
  concurrency: z.int().min(1).max(256).default(4).describe('Requests at the same time.'),
  requestsPerMinute: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Most requests in a minute. Empty: no limit.'),
  imagesPerHour: z.int().positive().nullable().default(null).describe('Most pictures in an hour. Empty: no limit.'),
  imagesPerDay: z.int().positive().nullable().default(null).describe('Most pictures in a day. Empty: no limit.'),
})
export type Settings = z.infer<typeof settings>

export const limitsOf = (of: Settings): Limits => ({
  concurrency: of.concurrency,
  requestsPerMinute: of.requestsPerMinute,
  imagesPerHour: of.imagesPerHour,
  imagesPerDay: of.imagesPerDay,
})

/** `512x512` or `512×512`; null where it is no size. */
function sizeFrom(text: string): Size | null {
  const match = /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*$/i.exec(text)
  const [width, height] = [Number(match?.[1]), Number(match?.[2])]
  return width > 0 && height > 0 ? { width, height } : null
}

/**
 * The base that `/images/generations` is added to, without a slash at its end; null where there is no usable address.
 * A whole endpoint, pasted by mistake, is cut back to its base.
 */
export function baseOf(of: Settings): URL | null {
  const text = of.baseUrl.trim()
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return null
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(images\/(generations|edits)|models)$/, '')
  url.pathname = path === '' ? '/v1' : path
  url.search = ''
  url.hash = ''
  return url
}

/** OpenAI's own API takes no seed and no response_format (openai@7.55.0 images.d.ts, read 2026-11). */
export const isOpenAi = (of: Settings): boolean => baseOf(of)?.hostname === 'api.openai.com'

/** LocalAI reads only the seed of a model's own configuration (docs, 2026-11), so there one has to say `yes`. */
export const takesSeed = (of: Settings): boolean =>
  of.sendSeed === 'auto' ? !isOpenAi(of) && of.server !== 'localai' : of.sendSeed === 'yes'

export const takesNegativePrompt = (of: Settings): boolean => of.sendNegativePrompt || of.server !== 'openai'

/** GPT image models: these three are offered by all of them; older ids take no other (docs read 2026-09). */
const openAiSizes = '1024x1024, 1536x1024, 1024x1536'

export function sizesOf(of: Settings, id: string): Pick<Model, 'sizes' | 'draftSize' | 'finalSize'> {
  const own = of.perModel[id]
  const listed = listOf((own?.sizes ?? of.sizes) || (isOpenAi(of) ? openAiSizes : 'any'))
    .map(sizeFrom)
    .filter((size) => size !== null)
  const byArea = [...listed].sort((a, b) => a.width * a.height - b.width * b.height)
  const wanted = (text: string, otherwise: Size): Size => {
    const size = sizeFrom(text) ?? otherwise
    return byArea.find((one) => one.width === size.width && one.height === size.height) ?? size
  }
  const [smallest, largest] = [byArea[0], byArea.at(-1)]
  const isListed = (size: Size): boolean => listed.some((one) => one.width === size.width && one.height === size.height)
  const fallback = (side: number, other: Size | undefined): Size => {
    const square = { width: side, height: side }
    return other && !isListed(square) ? other : square
  }
  return {
    sizes: byArea.length > 0 ? { kind: 'list', list: listed } : { kind: 'any', multipleOf: 8, min: 64, max: 4096 },
    draftSize: wanted(own?.draftSize ?? of.draftSize, fallback(512, smallest)),
    finalSize: wanted(own?.finalSize ?? of.finalSize, fallback(1024, largest)),
  }
}
