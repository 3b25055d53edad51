import { z } from 'zod'
import type { Model, UnitPrice } from '#shared/contract/providers.ts'
import { type CatalogueEntry, modelFrom } from './catalogue.ts'

/** A setting of services whose withdrawn models live on for some accounts, or behind other servers. */
export const askRetired = z
  .boolean()
  .default(false)
  .meta({ title: 'Ask for withdrawn models' })
  .describe('For accounts and servers that still have them.')

/** The line of a catalogue that describes a model which is not in it. */
const anyOther = '*'
/** Services keep dated copies of a model: `gpt-image-2-2026-04-21`. */
const dated = /-\d{4}-\d{2}-\d{2}$/

/** The lines that name a model; withdrawn ones count as offered where they are to be asked for. */
export const listedEntries = <Wire>(
  entries: readonly CatalogueEntry<Wire>[],
  isRetiredAsked: boolean,
): CatalogueEntry<Wire>[] =>
  entries.filter(({ id }) => id !== anyOther).map((entry) => (isRetiredAsked ? withoutRetired(entry) : entry))

function withoutRetired<Wire>(entry: CatalogueEntry<Wire>): CatalogueEntry<Wire> {
  const { retired: _retired, ...rest } = entry
  return rest
}

/**
 * What is known of a model: its own line, that of the model it is a dated copy of, else the line for any other; null for
 * an id that is none.
 */
export function findEntry<Wire>(
  entries: readonly CatalogueEntry<Wire>[],
  id: string,
  isRetiredAsked: boolean,
): CatalogueEntry<Wire> | null {
  if (!/^\w[\w.:/@-]*$/.test(id)) return null
  const listed = listedEntries(entries, isRetiredAsked)
  const own = listed.find((entry) => entry.id === id) ?? listed.find((entry) => entry.id === id.replace(dated, ''))
  const found = own ?? entries.find((entry) => entry.id === anyOther)
  if (!found || found.id === id) return found ?? null
  return { ...found, id, label: found.id === anyOther ? id : `${found.label} (${id})` }
}

export interface HostedModels<Wire> {
  /** As `findEntry`. */
  entry(id: string, isRetiredAsked: boolean): CatalogueEntry<Wire> | null
  model(id: string, isRetiredAsked: boolean): Model | null
  /** The models that have a line of their own. */
  list(isRetiredAsked: boolean): Model[]
  /** A line as the rest of the program knows it: the price that stands there is that of the final size and quality. */
  modelFor(entry: CatalogueEntry<Wire>): Model
}

/** A whole catalogue whose prices stand in its lines; `unitOf` gives what they follow from, where that is one figure. */
export function hostedModels<Wire>(
  entries: readonly CatalogueEntry<Wire>[],
  unitOf: (entry: CatalogueEntry<Wire>) => UnitPrice | null = () => null,
): HostedModels<Wire> {
  const entry: HostedModels<Wire>['entry'] = (id, isRetiredAsked) => findEntry(entries, id, isRetiredAsked)
  const modelFor = (of: CatalogueEntry<Wire>): Model => modelFrom(of, of.price?.usd ?? null, unitOf(of))
  return {
    entry,
    modelFor,
    model(id, isRetiredAsked) {
      const found = entry(id, isRetiredAsked)
      return found && modelFor(found)
    },
    list: (isRetiredAsked) => listedEntries(entries, isRetiredAsked).map(modelFor),
  }
}

/** `Connected to https://api.openai.com, 4 models make pictures` */
export const connectedTo = (where: string, { length }: readonly string[]): string =>
  `Connected to ${where}, ${length} ${length === 1 ? 'model makes' : 'models make'} pictures`
