import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { moneyText } from '#shared/money.ts'
import { countText } from '../ui/time-text.ts'

export interface ProviderGroup {
  readonly title: string
  readonly hint: string
  readonly members: readonly ProviderInfo[]
}

const hasWords = (provider: ProviderInfo, search: string): boolean => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const texts = [provider.label, provider.id, ...provider.models.flatMap(({ id, label }) => [id, label])]
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word)))
}

/** Providers that match a search, by what they need. Groups without a member are left out. */
export function groupsOf(providers: readonly ProviderInfo[], search: string): ProviderGroup[] {
  const found = providers.filter((provider) => hasWords(provider, search))
  const hosted = found.filter(({ isLocal }) => !isLocal)
  const groups: ProviderGroup[] = [
    { title: 'Ready', hint: 'Requests can be made now.', members: hosted.filter(({ ready }) => ready) },
    {
      title: 'Needs a key',
      hint: 'Paste a key, and it is ready within a minute.',
      members: hosted.filter(({ ready }) => !ready),
    },
    {
      title: 'On your own machine',
      hint: 'No account, nothing to pay.',
      members: found.filter(({ isLocal }) => isLocal),
    },
  ]
  return groups.filter(({ members }) => members.length > 0)
}

/** What a picture costs at least and at most, over all models that have a price: `$0.003 to $0.25 a picture`. */
export function pricesText({ models, isLocal }: ProviderInfo): string | null {
  const prices = models
    .filter(({ retired, operations }) => !retired && operations.includes('generate'))
    .flatMap(({ price }) => (price.perImageMicros === null ? [] : [price.perImageMicros]))
  if (prices.length === 0) return isLocal ? 'free' : null
  const [least, most] = [Math.min(...prices), Math.max(...prices)]
  if (most === 0) return 'free'
  return least === most ? `${moneyText(least)} a final` : `${moneyText(least)} to ${moneyText(most)} a final`
}

export const modelsText = ({ models, anyModel }: ProviderInfo): string =>
  models.length === 0 ? (anyModel ? 'any model by its id' : 'no models') : countText(models.length, 'model')

/** Why a model should not be chosen any more, `null` where it may: `Retired on 2026-10-29. Use gpt-image-2.` */
export function retiredText({ retired }: Pick<Model, 'retired'>): string | null {
  if (!retired) return null
  return `Retired on ${retired.on}.${retired.successor ? ` Use ${retired.successor}.` : ' Choose another model.'}`
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
export const dayText = (timeMs: number): string => day.format(timeMs)
