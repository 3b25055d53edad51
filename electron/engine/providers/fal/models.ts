import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import { typedModelOf } from '#engine/providers/typed-model.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }

/** How an endpoint is asked: the names of its fields, and its siblings for requests with one or more pictures. */
const wire = z.strictObject({
  size: z.enum(['image_size', 'aspect_ratio', 'text']).nullable(),
  /** How its edit endpoint takes a size, where that differs. */
  editSize: z.enum(['image_size', 'aspect_ratio']).nullable().optional(),
  /** It takes `num_images`, which is always 1. */
  count: z.boolean().default(false),
  image: z.enum(['image_url', 'image_urls']).optional(),
  textEndpoint: z.string().optional(),
  editEndpoint: z.string().optional(),
  manyEndpoint: z.string().optional(),
  scale: z.string().optional(),
  fixed: z.record(z.string(), z.json()).default({}),
  transparent: z.record(z.string(), z.json()).default({}),
  /** What it calls JPEG. */
  jpeg: z.enum(['jpeg', 'jpg']).default('jpeg'),
})
export type FalEntry = CatalogueEntry<z.infer<typeof wire>>

export const entries: readonly FalEntry[] = readCatalogue(catalogue, wire)

/** An endpoint of the catalogue, by its own id or that of a sibling (`fal-ai/flux-2/edit`). */
export const entryOf = (id: string): FalEntry | null => entries.find((entry) => entry.id === id) ?? null

export const listed: readonly Model[] = entries.map((entry) => modelFrom(entry, finalMicrosOf(entry)))

/** `owner/name` and whatever follows; nothing that would lead to another address. */
const endpointId = /^[a-z0-9][\w-]*(\/[\w.-]+)+$/i

/** Any endpoint id: what it really takes is read from its published schema before anything is sent. */
export const typedModel = (id: string): Model | null =>
  endpointId.test(id) && !id.includes('..') ? typedModelOf(id) : null
