import { z } from 'zod'
import type { Model, Size } from '#shared/contract/providers.ts'
import type { CatalogueModel } from './catalogue.ts'
import { hostedSettings } from './hosted-settings.ts'

const sizeOrNone = z
  .string()
  .regex(/^\s*(\d{2,5}\s*[x×]\s*\d{2,5})?\s*$/i, 'a size looks like 512x512')
  .default('')

/** The settings of a server on one's own machine or network: one picture at a time, and time enough for a slow card. */
export const ownServerSettings = (own: { readonly baseUrl: string; readonly concurrency: number }) =>
  hostedSettings({ ...own, requestsPerMinute: null }).extend({
    baseUrl: z.string().default(own.baseUrl).describe(`Address of the server, such as ${own.baseUrl}.`),
    timeoutSeconds: z.int().min(10).max(7200).default(1800).describe('How long one answer may take, in seconds.'),
    draftSize: sizeOrNone.describe('Size of drafts, such as 512x512. Empty: what suits most models.'),
    finalSize: sizeOrNone.describe('Size of finals, such as 1024x1024. Empty: what suits most models.'),
  })
type OwnServerSettings = z.infer<ReturnType<typeof ownServerSettings>>

/** Nobody is charged by the picture for a server of one's own; a person may still say a price of her own for a model. */
export const freeOfCharge: Model['price'] = {
  perImageMicros: 0,
  currency: 'USD',
  asOf: null,
  source: 'servers of your own are free unless told otherwise',
}

function sizeFrom(text: string): Size | null {
  const [width = 0, height = 0] = text.toLowerCase().replace('×', 'x').split('x').map(Number)
  return width > 0 && height > 0 ? { width, height } : null
}

/** A line of a catalogue with the sizes that a person chose; for what sizes are asked of at all. */
export const withOwnSizes = <Entry extends CatalogueModel>(
  entry: Entry,
  of: Pick<OwnServerSettings, 'draftSize' | 'finalSize'>,
): Entry => ({
  ...entry,
  draftSize: sizeFrom(of.draftSize) ?? entry.draftSize,
  finalSize: sizeFrom(of.finalSize) ?? entry.finalSize,
})

/** `user:password` is HTTP Basic; any other key is a bearer token, as a proxy before the server asks for. */
export const ownServerHeaders = (key: string): Readonly<Record<string, string>> => ({
  authorization: key.includes(':') ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}`,
})

/** Parts of a list that a person typed, without blanks and repetitions. */
export const listOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
]

/** An id that somebody typed: not empty, and no blanks around it. */
export const isTypedId = (id: string): boolean => id !== '' && id === id.trim()
