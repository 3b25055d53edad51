import { z } from 'zod'
import type { Model, ModelOverride, Size, UnitPrice } from '#shared/contract/providers.ts'
import { operations } from '#shared/generation-request.ts'
import { microsFrom } from '#shared/money.ts'

const size = z
  .string()
  .regex(/^\d{2,5}x\d{2,5}$/)
  .transform((text): Size => {
    const [width = 0, height = 0] = text.split('x').map(Number)
    return { width, height }
  })

/** A list of sizes, or what the service calls each of them: `16:9`, or `16:9@2K` where it takes ratio and resolution apart. */
const sizeTable = z.union([z.array(size).min(1), z.record(z.string(), size)])

const usd = z.string().transform((text, context) => {
  const micros = microsFrom(text)
  if (micros === null) context.addIssue({ code: 'custom', message: `${text} is no amount` })
  return micros ?? 0
})

const price = z.strictObject({
  /** USD a picture, or a megapixel of what comes out (begun ones count whole). */
  usd,
  per: z.enum(['image', 'megapixel']).default('image'),
  /** USD for each further megapixel that comes out, and for each that goes in, where a picture's price covers one. */
  moreMegapixel: usd.optional(),
  inputMegapixel: usd.optional(),
  asOf: z.string(),
  source: z.string(),
})

/** The share of the price that the service's own batches cost; null where it says that it takes the model in none. */
const batch = z.strictObject({ share: z.number().positive().max(1).nullable(), asOf: z.string(), source: z.string() })

/** How an upscaler takes its factor: any within limits, one only, or `own`: the service itself decides how large. */
const scale = z.union([
  z.strictObject({ min: z.number(), max: z.number() }),
  z.strictObject({ only: z.number() }),
  z.literal('own'),
])

const bounds = z.strictObject({
  multipleOf: z.int(),
  min: z.int(),
  max: z.int(),
  minPixels: z.int().optional(),
  maxPixels: z.int().optional(),
  maxRatio: z.number().optional(),
})

const entry = z.strictObject({
  id: z.string(),
  label: z.string(),
  operations: z.array(z.enum(operations)).min(1),
  /** The name of a table above, or every side in steps. */
  sizes: z.union([z.string(), bounds]),
  /** Beside the sizes of a table, every size within these bounds. */
  within: bounds.optional(),
  draftSize: size,
  finalSize: size,
  seed: z.strictObject({ min: z.int(), max: z.int() }).nullable(),
  takesNegativePrompt: z.boolean().default(false),
  qualities: z.array(z.string()).default([]),
  draftQuality: z.string().optional(),
  finalQuality: z.string().optional(),
  maxReferences: z.int().positive().optional(),
  takesTransparent: z.boolean().optional(),
  isVector: z.boolean().optional(),
  scale: scale.optional(),
  /** An upscaler that invents detail. */
  isCreative: z.boolean().optional(),
  /** The file formats it can be asked for. */
  formats: z.array(z.enum(['png', 'jpeg', 'webp', 'avif'])),
  /** Fields of the service that a profile's options may set. */
  options: z.array(z.string()).default([]),
  maxPromptLength: z.int().nullable().default(null),
  retired: z.strictObject({ on: z.string(), successor: z.string().nullable() }).optional(),
  price: price.nullable(),
  /** Absent where nobody knows. */
  batch: batch.optional(),
  /** How it is asked: each provider's own. */
  wire: z.unknown(),
})
const catalogueFile = z.strictObject({
  about: z.string(),
  sizes: z.record(z.string(), sizeTable),
  models: z.array(entry),
})

type SizeTable = z.infer<typeof sizeTable> | null

/** What every provider's line in its catalogue says, whatever else stands there. */
export type CatalogueModel = Omit<z.infer<typeof entry>, 'wire'> & { readonly table: SizeTable }
export type CatalogueEntry<Wire> = CatalogueModel & { readonly wire: Wire }

/** Reads a provider's catalogue.json; throws where it is not as it should be, so that a slip is seen at once. */
export function readCatalogue<Wire>(json: unknown, wire: z.ZodType<Wire>): readonly CatalogueEntry<Wire>[] {
  const file = catalogueFile.parse(json)
  return file.models.map((model) => {
    const table = typeof model.sizes === 'string' ? (file.sizes[model.sizes] ?? null) : null
    if (typeof model.sizes === 'string' && !table) throw new Error(`${model.id}: there is no table "${model.sizes}"`)
    return { ...model, table, wire: wire.parse(model.wire) }
  })
}

const listOf = (table: SizeTable): Size[] => (table === null ? [] : Array.isArray(table) ? table : Object.values(table))

/** What the service calls a size (`16:9`), as its catalogue says; null where it is not in the table. */
export function nameOfSize(entry: CatalogueModel, wanted: Size): string | null {
  if (entry.table === null || Array.isArray(entry.table)) return null
  const isWanted = (one: Size): boolean => one.width === wanted.width && one.height === wanted.height
  return Object.entries(entry.table).find(([, one]) => isWanted(one))?.[0] ?? null
}

/** `16:9@2K` as ratio and resolution; each null where the table names none, or where no size is asked. */
export function sizeNames(
  entry: CatalogueModel,
  asked: { readonly width: number | null; readonly height: number | null },
) {
  const { width, height } = asked
  const name = width === null || height === null ? null : nameOfSize(entry, { width, height })
  const [ratio = null, resolution = null] = name?.split('@') ?? []
  return { ratio, resolution }
}

/**
 * A line of a catalogue with what else is known of its model: what the service said of it, and what a person did. Where
 * the service has names for sizes, only those can be left that it has.
 */
export function withChanges<Entry extends CatalogueModel>(entry: Entry, changes: ModelOverride | null): Entry
export function withChanges<Entry extends CatalogueModel>(
  entry: Entry | null,
  changes: ModelOverride | null,
): Entry | null
export function withChanges<Entry extends CatalogueModel>(
  entry: Entry | null,
  changes: ModelOverride | null,
): Entry | null {
  if (!entry || !changes) return entry
  const { operations: can, sizes, maxPromptLength, maxReferences } = changes
  return {
    ...entry,
    ...(can === undefined ? {} : { operations: can }),
    ...(sizes === undefined ? {} : sizesOver(entry, sizes)),
    ...(maxPromptLength === undefined ? {} : { maxPromptLength }),
    ...(maxReferences === undefined ? {} : { maxReferences }),
  }
}

function sizesOver(
  { table }: CatalogueModel,
  wanted: Model['sizes'],
): Pick<CatalogueModel, 'sizes' | 'within' | 'table'> {
  if (wanted.kind === 'any') {
    const { kind: _, ...bounds } = wanted
    return { sizes: bounds, within: undefined, table: null }
  }
  if (table === null || Array.isArray(table)) return { sizes: 'own', within: wanted.within, table: wanted.list }
  const isWanted = (size: Size) =>
    wanted.list.some(({ width, height }) => width === size.width && height === size.height)
  return {
    sizes: 'own',
    within: wanted.within,
    table: Object.fromEntries(Object.entries(table).filter(([, size]) => isWanted(size))),
  }
}

/** The catalogue's line as the rest of the program knows it. The price is that of its final size. */
export function modelFrom(entry: CatalogueModel, finalMicros: number | null, unit = unitOf(entry)): Model {
  const { sizes, within, table, price: said } = entry
  return {
    id: entry.id,
    label: entry.label,
    operations: entry.operations,
    sizes:
      typeof sizes === 'string'
        ? {
            kind: 'list',
            list: listOf(table),
            ...(within ? { within } : {}),
            ...(Array.isArray(table) ? {} : { named: true }),
          }
        : { kind: 'any', ...sizes },
    draftSize: entry.draftSize,
    finalSize: entry.finalSize,
    takesSeed: entry.seed !== null,
    takesNegativePrompt: entry.takesNegativePrompt,
    qualities: entry.qualities,
    takesOptions: entry.options,
    ...(entry.draftQuality === undefined ? {} : { draftQuality: entry.draftQuality }),
    ...(entry.finalQuality === undefined ? {} : { finalQuality: entry.finalQuality }),
    ...(entry.scale === undefined ? {} : { scales: entry.scale }),
    ...(entry.isCreative === undefined ? {} : { isCreative: entry.isCreative }),
    ...(entry.maxReferences === undefined ? {} : { maxReferences: entry.maxReferences }),
    ...(entry.takesTransparent === undefined ? {} : { takesTransparent: entry.takesTransparent }),
    ...(entry.isVector === undefined ? {} : { isVector: entry.isVector }),
    ...(entry.retired === undefined ? {} : { retired: entry.retired }),
    ...(entry.batch?.share ? { batchShare: entry.batch.share } : {}),
    sameSeedLarger: false,
    maxPromptLength: entry.maxPromptLength,
    price: {
      perImageMicros: finalMicros,
      currency: 'USD',
      asOf: said?.asOf ?? null,
      source: said?.source ?? null,
      ...(unit === null ? {} : { unit }),
    },
  }
}

const unitOf = ({ price: said }: CatalogueModel): UnitPrice | null => said && { per: said.per, micros: said.usd }
