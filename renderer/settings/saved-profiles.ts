import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { SavedProfile } from '#shared/contract/settings.ts'
import type { FinalProfile } from '#shared/contract/wishes.ts'
import { type Profile, profileName } from '#shared/generation-request.ts'

export type Stage = SavedProfile['stage']

/** Keys in one order and without what says nothing, so that equal profiles read the same. */
const wordsOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

export const isSameProfile = (one: Profile | FinalProfile | null, other: Profile | FinalProfile | null): boolean =>
  wordsOf(one) === wordsOf(other)

const isNamed = (one: SavedProfile, stage: Stage, name: string): boolean =>
  one.stage === stage && one.name.toLowerCase() === name.trim().toLowerCase()

/** The profiles with one more; one of the same stage and name gives way, at its place. */
export function withProfile(profiles: readonly SavedProfile[], saved: SavedProfile): SavedProfile[] {
  const at = profiles.findIndex((one) => isNamed(one, saved.stage, saved.name))
  return at < 0 ? [...profiles, saved] : profiles.with(at, saved)
}

export const hasProfile = (profiles: readonly SavedProfile[], stage: Stage, name: string): boolean =>
  profiles.some((one) => isNamed(one, stage, name))

/** `gpt-image-2.5-flare, low, 1024 × 1024` */
export function profileText({ stage, profile }: SavedProfile): string {
  const then = stage === 'final' ? (profile.steps ?? []).map((step) => `then ${step.model}`) : []
  const size = profile.width === null || profile.height === null ? null : `${profile.width} × ${profile.height}`
  const quality = profile.quality ?? null
  const more =
    stage === 'draft' ? [quality, size] : [profile.scale === null ? null : `${profile.scale}×`, quality, size]
  return [profileName(profile), ...more, ...then].filter((part) => part !== null && part !== '').join(', ')
}

/** What a provider itself suggests, as profiles to save: `OpenAI, draft` and `OpenAI, final`. */
export function usualProfiles({ id, label, usual }: ProviderInfo): SavedProfile[] {
  if (!usual) return []
  const size = { width: null, height: null }
  const { draft, final } = usual
  return [
    {
      stage: 'draft',
      name: `${label}, draft`,
      profile: { provider: id, model: draft.model, ...size, quality: draft.quality, options: {} },
    },
    {
      stage: 'final',
      name: `${label}, final`,
      profile: { kind: 'rerender', provider: id, model: final.model, ...size, scale: null, quality: final.quality },
    },
  ]
}
