import { z } from 'zod'
import { type CatalogueEntry, modelFrom, readCatalogue } from '#engine/providers/catalogue.ts'
import { freeOfCharge, isTypedId, listOf, withOwnSizes } from '#engine/providers/own-server.ts'
import type { Model } from '#shared/contract/providers.ts'
import catalogue from './catalogue.json' with { type: 'json' }
import type { Settings } from './settings.ts'

const wire = z.strictObject({
  /** The API's own default is 50 steps, the window's is 20 (its models.py, 2026-11); null for upscalers. */
  steps: z.int().nullable(),
  editOnly: z.array(z.string()),
})
export type A1111Entry = CatalogueEntry<z.infer<typeof wire>>

const lines = readCatalogue(catalogue, wire)
const upscalerPrefix = 'upscaler:'

/** The upscaler that a model id names; null where it is a checkpoint. */
export const upscalerOf = (id: string): string | null =>
  id.startsWith(upscalerPrefix) ? id.slice(upscalerPrefix.length) : null

export const idOfUpscaler = (name: string): string => upscalerPrefix + name

/** What is known of a checkpoint or an upscaler; null for an id that is neither. */
export function entryOf(id: string, of: Settings): A1111Entry | null {
  const upscaler = upscalerOf(id)
  if (!isTypedId(upscaler ?? id)) return null
  const line = lines.find((one) => one.id === (upscaler === null ? '*' : 'upscaler:*'))
  return line ? { ...withOwnSizes(line, of), id, label: upscaler ?? id } : null
}

export function modelOf(id: string, of: Settings): Model | null {
  const entry = entryOf(id, of)
  return entry && { ...modelFrom(entry, 0), price: freeOfCharge }
}

export const modelsOf = (ids: readonly string[], of: Settings): Model[] =>
  ids.map((id) => modelOf(id, of)).filter((model) => model !== null)

export const listed = (of: Settings): Model[] => modelsOf(listOf(of.models), of)
