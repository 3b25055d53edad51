import type { BatchStatus } from '#shared/contract/batches.ts'
import type { FinalProfile, Plan } from '#shared/contract/generation.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { SavedProfile } from '#shared/contract/settings.ts'
import { profileName } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import { modelLabel, retiredNote } from '../load/profile-choices.ts'
import { profileText } from '../settings/saved-profiles.ts'
import { countText, durationText } from '../ui/time-text.ts'

/** How finals are to be made: a choice of the tray's list. */
export interface FinalChoice {
  readonly value: string
  readonly label: string
  readonly note: string
  readonly profile: FinalProfile | null
  /** Factor over the draft; read by the faithful way alone. */
  readonly scale: number
}

const faithful: FinalChoice = {
  value: 'faithful',
  label: 'Faithful',
  note: 'the same picture, larger',
  profile: null,
  scale: 2,
}

const upscales = [2, 4] as const

/** Faithful first; then every upscaler twice, and every model that draws from prompts. Only what is ready. */
export function finalChoices(providers: readonly ProviderInfo[], saved: readonly SavedProfile[] = []): FinalChoice[] {
  const ready = providers.filter((provider) => provider.ready)
  const models = ready.flatMap((provider) => provider.models.map((model) => ({ provider, model })))
  const larger = models
    .filter(({ model }) => model.operations.includes('upscale'))
    .flatMap(({ provider, model }) =>
      upscales.map((scale) => ({
        value: `${profileName({ provider: provider.id, model: model.id })} ${scale}`,
        label: `${model.label} ${scale}×`,
        note: model.retired ? retiredNote(model.retired) : 'the same picture, enlarged',
        profile: {
          kind: 'upscale' as const,
          provider: provider.id,
          model: model.id,
          width: null,
          height: null,
          scale,
        },
        scale,
      })),
    )
  const drawn = models
    .filter(({ model }) => model.operations.includes('generate'))
    .map(({ provider, model }) => ({
      value: profileName({ provider: provider.id, model: model.id }),
      label: modelLabel(provider, model),
      note: model.retired
        ? retiredNote(model.retired)
        : model.sameSeedLarger
          ? 'redrawn, but for its own drafts'
          : 'redrawn',
      profile: {
        kind: 'rerender' as const,
        provider: provider.id,
        model: model.id,
        width: null,
        height: null,
        scale: null,
      },
      scale: 2,
    }))
  const named = saved
    .filter((one) => one.stage === 'final')
    .map((one) => ({
      value: choiceOfProfile(one.name),
      label: one.name,
      note: profileText(one),
      profile: one.profile,
      scale: 2,
    }))
  return [faithful, ...named, ...larger, ...drawn]
}

/** The choice that a saved profile is. */
export const choiceOfProfile = (name: string): string => `profile ${name}`

/** `38 to full size` and what they are made with. */
export function countLine(plan: Plan): { title: string; note: string } {
  const made = plan.parts.map((part) => part.model).join(', ')
  const parts = [
    made === '' ? null : `with ${made}`,
    plan.cached > 0 ? `${plan.cached.toLocaleString('en-US')} cached` : null,
  ].filter((part) => part !== null)
  return { title: `${plan.tiles.toLocaleString('en-US')} to full size`, note: parts.join(', ') }
}

export const priceLine = (plan: Plan): { title: string; note: string } =>
  plan.estimateMicros === null
    ? { title: 'No price', note: 'enter it in the settings' }
    : plan.estimateMicros === 0
      ? { title: 'Free', note: 'no paid requests' }
      : {
          title: moneyText(plan.estimateMicros, plan.currency),
          note:
            plan.highestMicros !== null && plan.highestMicros > plan.estimateMicros
              ? `at most ${moneyText(plan.highestMicros, plan.currency)}`
              : countText(plan.requests, 'paid request'),
        }

export const timeLine = (plan: Plan): { title: string; note: string } =>
  plan.requests === 0
    ? { title: 'No time', note: 'nothing is sent' }
    : plan.durationMs === null
      ? { title: 'Time not known', note: 'not measured yet' }
      : { title: durationText(plan.durationMs), note: 'at today’s limits' }

/** Finals of a batch that are under way, `null` where none is. */
export function finalsProgress(batch: BatchStatus): { done: number; all: number; note: string } | null {
  const { done, failed, unknown, held, left } = batch.finals
  if (left === 0) return null
  const parts = [
    batch.paused ? 'paused' : null,
    failed > 0 ? `${failed} failed` : null,
    unknown > 0 ? `${unknown} unknown` : null,
    held > 0 ? `${held} held` : null,
    batch.timeLeftMs !== null && !batch.paused ? `${durationText(batch.timeLeftMs)} left` : null,
  ].filter((part) => part !== null)
  return { done, all: done + failed + unknown + held + left, note: parts.join(', ') }
}
