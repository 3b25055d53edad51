import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import { findEntry, listedEntries } from '#engine/providers/hosted-models.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }

const wire = z.strictObject({
  /** `source`: what comes out is as large as what goes in. */
  size: z.enum(['pixels', 'ratio', 'source']),
  /** The fields that pictures go into, one each, in this order; or one field for all of them. */
  inputs: z.array(z.string()).default([]),
  list: z.string().optional(),
  fixed: z.record(z.string(), z.json()).default({}),
})
export type BflEntry = CatalogueEntry<z.infer<typeof wire>>

const entries: readonly BflEntry[] = readCatalogue(catalogue, wire)

/** A model is a part of an address: no slashes, no dots alone. */
export const entryOf = (id: string): BflEntry | null =>
  /^[\w][\w.-]*$/.test(id) ? findEntry(entries, id, false) : null

const modelFor = (entry: BflEntry): Model => modelFrom(entry, finalMicrosOf(entry))

export const listed: readonly Model[] = listedEntries(entries, false).map(modelFor)

export function modelOf(id: string): Model | null {
  const entry = entryOf(id)
  return entry && modelFor(entry)
}
