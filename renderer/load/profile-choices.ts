import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import type { Profile } from '#shared/generation-request.ts'
import { profileName } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import type { Choice } from '../ui/select.tsx'

/** Stands for a model whose id is typed in. */
export const typedModel = '*'

/** `free`, `$0.04 each`, `no price`. */
export const priceText = (price: Model['price']): string =>
  price.perImageMicros === null
    ? 'no price'
    : price.perImageMicros === 0
      ? 'free'
      : `${moneyText(price.perImageMicros, price.currency)} each`

export const sizeText = (size: { width: number; height: number }): string => `${size.width} × ${size.height}`

export const modelOf = (providers: readonly ProviderInfo[], profile: Profile): Model | null =>
  providers
    .find((provider) => provider.id === profile.provider)
    ?.models.find((model) => model.id === profile.model && model.operations.includes('generate')) ?? null

/** The model first: where the box is narrow, the provider is what gives way. */
export const modelLabel = (provider: ProviderInfo, model: Model): string =>
  model.label === provider.label ? model.label : `${model.label}, ${provider.label}`

/** `retired, use gpt-image-2` */
export const retiredNote = ({ successor }: NonNullable<Model['retired']>): string =>
  successor ? `retired, use ${successor}` : 'retired'

/** What can make drafts, ready or not; `PROVIDER/*` where any model id may be typed. */
export function profileChoices(providers: readonly ProviderInfo[]): Choice<string>[] {
  return providers.flatMap((provider) => {
    const wait = provider.ready ? '' : provider.key === 'missing' ? ', needs a key' : ', not set up'
    const models = provider.models
      .filter((model) => model.operations.includes('generate') && model.retired === undefined)
      .map((model) => ({
        value: profileName({ provider: provider.id, model: model.id }),
        label: modelLabel(provider, model),
        note: model.retired
          ? retiredNote(model.retired)
          : `${model.isVector ? 'vector, ' : ''}${priceText(model.price)}${wait}`,
      }))
    if (!provider.anyModel) return models
    return [
      ...models,
      {
        value: profileName({ provider: provider.id, model: typedModel }),
        label: `${models.length > 0 ? 'Another' : 'A'} model, ${provider.label}`,
        note: `by its id${wait}`,
      },
    ]
  })
}

/** Sizes to choose from beside the model's own draft size. */
export function sizeChoices(model: Model): { width: number; height: number }[] {
  if (model.sizes.kind === 'list') return model.sizes.list
  const { multipleOf, min, max } = model.sizes
  const usual: readonly (readonly [number, number])[] = [
    [256, 256],
    [512, 512],
    [768, 768],
    [1024, 1024],
    [640, 512],
    [512, 640],
    [768, 432],
    [432, 768],
  ]
  return usual
    .filter(([width, height]) => [width, height].every((side) => side >= min && side <= max && side % multipleOf === 0))
    .map(([width, height]) => ({ width, height }))
}

/** Why requests cannot be made with a provider now, `null` where they can. */
export function notReadyText(provider: ProviderInfo): string | null {
  if (provider.ready) return null
  return provider.key === 'missing'
    ? `${provider.label} needs a key before it can make pictures.`
    : `${provider.label} needs its address before it can make pictures.`
}
