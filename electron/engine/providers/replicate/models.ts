import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import { typedModelOf } from '#engine/providers/typed-model.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }

const wire = z.strictObject({
  /** Official models are asked by name; all others need a version, which is read from the service. */
  official: z.boolean().default(false),
  /** Its fields are read from its own schema instead of standing here. */
  live: z.boolean().default(false),
  /** `custom`: width and height, with the ratio "custom". */
  size: z.enum(['aspect_ratio', 'custom']).nullable().default(null),
  resolution: z.string().optional(),
  count: z.string().optional(),
  image: z.string().optional(),
})
export type ReplicateEntry = CatalogueEntry<z.infer<typeof wire>>

export const entries: readonly ReplicateEntry[] = readCatalogue(catalogue, wire)
export const entryOf = (id: string): ReplicateEntry | null => entries.find((entry) => entry.id === id) ?? null
export const listed: readonly Model[] = entries.map((entry) => {
  const { takesOptions, ...model } = modelFrom(entry, finalMicrosOf(entry))
  // What a model takes whose fields are read live is not known yet.
  return entry.wire.live || takesOptions === undefined ? model : { ...model, takesOptions }
})

export interface ModelName {
  readonly owner: string
  readonly name: string
  /** 64 hex digits; null for the newest one. */
  readonly version: string | null
}

/** `owner/name` or `owner/name:version`; null for anything else. */
export function nameFrom(id: string): ModelName | null {
  const match = /^([a-z0-9][\w.-]*)\/([a-z0-9][\w.-]*)(?::([0-9a-f]{64}))?$/i.exec(id)
  if (!match?.[1] || !match[2] || id.includes('..')) return null
  return { owner: match[1], name: match[2], version: match[3] ?? null }
}

/** Any model: what it really takes is read from its schema before anything is sent. */
export const typedModel = (id: string): Model | null => (nameFrom(id) ? typedModelOf(id) : null)
