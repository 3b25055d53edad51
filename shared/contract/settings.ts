import { oc } from '@orpc/contract'
import { z } from 'zod'
import { profile } from '#shared/generation-request.ts'
import { micros } from './common.ts'
import { style } from './templates.ts'
import { tileFilter, tileOrder } from './tiles.ts'
import { finalProfile } from './wishes.ts'

/** A filter and an order of the grid under a name, for every batch. */
export const savedView = z.object({ name: z.string().min(1).max(60), filter: tileFilter, order: tileOrder })
export type SavedView = z.infer<typeof savedView>

const profileName = z.string().trim().min(1).max(60)

/** What drafts or finals are made with, under a name; a name stands once a stage. */
export const savedProfile = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('draft'), name: profileName, profile }),
  z.object({ stage: z.literal('final'), name: profileName, profile: finalProfile }),
])
export type SavedProfile = z.infer<typeof savedProfile>

export const keyProfiles = ['lightroom', 'photo-mechanic', 'left-hand', 'number-pad'] as const

/** Keys as a person wants them. `changes`: command -> its keys (`Mod+Shift+Z`), over those of the profile. */
export const shortcuts = z.object({
  /** Whether keys without Ctrl, Command or Alt do anything (WCAG 2.1.4). */
  on: z.boolean(),
  profile: z.enum(keyProfiles),
  changes: z.record(z.string().max(40), z.array(z.string().min(1).max(40)).max(4)),
})
export type Shortcuts = z.infer<typeof shortcuts>

/** What a person chose for this library. Unknown keys are refused. */
export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** Side of a tile in the grid, CSS pixels. */
  tileSize: z.int().min(96).max(512),
  grouped: z.boolean(),
  overlay: z.enum(['none', 'decision', 'prompt', 'money']),
  autoAdvanceGrid: z.boolean(),
  autoAdvanceLoupe: z.boolean(),
  /** What drafts and finals are made with where nobody says; `null`: the first that is ready, and the faithful way. */
  draftProfile: profile.nullable(),
  finalProfile: finalProfile.nullable(),
  profiles: z
    .array(savedProfile)
    .max(50)
    .refine(
      (list) => new Set(list.map(({ stage, name }) => `${stage} ${name.toLowerCase()}`)).size === list.length,
      'two profiles have the same name',
    ),
  variants: z.int().min(1).max(64),
  deliveryFolder: z.string().nullable(),
  nameTemplate: z.string().min(1).max(500),
  /** The most that paid requests may cost in a day (UTC), over all providers; `null` for no cap. */
  dailyCapMicros: micros.nonnegative().nullable(),
  /** The same for one provider, and for a calendar month over all. */
  providerDailyCapMicros: z.record(z.string(), micros.nonnegative()),
  monthlyCapMicros: micros.nonnegative().nullable(),
  /** A person has seen the daily cap and agreed to it. */
  dailyCapSeen: z.boolean(),
  /**
   * The database was made again from a backup, so that the ledger may lack what was paid since: nothing paid starts until
   * a person sets this to false.
   */
  capsShut: z.boolean(),
  /** Per batch: the tile in focus when she left, so that the grid opens there. */
  focus: z.record(z.string(), z.int()),
  views: z.array(savedView).max(50),
  shortcuts,
  /** Styles by name, to choose from for every sheet; a batch keeps its own copies. */
  styles: z.array(style).max(200),
})
export type Settings = z.infer<typeof settingsSchema>

/** What a new library begins with. */
export const defaultSettings: Settings = {
  theme: 'system',
  tileSize: 160,
  grouped: true,
  overlay: 'decision',
  autoAdvanceGrid: false,
  autoAdvanceLoupe: true,
  draftProfile: null,
  finalProfile: null,
  profiles: [],
  variants: 1,
  deliveryFolder: null,
  nameTemplate: '{id}-{variant}',
  dailyCapMicros: 10_000_000,
  providerDailyCapMicros: {},
  monthlyCapMicros: null,
  dailyCapSeen: false,
  capsShut: false,
  focus: {},
  views: [],
  shortcuts: { on: true, profile: 'lightroom', changes: {} },
  styles: [],
}

/** Some settings; those left out stay as they are, and `focus` is joined with what is there. */
export const settingsChange = settingsSchema.partial()
export type SettingsChange = z.infer<typeof settingsChange>

export const settings = {
  get: oc.route({ method: 'GET', path: '/settings', summary: 'The library’s settings' }).output(settingsSchema),
  set: oc
    .route({ method: 'POST', path: '/settings', summary: 'Change some settings; the others stay' })
    .input(settingsChange)
    .output(settingsSchema),
}
