import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { moneyText } from '#shared/money.ts'
import { durationText } from '../ui/time-text.ts'

/** A model's share of the plan, as it is written; an empty text where there is none. */
export interface PlanModelLine {
  readonly key: string
  readonly model: string
  /** Null where the model's name says it. */
  readonly provider: string | null
  readonly requests: string
  readonly cached: string
  readonly duplicates: string
  readonly blocked: string
  readonly price: string
  readonly time: string
}

const whole = (count: number): string => count.toLocaleString('en-US')
const some = (count: number | undefined): string => (count ? whole(count) : '')

const priceOf = (micros: number | null, requests: number, currency: string): string => {
  if (requests === 0) return ''
  if (micros === null) return 'not known'
  return micros === 0 ? 'free' : moneyText(micros, currency)
}

/** The largest share first. A provider's models share its time: it stands beside the first of them. */
export function planModelLines(plan: Plan, providers: readonly ProviderInfo[]): PlanModelLine[] {
  const told = new Set<string>()
  return plan.parts
    .toSorted((one, other) => one.provider.localeCompare(other.provider) || other.requests - one.requests)
    .map((part) => {
      const provider = providers.find(({ id }) => id === part.provider)
      const label = provider?.models.find(({ id }) => id === part.model)?.label ?? part.model
      const isFirst = !told.has(part.provider) && part.requests > 0
      if (isFirst) told.add(part.provider)
      return {
        key: `${part.provider}/${part.model}`,
        model: label,
        provider: provider && provider.label !== label ? provider.label : null,
        requests: whole(part.requests),
        cached: some(part.cached),
        duplicates: some(part.duplicates),
        blocked: some(part.blocked),
        price: priceOf(part.estimateMicros, part.requests, plan.currency),
        time: isFirst ? laneTime(plan, part.provider, provider?.label ?? part.provider) : '',
      }
    })
}

function laneTime({ lanes, parts }: Plan, provider: string, label: string): string {
  const lane = lanes.find((each) => each.provider === provider)
  if (!lane) return ''
  const shared = parts.filter((part) => part.provider === provider && part.requests > 0).length > 1
  const time = lane.durationMs === null ? 'not known' : durationText(lane.durationMs)
  return shared ? `${time}, all of ${label}` : time
}

/** What all models make together; a price that leaves one out says so. */
export function planTotals(plan: Plan): Omit<PlanModelLine, 'key' | 'model' | 'provider'> {
  const known = plan.parts.reduce((sum, part) => sum + (part.estimateMicros ?? 0), 0)
  return {
    requests: whole(plan.requests),
    cached: some(plan.cached),
    duplicates: some(plan.duplicates),
    blocked: some(plan.blocked),
    price:
      plan.estimateMicros === null && known > 0
        ? `${moneyText(known, plan.currency)} +`
        : priceOf(plan.estimateMicros, plan.requests, plan.currency),
    time: plan.requests === 0 || plan.durationMs === null ? '' : durationText(plan.durationMs),
  }
}
