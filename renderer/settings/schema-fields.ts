import type { ProviderInfo } from '#shared/contract/providers.ts'

type Json = ProviderInfo['settings'][string]

/** A field of a provider's settings form, as its JSON Schema tells it. */
export interface SchemaField {
  readonly name: string
  readonly label: string
  readonly hint: string | null
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'json'
  /** An empty box means `null`. */
  readonly isNullable: boolean
  readonly options: readonly string[]
  readonly min: number | null
  readonly max: number | null
}

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields of a JSON Schema's properties, in its order. What is neither text, number, choice nor yes-or-no is JSON. */
export function fieldsOf(schema: Readonly<Record<string, Json>>): SchemaField[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, property]) => (isObject(property) ? [fieldOf(name, property)] : []))
}

function fieldOf(name: string, property: Record<string, Json>): SchemaField {
  const { schema, isNullable } = withoutNull(property)
  const options = Array.isArray(schema.enum) ? schema.enum.filter((option) => typeof option === 'string') : []
  const hint = property.description ?? schema.description
  const title = property.title ?? schema.title
  return {
    name,
    label: typeof title === 'string' ? title : labelOf(name),
    hint: typeof hint === 'string' ? hint : null,
    kind: options.length > 0 ? 'choice' : kindOf(schema.type),
    isNullable,
    options,
    min: lowestOf(schema),
    max: numberOr(schema.maximum),
  }
}

/** `{ anyOf: [X, { type: 'null' }] }` and `{ type: [X, 'null'] }` are X, or nothing. */
function withoutNull(property: Record<string, Json>): { schema: Record<string, Json>; isNullable: boolean } {
  const choices = Array.isArray(property.anyOf) ? property.anyOf.filter(isObject) : []
  const given = choices.filter((choice) => choice.type !== 'null')
  if (choices.length > given.length && given.length === 1 && given[0]) return { schema: given[0], isNullable: true }
  if (Array.isArray(property.type) && property.type.includes('null')) {
    const type = property.type.find((each) => each !== 'null') ?? 'string'
    return { schema: { ...property, type }, isNullable: true }
  }
  return { schema: property, isNullable: false }
}

const kindOf = (type: Json | undefined): SchemaField['kind'] => {
  switch (type) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
    case 'boolean':
      return type
    default:
      return 'json'
  }
}

const numberOr = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)

/** zod writes `positive` as an exclusive minimum; for whole numbers that is one more. */
function lowestOf(schema: Record<string, Json>): number | null {
  const exclusive = numberOr(schema.exclusiveMinimum)
  if (exclusive === null) return numberOr(schema.minimum)
  return schema.type === 'integer' ? exclusive + 1 : exclusive
}

const wholeWords: Readonly<Record<string, string>> = { url: 'URL', usd: 'US dollars' }
const units = ['usd', 'seconds', 'minutes', 'ms']

/** `requestsPerMinute` -> `Requests per minute`, `timeoutSeconds` -> `Timeout in seconds`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_-]+/)
  const last = words.at(-1) ?? ''
  if (words.length > 1 && units.includes(last)) words.splice(-1, 1, 'in', last)
  const text = words.map((word) => wholeWords[word] ?? word).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A stored value as it stands in its box. */
export function textOf(field: SchemaField, value: Json | undefined): string {
  if (value === null || value === undefined) return ''
  if (field.kind === 'json') return JSON.stringify(value, null, 2)
  return typeof value === 'string' ? value : String(value)
}

/** What a box means, or what is wrong with it. */
export function valueIn(field: SchemaField, text: string): { value: Json } | { error: string } {
  const trimmed = text.trim()
  if (field.kind === 'text' || field.kind === 'choice')
    return { value: trimmed === '' && field.isNullable ? null : trimmed }
  if (field.kind === 'boolean') return { value: trimmed === 'true' }
  if (trimmed === '') return field.isNullable ? { value: null } : { error: 'This cannot be empty.' }
  return field.kind === 'json' ? jsonOf(trimmed) : numberIn(field, trimmed)
}

function jsonOf(text: string): { value: Json } | { error: string } {
  try {
    const value: Json = JSON.parse(text)
    return { value }
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function numberIn(field: SchemaField, text: string): { value: Json } | { error: string } {
  const number = Number(text)
  const isWhole = field.kind === 'integer'
  if (!Number.isFinite(number) || (isWhole && !Number.isInteger(number)))
    return { error: isWhole ? 'A whole number.' : 'A number, such as 0.04.' }
  if (field.min !== null && number < field.min) return { error: `At least ${field.min}.` }
  // zod writes the largest safe integer where there is no limit.
  if (field.max !== null && number > field.max) return { error: `At most ${field.max.toLocaleString('en-US')}.` }
  return { value: number }
}
