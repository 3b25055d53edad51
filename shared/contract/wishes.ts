import { z } from 'zod'
import { profile } from '#shared/generation-request.ts'
import { id, micros, targets, timeMs } from './common.ts'
import { columnMapping } from './sheets.ts'
import { promptFields } from './templates.ts'

/** How drafts are wanted: with the sheet's bytes and the mapping this is what makes a batch the same batch. */
export const draftSettings = z.object({
  mapping: columnMapping,
  /** A prompt template over the sheet's columns; `null` takes the prompt column as it stands. */
  template: z.string().nullable(),
  profiles: z.array(profile).min(1).max(8),
  variants: z.int().min(1).max(64),
  /** The next models, in order, for drafts whose provider is down and that were provably not charged. */
  fallbacks: z.array(profile).max(8).optional(),
  /** Not every profile for every prompt, but the next one after so many drafts. */
  rotateEvery: z.int().positive().optional(),
  /** Without a seed in the sheet, seed = baseSeed + variant. */
  baseSeed: z.int().nonnegative(),
  ...promptFields,
  /** Pictures of this library that go in with every prompt, after those that its row names. */
  references: z
    .array(z.object({ name: z.string().max(1000), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(16)
    .optional(),
  /** The rows are requests as a manifest recorded them (`sheetOfRequests`), asked once more; this names the asking. */
  again: z.string().min(1).max(64).optional(),
})
export type DraftSettings = z.infer<typeof draftSettings>

/** A later step of a final, made from the picture of the step before it. `scale` as in `finalProfile`. */
export const finalStep = z.object({
  kind: z.enum(['upscale', 'cutout']),
  provider: z.string(),
  model: z.string(),
  scale: z.number().min(1).max(8).nullable(),
  options: z.record(z.string(), z.json()).optional(),
})
export type FinalStep = z.infer<typeof finalStep>

/**
 * How a final is made from an approved draft: drawn anew, enlarged, or cut out of its background. `scale` for an upscale,
 * `null` where the upscaler has one factor only or decides itself how large.
 */
export const finalProfile = z.object({
  kind: z.enum(['rerender', 'upscale', 'cutout']),
  provider: z.string(),
  model: z.string(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  scale: z.number().min(1).max(8).nullable(),
  quality: z.string().nullable().optional(),
  options: z.record(z.string(), z.json()).optional(),
  /** A re-render starts from the draft's own picture: for models that edit and have no seed to make it again by. */
  fromDraft: z.boolean().optional(),
  /** Images whose pictures go in with a re-render, after the draft's own. */
  references: z.array(id).max(16).optional(),
  /** What is done with its picture next, in order: each step is a request of its own, and the last picture is the final. */
  steps: z.array(finalStep).min(1).max(3).optional(),
})
export type FinalProfile = z.infer<typeof finalProfile>

/** How requests are sent: one by one, or many in a file that the provider works off within a day for less. */
export const route = z.enum(['live', 'batch'])
export type Route = z.infer<typeof route>

/** What a run is asked for. `auto`: few, or what somebody waits for, live; the rest in batches where they are offered. */
export const runRoute = z.enum(['live', 'batch', 'auto'])
export type RunRoute = z.infer<typeof runRoute>

/** When a run's requests may start. `window`: between two times of every day, in minutes of the day in UTC; it may go over midnight. */
export const runStart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('now') }),
  z.object({ kind: z.literal('at'), atMs: timeMs }),
  z.object({
    kind: z.literal('window'),
    fromMinute: z.int().min(0).max(1439).default(120),
    toMinute: z.int().min(0).max(1439).default(480),
  }),
])
export type RunStart = z.infer<typeof runStart>

/** How the requests of a run are sent. */
export const runSending = z.object({
  /** Absent: live. What a model cannot do in a batch goes live all the same, as the plan says. */
  route: runRoute.optional(),
  /** Another route for single models, by `PROVIDER/MODEL`. */
  routes: z.record(z.string(), runRoute).optional(),
  /** Absent: now. Counts for both routes, and goes on over restarts. */
  start: runStart.optional(),
})
export type RunSending = z.infer<typeof runSending>

/** A wish for drafts of a sheet. */
export const draftPlanInput = z.object({
  sheetId: id,
  settings: draftSettings,
  /** Always a new batch, also where one with the same sheet and settings is unfinished. */
  alwaysNew: z.boolean().default(false),
  /** What one picture of a model without a price costs, in micros; `null` where nobody said. */
  pricePerImageMicros: micros.nonnegative().nullable().default(null),
})
export type DraftPlanInput = z.infer<typeof draftPlanInput>

/** A wish for finals of approved drafts. */
export const finalPlanInput = z.object({
  batchId: id,
  targets: targets,
  /** `null`: faithful, the way each draft's own model does it best. */
  profile: finalProfile.nullable(),
  /** Factor over the draft where the profile is `null`. */
  scale: z.number().min(1).max(8).default(2),
  /** The place that they are meant for, in pixels; without it, the size that each row asks for. */
  slot: z.object({ width: z.int().positive(), height: z.int().positive() }).optional(),
})
export type FinalPlanInput = z.infer<typeof finalPlanInput>

/** A wish for new drafts of those among the targets that are marked to re-roll. */
export const rerollPlanInput = z.object({ batchId: id, targets })
export type RerollPlanInput = z.infer<typeof rerollPlanInput>
