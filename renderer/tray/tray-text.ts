import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Plan } from '#shared/contract/plans.ts'
import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import type { SavedProfile } from '#shared/contract/settings.ts'
import type { FinalProfile, FinalStep } from '#shared/contract/wishes.ts'
import { profileName } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import { modelLabel, retiredNote } from '../load/profile-choices.ts'
import type { Sending } from '../sending/sending.ts'
import { withinText } from '../sending/sending-text.ts'
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

type Offer = { readonly provider: ProviderInfo; readonly model: Model }

/** The factors that an upscaler is offered with; `null` where it decides itself how large. */
function scalesOf({ scales }: Model): (number | null)[] {
  if (scales === 'own') return [null]
  if (scales !== undefined && 'only' in scales) return [scales.only]
  return [2, 4].filter((scale) => scales === undefined || (scale >= scales.min && scale <= scales.max))
}

const nameOf = ({ provider, model }: Offer): string => profileName({ provider: provider.id, model: model.id })
const size = { width: null, height: null }
const noteOf = ({ model }: Offer, note: string): string => (model.retired ? retiredNote(model.retired) : note)

const larger = (offer: Offer): FinalChoice[] =>
  scalesOf(offer.model).map((scale) => ({
    value: `${nameOf(offer)} ${scale ?? 'own'}`,
    label: `${offer.model.label}${scale === null ? ', its own size' : ` ${scale}×`}`,
    note: noteOf(
      offer,
      `${offer.model.isCreative ? 'redrawn: detail is invented' : 'the same picture, enlarged'}, ${offer.provider.label}`,
    ),
    profile: { kind: 'upscale', provider: offer.provider.id, model: offer.model.id, ...size, scale },
    scale: scale ?? 2,
  }))

const cutOut = (offer: Offer): FinalChoice => ({
  value: `${nameOf(offer)} cutout`,
  label: `Cut out, ${modelLabel(offer.provider, offer.model)}`,
  note: noteOf(offer, 'the background removed'),
  profile: { kind: 'cutout', provider: offer.provider.id, model: offer.model.id, ...size, scale: null },
  scale: 2,
})

const drawn = (offer: Offer): FinalChoice[] => {
  const { provider, model } = offer
  const profile = { kind: 'rerender' as const, provider: provider.id, model: model.id, ...size, scale: null }
  const label = modelLabel(provider, model)
  const anew = {
    value: nameOf(offer),
    label,
    note: noteOf(offer, model.sameSeedLarger ? 'redrawn, but for its own drafts' : 'redrawn'),
    profile,
    scale: 2,
  }
  if (!model.operations.includes('edit')) return [anew]
  return [
    anew,
    {
      value: `${nameOf(offer)} from-draft`,
      label: `${label}, from the draft`,
      note: noteOf(offer, 'redrawn, with the draft as its reference'),
      profile: { ...profile, fromDraft: true },
      scale: 2,
    },
  ]
}

/** A further step of a final: a choice of the tray's second list. */
export interface StepChoice {
  readonly value: string
  readonly label: string
  readonly note: string
  readonly step: FinalStep
}

/** What can be done with a final's picture next: cut out first, then every upscaler with its own factors. Only what is ready. */
export function stepChoices(providers: readonly ProviderInfo[]): StepChoice[] {
  const offers = offersOf(providers)
  return [...offers('cutout').map(cutOut), ...offers('upscale').flatMap(larger)].flatMap(
    ({ value, label, note, profile }) => {
      if (!profile || profile.kind === 'rerender') return []
      const { kind, provider, model, scale } = profile
      return [{ value, label, note, step: { kind, provider, model, scale } }]
    },
  )
}

/** A profile with further steps; one that has steps of its own keeps them. */
export const withSteps = (profile: FinalProfile | null, steps: readonly FinalStep[]): FinalProfile | null =>
  profile && !profile.steps && steps.length > 0 ? { ...profile, steps: [...steps] } : profile

/** A re-render with pictures beside its draft; other ways take none. */
export const withReferences = (profile: FinalProfile | null, imageIds: readonly number[]): FinalProfile | null =>
  profile?.kind === 'rerender' && imageIds.length > 0 ? { ...profile, references: [...imageIds] } : profile

const offersOf = (providers: readonly ProviderInfo[]) => {
  const offers = providers
    .filter((provider) => provider.ready)
    .flatMap((provider) => provider.models.map((model) => ({ provider, model })))
  return (operation: Model['operations'][number]) => offers.filter(({ model }) => model.operations.includes(operation))
}

/** Faithful first; then saved profiles, every upscaler with its own factors, what cuts out, and every model that draws. Only what is ready. */
export function finalChoices(providers: readonly ProviderInfo[], saved: readonly SavedProfile[] = []): FinalChoice[] {
  const that = offersOf(providers)
  const named = saved
    .filter((one) => one.stage === 'final')
    .map((one) => ({
      value: choiceOfProfile(one.name),
      label: one.name,
      note: profileText(one),
      profile: one.profile,
      scale: 2,
    }))
  return [
    faithful,
    ...named,
    ...that('upscale').flatMap(larger),
    ...that('cutout').map(cutOut),
    ...that('generate').flatMap(drawn),
  ]
}

/** The choice that a saved profile is. */
export const choiceOfProfile = (name: string): string => `profile ${name}`

/** The first cause for which finals cannot be made. */
export const causeLine = ({ problemGroups }: Plan): string =>
  problemGroups.find((group) => group.blocks)?.message ?? 'see the problems'

/** `38 to full size` and what they are made with. */
export function countLine(plan: Plan): { title: string; note: string } {
  const made = plan.parts.map((part) => part.model).join(', ')
  const parts = [
    made === '' ? null : `with ${made}`,
    plan.cached > 0 ? `${plan.cached.toLocaleString('en-US')} cached` : null,
  ].filter((part) => part !== null)
  return { title: `${plan.tiles.toLocaleString('en-US')} to full size`, note: parts.join(', ') }
}

/** By the way that is chosen; without one, live. */
export function priceLine(
  plan: Plan,
  { estimateMicros, highestMicros }: Pick<Plan, 'estimateMicros' | 'highestMicros'> = plan,
): { title: string; note: string } {
  if (estimateMicros === null) return { title: 'No price', note: 'enter it in the settings' }
  if (estimateMicros === 0) return { title: 'Free', note: 'no paid requests' }
  const note =
    highestMicros !== null && highestMicros > estimateMicros
      ? `at most ${moneyText(highestMicros, plan.currency)}`
      : countText(plan.requests, 'paid request')
  return { title: moneyText(estimateMicros, plan.currency), note }
}

export function timeLine(plan: Plan, sending?: Sending): { title: string; note: string } {
  if (plan.requests === 0) return { title: 'No time', note: 'nothing is sent' }
  if (sending && sending.withinMs !== null) {
    const { withinMs, live } = sending
    return {
      title: withinText(withinMs).replace(/^w/, 'W'),
      note: live > 0 ? `${live.toLocaleString('en-US')} of them now` : 'at the latest',
    }
  }
  return plan.durationMs === null
    ? { title: 'Time not known', note: 'not measured yet' }
    : { title: durationText(plan.durationMs), note: 'at today’s limits' }
}

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
