import { isLoopbackHost } from '#engine/network/network.ts'
import type { Model, Size } from '#shared/contract/providers.ts'
import type { CustomModel, CustomService } from '#shared/contract/service-fields.ts'
import { templateOf } from '#shared/custom-service-rules.ts'
import { asksFor } from '#shared/custom-template.ts'
import { microsFrom } from '#shared/money.ts'
import { type CatalogueModel, modelFrom } from '../catalogue.ts'
import { freeOfCharge, isTypedId } from '../own-server.ts'

const sizeFrom = (text: string): Size => {
  const [width = 0, height = 0] = text.split('x').map(Number)
  return { width, height }
}
const pixels = ({ width, height }: Size): number => width * height

/** The model's table as the catalogues have it, and its smallest and largest size. */
function sizesOf({ sizes }: CustomModel): Pick<CatalogueModel, 'sizes' | 'table' | 'draftSize' | 'finalSize'> {
  if (isSteps(sizes)) {
    const side = (wanted: number): Size => {
      const fit = Math.max(sizes.min, Math.min(sizes.max, wanted))
      const inSteps = Math.max(Math.ceil(sizes.min / sizes.multipleOf), Math.floor(fit / sizes.multipleOf))
      return { width: inSteps * sizes.multipleOf, height: inSteps * sizes.multipleOf }
    }
    return { sizes, table: null, draftSize: side(512), finalSize: side(1024) }
  }
  const table = Array.isArray(sizes)
    ? sizes.map(sizeFrom)
    : Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, sizeFrom(size)]))
  const ordered = Object.values(table).sort((one, other) => pixels(one) - pixels(other))
  const [smallest = { width: 1024, height: 1024 }] = ordered
  return { sizes: 'listed', table, draftSize: smallest, finalSize: ordered.at(-1) ?? smallest }
}

const isSteps = (sizes: CustomModel['sizes']): sizes is { multipleOf: number; min: number; max: number } =>
  !Array.isArray(sizes) && typeof sizes.multipleOf === 'number'

/** What a model can do: what its lines say, and what the template takes. */
function entryFrom(service: CustomService, model: CustomModel): CatalogueModel {
  const takes = (...names: Parameters<typeof asksFor>[1][]) => asksFor([templateOf(service)], ...names)
  const sizes = sizesOf(model)
  return {
    id: model.id,
    label: model.label ?? model.id,
    operations: model.operations,
    ...sizes,
    draftSize: model.draftSize ? sizeFrom(model.draftSize) : sizes.draftSize,
    finalSize: model.finalSize ? sizeFrom(model.finalSize) : sizes.finalSize,
    seed: takes('seed') ? model.seeds : null,
    takesNegativePrompt: takes('negative'),
    qualities: model.qualities,
    ...(model.draftQuality === undefined ? {} : { draftQuality: model.draftQuality }),
    ...(model.finalQuality === undefined ? {} : { finalQuality: model.finalQuality }),
    ...(model.maxReferences === undefined ? {} : { maxReferences: model.maxReferences }),
    ...(model.scales === undefined ? {} : { scale: model.scales }),
    formats: model.formats,
    options: model.options,
    maxPromptLength: model.maxPromptLength,
    price: null,
  }
}

/** What is known of a model; where any id may be typed, the others are as the first. Null for one that is not offered. */
export function entryOf(service: CustomService, id: string): CatalogueModel | null {
  const own = service.models.find((model) => model.id === id)
  if (own) return entryFrom(service, own)
  const [first] = service.models
  if (!first || !service.anyModel || !isTypedId(id)) return null
  return { ...entryFrom(service, first), id, label: id }
}

/** The description's own price; else free on this machine; else nobody knows, and requests are held. */
function priceOf(service: CustomService, id: string, base: URL | null): Model['price'] {
  const model = service.models.find((one) => one.id === id) ?? service.models[0]
  const said = model?.price == null ? null : microsFrom(model.price)
  if (said !== null) return { perImageMicros: said, currency: 'USD', asOf: null, source: 'the service’s description' }
  if (base && isLoopbackHost(base)) return freeOfCharge
  return { perImageMicros: null, currency: 'USD', asOf: null, source: null }
}

export function modelOf(service: CustomService, id: string, base: URL | null): Model | null {
  const entry = entryOf(service, id)
  return entry && { ...modelFrom(entry, null), price: priceOf(service, id, base) }
}
