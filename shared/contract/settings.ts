import { oc } from '@orpc/contract'
import { z } from 'zod'
import { profile } from '#shared/generation-request.ts'
import { micros } from './common.ts'

/** What a person chose for this library. Unknown keys are refused. */
export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  tileSize: z.int().min(96).max(512).default(160),
  grouped: z.boolean().default(true),
  overlay: z.enum(['none', 'decision', 'prompt', 'money']).default('decision'),
  autoAdvanceGrid: z.boolean().default(false),
  autoAdvanceLoupe: z.boolean().default(true),
  draftProfile: profile.nullable().default(null),
  variants: z.int().min(1).max(64).default(1),
  deliveryFolder: z.string().nullable().default(null),
  nameTemplate: z.string().default('{id}-{variant}'),
  /** The most that paid requests may cost in a day (UTC), over all providers; `null` for no cap. */
  dailyCapMicros: micros.nonnegative().nullable().default(10_000_000),
  /** A person has seen the daily cap and agreed to it. */
  dailyCapSeen: z.boolean().default(false),
  /** Per batch: the tile in focus when she left, so that the grid opens there. */
  focus: z.record(z.string(), z.int()).default({}),
})
export type Settings = z.infer<typeof settingsSchema>

export const settings = {
  get: oc.route({ method: 'GET', path: '/settings', summary: 'The library’s settings' }).output(settingsSchema),
  set: oc
    .route({ method: 'POST', path: '/settings', summary: 'Change some settings; the others stay' })
    .input(settingsSchema.partial())
    .output(settingsSchema),
}
