import { oc } from '@orpc/contract'
import { z } from 'zod'
import { operations } from '#shared/generation-request.ts'
import { currency, micros } from './common.ts'

export const size = z.object({ width: z.int().positive(), height: z.int().positive() })
export type Size = z.infer<typeof size>

/** One thing a provider offers, and what it can do. Facts about models are data: they change. */
export const model = z.object({
  id: z.string(),
  label: z.string(),
  operations: z.array(z.enum(operations)),
  /** The sizes it offers; `any`: every width and height in steps of `multipleOf`, from `min` to `max` a side. */
  sizes: z.union([
    z.object({ kind: z.literal('list'), list: z.array(size).min(1) }),
    z.object({ kind: z.literal('any'), multipleOf: z.int(), min: z.int(), max: z.int() }),
  ]),
  draftSize: size,
  finalSize: size,
  takesSeed: z.boolean(),
  takesNegativePrompt: z.boolean(),
  qualities: z.array(z.string()),
  /** The qualities that drafts and finals are made with; absent where the model's own default serves. */
  draftQuality: z.string().optional(),
  finalQuality: z.string().optional(),
  /** How many reference pictures it takes; absent for none. */
  maxReferences: z.int().positive().optional(),
  /** The fields of the service that a row or a profile may set; absent where nobody can say. */
  takesOptions: z.array(z.string()).optional(),
  /** It can leave the background transparent; its pictures are drawings of lines and shapes (SVG). */
  takesTransparent: z.boolean().optional(),
  isVector: z.boolean().optional(),
  /** The service does not offer it any more: since when, and what took its place. */
  retired: z.object({ on: z.string(), successor: z.string().nullable() }).optional(),
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
  }),
})
export type Model = z.infer<typeof model>

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
  /** Whether requests can be made now. */
  ready: z.boolean(),
  concurrency: z.int(),
})
export type ProviderInfo = z.infer<typeof providerInfo>

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
    .output(z.object({ ok: z.boolean(), message: z.string(), models: z.array(z.string()) })),
}
