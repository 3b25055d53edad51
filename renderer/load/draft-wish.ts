import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { ColumnMapping, ColumnRole, Sheet } from '#shared/contract/sheets.ts'
import type { Axis, PromptSettings, Style } from '#shared/contract/templates.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { type Profile, profileName } from '#shared/generation-request.ts'

/** What a person has chosen on the load page; the engine's plan is made from it. */
export interface DraftWish {
  readonly mapping: ColumnMapping
  /** As it stands in the editor; it may have mistakes. */
  readonly template: string
  readonly profiles: readonly Profile[]
  readonly variants: number
  readonly baseSeed: number
  /** Pictures that go in with every prompt. */
  readonly references?: DraftSettings['references']
  readonly alwaysNew: boolean
  readonly pricePerImageMicros: number | null
  readonly negativeTemplate?: string | undefined
  readonly templateColumn?: string | undefined
  readonly styles?: readonly Style[] | undefined
  readonly axes?: readonly Axis[] | undefined
  readonly axisSample?: Sample | undefined
  readonly sample?: Sample | undefined
}

/** So many of them, chosen by chance from a seed. */
export interface Sample {
  readonly n: number
  readonly seed: number
}

/** The template that takes a prompt column as it stands. */
const plainTemplate = (column: string): string => `{{${column}}}`

export const profileOf = (provider: string, model: string): Profile => ({
  provider,
  model,
  width: null,
  height: null,
  quality: null,
  options: {},
})

/** The chosen default, else the first model that is ready and makes pictures from prompts. */
export function firstProfile(chosen: Profile | null, providers: readonly ProviderInfo[]): Profile {
  if (chosen && providers.some((provider) => provider.id === chosen.provider)) return chosen
  for (const provider of providers.toSorted((one, other) => Number(other.ready) - Number(one.ready))) {
    const model = provider.models.find((each) => each.operations.includes('generate'))
    if (model) return profileOf(provider.id, model.id)
  }
  return profileOf('sketch', 'sketch')
}

/** A model that is ready and none of those that failed; where there is no other, the usual one. */
export function anotherProfile(
  failed: readonly Pick<Profile, 'provider' | 'model'>[],
  providers: readonly ProviderInfo[],
): Profile {
  const failedNames = new Set(failed.map(profileName))
  for (const provider of providers.filter(({ ready }) => ready)) {
    const model = provider.models.find(
      ({ id, operations, retired }) =>
        operations.includes('generate') &&
        retired === undefined &&
        !failedNames.has(profileName({ provider: provider.id, model: id })),
    )
    if (model) return profileOf(provider.id, model.id)
  }
  return firstProfile(null, providers)
}

export const firstWish = (
  sheet: Sheet,
  settings: Pick<Settings, 'draftProfile' | 'variants'>,
  providers: readonly ProviderInfo[],
): DraftWish => ({
  mapping: sheet.mapping,
  template: sheet.template,
  profiles: [firstProfile(settings.draftProfile, providers)],
  variants: settings.variants,
  baseSeed: 0,
  alwaysNew: false,
  pricePerImageMicros: null,
})

/** The role of a column, `null` for one that is only kept. */
export const roleOf = (mapping: ColumnMapping, column: string): ColumnRole | null => {
  for (const [role, name] of entries(mapping)) if (name === column) return role
  return null
}

const entries = (mapping: ColumnMapping): [ColumnRole, string][] =>
  Object.entries(mapping).flatMap(([role, name]) => (name === undefined ? [] : [[role as ColumnRole, name]]))

/**
 * Gives a column another role. A role has one column, so the one that had it loses it; a template that was only the
 * former prompt column follows.
 */
export function withRole(wish: DraftWish, column: string, role: ColumnRole | null): DraftWish {
  const kept = entries(wish.mapping).filter(([each, name]) => name !== column && each !== role)
  const mapping: ColumnMapping = Object.fromEntries(role === null ? kept : [...kept, [role, column]])
  const before = wish.mapping.prompt
  const follows = before === undefined ? wish.template.trim() === '' : wish.template.trim() === plainTemplate(before)
  return {
    ...wish,
    mapping,
    template: follows && mapping.prompt !== undefined ? plainTemplate(mapping.prompt) : wish.template,
  }
}

/** What the engine is asked; a template that only repeats the prompt column is none, so that braces in cells stay text. */
export function draftSettingsOf(wish: DraftWish): DraftSettings {
  const { prompt } = wish.mapping
  const isPlain = prompt !== undefined && wish.template.trim() === plainTemplate(prompt)
  return {
    mapping: wish.mapping,
    template: isPlain ? null : wish.template,
    profiles: [...wish.profiles],
    variants: wish.variants,
    baseSeed: wish.baseSeed,
    ...promptParts(wish),
    ...(wish.references && wish.references.length > 0 ? { references: wish.references } : {}),
  }
}

/** What a person has filled in so far: an empty field asks for nothing, so that a batch without it stays the same. */
function promptParts(wish: DraftWish): Omit<PromptSettings, 'mapping' | 'template' | 'baseSeed'> {
  const { negativeTemplate = '', templateColumn, styles = [], sample, axisSample } = wish
  const axes = usedAxes(wish)
  return {
    ...(negativeTemplate.trim() !== '' && { negativeTemplate }),
    ...(templateColumn !== undefined && { templateColumn }),
    ...(styles.length > 0 && { styles: [...styles] }),
    ...(axes.length > 0 && { axes }),
    ...(axes.length > 0 && axisSample && { axisSample }),
    ...(sample && { sample }),
  }
}

/** Axes with a name and a value; one that is being typed in is none yet. */
const usedAxes = ({ axes = [] }: DraftWish): Axis[] =>
  axes
    .map((axis) => ({ ...axis, name: axis.name.trim(), values: axis.values.filter((value) => value.trim() !== '') }))
    .filter((axis) => axis.name !== '' && axis.values.length > 0)

/** What a template may name: the sheet's columns, and the axes. */
export const knownNames = (columns: readonly string[], wish: DraftWish): string[] => [
  ...columns,
  ...usedAxes(wish).map((axis) => axis.name),
]
