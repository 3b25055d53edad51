import type { Model, ModelOverride, UnitPrice } from '#shared/contract/providers.ts'
import { microsFrom } from '#shared/money.ts'
import { amountText } from '../ui/money-field.tsx'

export const tokenNames = [
  { name: 'textIn', label: 'Words that go in' },
  { name: 'pictureIn', label: 'Pictures that go in' },
  { name: 'textOut', label: 'Words that come out' },
  { name: 'pictureOut', label: 'Pictures that come out' },
] as const
type TokenName = (typeof tokenNames)[number]['name']

/** A model as it stands in the boxes of its dialog. */
export interface ModelDraft {
  readonly label: string
  readonly per: 'known' | UnitPrice['per']
  readonly amount: string
  readonly tokens: Readonly<Record<TokenName, string>>
  readonly operations: readonly Model['operations'][number][]
  /** The powers that can be given back: those it has now, and those that were taken away here. */
  readonly known: readonly Model['operations'][number][]
  readonly sizes: string
  readonly maxPromptLength: string
  readonly maxReferences: string
}

function sizesText(sizes: Model['sizes']): string {
  if (sizes.kind === 'any') return `${sizes.min} to ${sizes.max} in steps of ${sizes.multipleOf}`
  return sizes.list.map(({ width, height }) => `${width}x${height}`).join(', ')
}

/** `512x512, 1024x768` or `256 to 2048 in steps of 64`; `null` where it is neither. */
function sizesFrom(text: string): Model['sizes'] | null {
  const range = /^\s*(\d{1,5})\s*(?:to|-|–)\s*(\d{1,5})(?:\s*in steps of\s*(\d{1,4}))?\s*$/i.exec(text)
  if (range) {
    const [min, max, multipleOf] = [Number(range[1]), Number(range[2]), Number(range[3] ?? 1)]
    return min > 0 && multipleOf > 0 && min <= max ? { kind: 'any', multipleOf, min, max } : null
  }
  const list = text.split(',').map((part) => /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*$/i.exec(part))
  const sizes = list.map((match) => ({ width: Number(match?.[1]), height: Number(match?.[2]) }))
  return sizes.every(({ width, height }) => width > 0 && height > 0) ? { kind: 'list', list: sizes } : null
}

export function draftOf(model: Model): ModelDraft {
  const own = model.override?.price
  const unit = own ?? model.price.unit
  const tokens = unit?.per === 'token' ? unit : null
  return {
    label: model.label,
    per: own?.per ?? 'known',
    amount: unit && unit.per !== 'token' ? amountText(unit.micros) : '',
    tokens: {
      textIn: String(tokens?.textIn ?? ''),
      pictureIn: String(tokens?.pictureIn ?? ''),
      textOut: String(tokens?.textOut ?? ''),
      pictureOut: String(tokens?.pictureOut ?? ''),
    },
    operations: model.operations,
    known: model.override?.operations ? ['generate', 'edit', 'upscale', 'cutout'] : model.operations,
    sizes: sizesText(model.sizes),
    maxPromptLength: model.maxPromptLength === null ? '' : String(model.maxPromptLength),
    maxReferences: String(model.maxReferences ?? 0),
  }
}

/** What a dialog's boxes say beyond what is known, or what is wrong with them. What was changed before stays changed. */
export function overrideFrom(
  draft: ModelDraft,
  model: Model,
): { override: ModelOverride } | { errors: Readonly<Record<string, string>> } {
  const errors: Record<string, string> = {}
  const was = draftOf(model)
  const override: ModelOverride = { ...model.override }
  if (draft.label.trim() !== was.label && draft.label.trim() !== '') override.label = draft.label.trim()
  if (draft.operations.length === 0) errors.operations = 'A model does one thing at least.'
  else if (draft.operations.length !== was.operations.length) override.operations = [...draft.operations]
  if (draft.sizes.trim() !== was.sizes) {
    const sizes = sizesFrom(draft.sizes)
    if (sizes) override.sizes = sizes
    else errors.sizes = 'Sizes look like 512x512, 1024x768; or 256 to 2048 in steps of 64.'
  }
  if (draft.maxPromptLength.trim() !== was.maxPromptLength) {
    const length = countFrom(draft.maxPromptLength)
    if (draft.maxPromptLength.trim() === '') override.maxPromptLength = null
    else if (length === null || length === 0) errors.maxPromptLength = 'A whole number of characters.'
    else override.maxPromptLength = length
  }
  if (draft.maxReferences.trim() !== was.maxReferences) {
    const count = countFrom(draft.maxReferences)
    if (count === null || count > 64) errors.maxReferences = 'A whole number up to 64.'
    else override.maxReferences = count
  }
  const price = priceFrom(draft, errors)
  if (price) override.price = price
  else delete override.price
  return Object.keys(errors).length > 0 ? { errors } : { override }
}

const countFrom = (text: string): number | null => (/^\s*\d{1,7}\s*$/.test(text) ? Number(text) : null)

function priceFrom(draft: ModelDraft, errors: Record<string, string>): UnitPrice | null {
  if (draft.per === 'known') return null
  if (draft.per === 'token') {
    const figure = (name: TokenName): number => {
      const text = draft.tokens[name].trim()
      if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text)
      errors[name] = 'Dollars a million tokens, such as 5.'
      return 0
    }
    const [textIn, pictureIn, textOut, pictureOut] = tokenNames.map(({ name }) => figure(name))
    return {
      per: 'token',
      textIn: textIn ?? 0,
      pictureIn: pictureIn ?? 0,
      textOut: textOut ?? 0,
      pictureOut: pictureOut ?? 0,
    }
  }
  const micros = microsFrom(draft.amount)
  if (micros === null) errors.amount = 'An amount of US dollars, such as 0.04.'
  return { per: draft.per, micros: micros ?? 0 }
}
