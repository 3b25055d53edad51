import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { moneyText } from '#shared/money.ts'
import type { Sending } from '../sending/sending.ts'
import { lessText, priceOf, withinText } from '../sending/sending-text.ts'
import { countText, durationText } from '../ui/time-text.ts'

const whole = (number: number): string => number.toLocaleString('en-US')

/** One figure of a plan with the line below it. */
export interface PlanFigure {
  readonly name: string
  readonly value: string
  readonly note: string
}

/** Why a run would bring no picture at all; null where it makes one or has it already. */
export function whyNothing({ tiles, blocked, problemGroups }: Plan): string | null {
  if (tiles === 0) return 'There is nothing to make yet.'
  if (tiles > blocked) return null
  const cause = problemGroups.find((group) => group.blocks)
  return cause ? `Nothing can be made: ${cause.message}.` : 'Nothing can be made.'
}

function promptsNote(plan: Plan, rows: number, profiles: number): string {
  const parts = [countText(rows, 'row')]
  const perRow = rows > 0 && plan.prompts % rows === 0 ? plan.prompts / rows : null
  if (perRow !== null && perRow > 1) parts.push(`× ${whole(perRow)} prompts`)
  const perPrompt = plan.prompts > 0 ? plan.tiles / plan.prompts / profiles : 1
  if (Number.isInteger(perPrompt) && perPrompt > 1) parts.push(`× ${whole(perPrompt)} variants`)
  if (profiles > 1) parts.push(`× ${whole(profiles)} models`)
  return parts.join(' ')
}

function makeNote(plan: Plan): string {
  const parts = [
    plan.duplicates > 0 ? countText(plan.duplicates, 'duplicate') : null,
    plan.cached > 0 ? `${whole(plan.cached)} cached` : null,
    plan.blocked > 0 ? `${whole(plan.blocked)} not possible` : null,
  ].filter((part) => part !== null)
  return parts.length > 0 ? parts.join(', ') : plan.tiles === 0 ? 'nothing yet' : 'every draft is new'
}

const nameOf = (id: string, providers: readonly ProviderInfo[]): string =>
  providers.find((provider) => provider.id === id)?.label ?? id

function timeNote(plan: Plan, providers: readonly ProviderInfo[]): string {
  const slowest = plan.lanes.toSorted((one, other) => (other.durationMs ?? 0) - (one.durationMs ?? 0))[0]
  if (!slowest || plan.requests === 0) return 'nothing is sent'
  const label = nameOf(slowest.provider, providers)
  const unmeasured = plan.lanes.find((lane) => lane.durationMs === null)
  if (plan.durationMs === null || unmeasured || slowest.durationMs === null)
    return `${nameOf(unmeasured?.provider ?? slowest.provider, providers)} is not measured yet`
  const perMinute = slowest.durationMs > 0 ? (slowest.requests / slowest.durationMs) * 60_000 : 0
  return perMinute >= 1 ? `${label}, ${whole(Math.round(perMinute))} a minute` : `at ${label}’s pace so far`
}

/** What a run would make, cost and take by the way that is chosen, for people. */
export function planFigures(
  plan: Plan,
  sending: Sending,
  of: { rows: number; profiles: number; providers: readonly ProviderInfo[] },
): { prompts: PlanFigure; make: PlanFigure; price: PlanFigure; time: PlanFigure } {
  return {
    prompts: { name: 'Prompts', value: whole(plan.prompts), note: promptsNote(plan, of.rows, of.profiles) },
    make: { name: 'To make', value: whole(plan.requests), note: makeNote(plan) },
    price: { name: 'Price', ...priceFigure(plan, sending) },
    time: { name: 'Time', ...timeFigure(plan, sending, of.providers) },
  }
}

/** The estimate, and what the chosen way or drafts first save; where a model has no price, what the others cost. */
function priceFigure(plan: Plan, { estimateMicros, inBatches }: Sending): Omit<PlanFigure, 'name'> {
  const { parts, requests, allFinalMicros, currency } = plan
  if (estimateMicros === null) {
    const known = parts.reduce((sum, part) => sum + (part.estimateMicros ?? 0), 0)
    const without = parts.filter((part) => part.estimateMicros === null).map((part) => part.model)
    return known === 0
      ? { value: 'Not known', note: 'say below what a picture costs' }
      : { value: `${moneyText(known, currency)} +`, note: `without ${without.join(', ')}: say its price below` }
  }
  const value = estimateMicros === 0 ? 'Free' : moneyText(estimateMicros, currency)
  const less = lessText(estimateMicros, plan.estimateMicros)
  if (inBatches > 0 && less !== '') return { value, note: `${less} than ${priceOf(plan.estimateMicros, currency)} now` }
  if (allFinalMicros !== null && allFinalMicros > estimateMicros)
    return { value, note: `saves ${moneyText(allFinalMicros - estimateMicros, currency)} against all at final quality` }
  return {
    value,
    note: estimateMicros === 0 && requests > 0 ? 'no paid requests' : requests > 0 ? 'estimate' : 'nothing is sent',
  }
}

function timeFigure(
  plan: Plan,
  { withinMs, live }: Sending,
  providers: readonly ProviderInfo[],
): Omit<PlanFigure, 'name'> {
  const now = plan.durationMs === null ? 'Not known' : durationText(plan.durationMs)
  if (withinMs === null) return { value: plan.requests === 0 ? 'None' : now, note: timeNote(plan, providers) }
  // `Within a day`, as a card's own words begin.
  const value = withinText(withinMs).replace(/^w/, 'W')
  if (live > 0) return { value, note: `${whole(live)} of ${whole(plan.requests)} go now` }
  return { value, note: plan.durationMs === null ? 'pictures come when all is made' : `or ${now}, now` }
}
