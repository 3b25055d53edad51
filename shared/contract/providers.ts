import { oc } from '@orpc/contract'
import { z } from 'zod'
import { operations } from '#shared/generation-request.ts'
import { currency, micros, timeMs } from './common.ts'

export const size = z.object({ width: z.int().positive(), height: z.int().positive() })
export type Size = z.infer<typeof size>

/** Every size with sides in steps of `multipleOf`, from `min` to `max`, and within what else is known: pixels in all, long side to short. */
const sizeBounds = z.object({
  multipleOf: z.int().positive(),
  min: z.int().positive(),
  max: z.int().positive(),
  minPixels: z.int().positive().optional(),
  maxPixels: z.int().positive().optional(),
  maxRatio: z.number().positive().optional(),
})
export type SizeBounds = z.infer<typeof sizeBounds>

const sizes = z.union([
  /** `within`: every size within these bounds, too. `named`: the service takes names of ratios, so that no other size can be asked for. */
  z.object({
    kind: z.literal('list'),
    list: z.array(size).min(1),
    within: sizeBounds.optional(),
    named: z.boolean().optional(),
  }),
  sizeBounds.extend({ kind: z.literal('any') }),
])

/** How an upscaler takes its factor: any within limits, one only, or `own`: it decides itself how large. */
const scales = z.union([
  z.object({ min: z.number(), max: z.number() }),
  z.object({ only: z.number() }),
  z.literal('own'),
])

const perToken = z.number().nonnegative().max(1_000_000)
/**
 * What a service charges by, in micros of USD: a picture, a megapixel that comes out (begun ones count whole), or tokens.
 * Micros a token are the same figures as USD a million tokens.
 */
export const unitPrice = z.discriminatedUnion('per', [
  z.strictObject({ per: z.literal('image'), micros: micros.nonnegative() }),
  z.strictObject({ per: z.literal('megapixel'), micros: micros.nonnegative() }),
  z.strictObject({
    per: z.literal('token'),
    textIn: perToken,
    pictureIn: perToken,
    textOut: perToken,
    pictureOut: perToken,
  }),
])
export type UnitPrice = z.infer<typeof unitPrice>

/** What a person says of a model in this library; what is left out stays as the catalogue or the service has it. */
export const modelOverride = z.strictObject({
  label: z.string().trim().min(1).max(80).optional(),
  operations: z.array(z.enum(operations)).min(1).optional(),
  sizes: sizes.optional(),
  /** Longest prompt in characters; `null` for no limit. */
  maxPromptLength: z.int().positive().nullable().optional(),
  maxReferences: z.int().nonnegative().max(64).optional(),
  price: unitPrice.optional(),
})
export type ModelOverride = z.infer<typeof modelOverride>

/** One thing a provider offers, and what it can do. Facts about models are data: they change. */
export const model = z.object({
  id: z.string(),
  label: z.string(),
  operations: z.array(z.enum(operations)),
  /** The sizes it offers; `any`: every size within bounds. */
  sizes,
  draftSize: size,
  finalSize: size,
  takesSeed: z.boolean(),
  takesNegativePrompt: z.boolean(),
  qualities: z.array(z.string()),
  /** The qualities that drafts and finals are made with; absent where the model's own default serves. */
  draftQuality: z.string().optional(),
  finalQuality: z.string().optional(),
  /** How it enlarges; absent where it does not, or where nobody knows. */
  scales: scales.optional(),
  /** An upscaler that invents detail: what it makes is redrawn and has to be decided anew. */
  isCreative: z.boolean().optional(),
  /**
   * The most pictures that go in with one prompt, the one it starts from counted; absent: one where it edits, none where it
   * does not.
   */
  maxReferences: z.int().positive().optional(),
  /** The fields of the service that a row or a profile may set; absent where nobody can say. */
  takesOptions: z.array(z.string()).optional(),
  /** It can leave the background transparent; its pictures are drawings of lines and shapes (SVG). */
  takesTransparent: z.boolean().optional(),
  isVector: z.boolean().optional(),
  /** The service does not offer it any more: since when, and what took its place. */
  retired: z.object({ on: z.string(), successor: z.string().nullable() }).optional(),
  /** It can be made in the service's own batches, within a day; this share of its price is charged then, above 0, at most 1. */
  batchShare: z.number().positive().max(1).optional(),
  /** The same seed at a larger size gives the same picture larger: a re-render of it is faithful. */
  sameSeedLarger: z.boolean(),
  /** Longest prompt in characters, `null` where none is known. */
  maxPromptLength: z.int().nullable(),
  /** Micros a picture; 0 is free; `null` where no price is known. With the date and the source of the fact. */
  price: z.object({
    perImageMicros: micros.nonnegative().nullable(),
    currency,
    asOf: z.string().nullable(),
    source: z.string().nullable(),
    /** What it follows from, where that is one figure; absent where it depends on more. */
    unit: unitPrice.optional(),
  }),
  /** Not in the catalogue: the service named it when it was asked, or a person typed it. */
  addedBy: z.enum(['service', 'person']).optional(),
  /** The service's own list of this account's models, read last, does not name it. */
  isUnlisted: z.boolean().optional(),
  /** What a person changed of it in this library. */
  override: modelOverride.optional(),
})
export type Model = z.infer<typeof model>

const usualModel = z.object({ model: z.string(), quality: z.string().nullable() })

export const providerInfo = z.object({
  id: z.string(),
  label: z.string(),
  /** One sentence on what it is. */
  about: z.string(),
  models: z.array(model),
  /** Any other model id may be typed in. */
  anyModel: z.boolean(),
  /** JSON Schema of its settings, and their present values (no secrets). */
  settingsSchema: z.record(z.string(), z.json()),
  settings: z.record(z.string(), z.json()),
  /** Where its key comes from: it needs none, there is none, or where it is kept. */
  key: z.enum(['none-needed', 'missing', 'environment', 'keyring', 'file']),
  /** A sentence on that place, where a person should know more: why it is a file, why the keyring cannot be read. */
  keyNote: z.string().nullable().optional(),
  /** The environment variable that holds its key, else the one where it is looked for first; null where none is. */
  keyVariable: z.string().nullable(),
  /** Whether requests can be made now. */
  ready: z.boolean(),
  concurrency: z.int(),
  /** The provider's own suggestions: the cheapest way to a good draft, and the model for finals. */
  usual: z.object({ draft: usualModel, final: usualModel }).nullable(),
  /** A server of one's own, or a drawing board in this program: nobody's account is charged. */
  isLocal: z.boolean(),
  /** Whether the service can be asked for its models, prices or limits, and when it last was. */
  canRefresh: z.boolean(),
  refreshedMs: timeMs.nullable(),
})
export type ProviderInfo = z.infer<typeof providerInfo>

/** What `Test` shows. Texts are whole; what a service does not offer is `null` or empty. */
export const connection = z.object({
  ok: z.boolean(),
  message: z.string(),
  models: z.array(z.string()),
  /** Who the key belongs to. */
  account: z.string().nullable(),
  /** What is left to spend: `micros` where it is an amount of money, else as the service counts (`1,234 credits`). */
  balance: z.object({ text: z.string(), micros: micros.nullable(), currency }).nullable(),
  /** One sentence a limit: those that the service names in its answer, and those that are kept to here. */
  limits: z.array(z.string()),
})
export type Connection = z.infer<typeof connection>

/** What a refresh found, against what was known before. */
export const refreshed = z.object({
  provider: providerInfo,
  prices: z.int(),
  added: z.int(),
  retired: z.int(),
  limits: z.int(),
  /** `3 prices changed, 2 new models, 1 retired` */
  summary: z.string(),
  /** One sentence a change. */
  changes: z.array(z.string()),
})
export type Refreshed = z.infer<typeof refreshed>

export const providers = {
  list: oc
    .route({ method: 'GET', path: '/providers', summary: 'Every provider with its models, settings and state' })
    .output(z.array(providerInfo)),
  configure: oc
    .route({ method: 'POST', path: '/providers/{provider}', summary: 'Change a provider’s settings' })
    .input(z.object({ provider: z.string(), settings: z.record(z.string(), z.json()) }))
    .output(providerInfo),
  setKey: oc
    .route({
      method: 'POST',
      path: '/providers/{provider}/key',
      summary: 'Store or forget a key; it cannot be read back',
    })
    .input(z.object({ provider: z.string(), key: z.string().min(1).max(4096).nullable() }))
    .output(providerInfo),
  setPrice: oc
    .route({
      method: 'POST',
      path: '/providers/{provider}/price',
      summary: 'Say what one picture of a model costs; what waited for a price goes on',
    })
    .input(z.object({ provider: z.string(), model: z.string().min(1), perImageMicros: micros.nonnegative() }))
    .output(providerInfo),
  check: oc
    .route({ method: 'POST', path: '/providers/{provider}/check', summary: 'Try the connection' })
    .input(z.object({ provider: z.string() }))
    .output(connection),
  refresh: oc
    .route({
      method: 'POST',
      path: '/providers/{provider}/refresh',
      summary: 'Read models, prices and limits from the service, as far as it names them',
    })
    .input(z.object({ provider: z.string() }))
    .output(refreshed),
  setModel: oc
    .route({
      method: 'POST',
      path: '/providers/{provider}/model',
      summary: 'Change what is known of a model, or add one by its id; null forgets all changes',
    })
    .input(z.object({ provider: z.string(), model: z.string().min(1).max(200), override: modelOverride.nullable() }))
    .output(providerInfo),
}
