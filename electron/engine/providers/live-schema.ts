import { z } from 'zod'

/** One field of a model's input, as far as filling it needs to know. */
export interface LiveField {
  readonly types: ReadonlySet<string>
  /** The only values it takes; empty where any will do. */
  readonly values: readonly string[]
  readonly minimum: number | null
  readonly maximum: number | null
  readonly multipleOf: number | null
}

/** What a model takes, read from the JSON Schema that its service publishes. */
export interface LiveInput {
  readonly fields: ReadonlyMap<string, LiveField>
  readonly required: readonly string[]
}

const number = z.number().nullish().catch(null)
const schema = z.looseObject({
  $ref: z.string().optional().catch(undefined),
  type: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
  anyOf: z.array(z.unknown()).optional().catch(undefined),
  oneOf: z.array(z.unknown()).optional().catch(undefined),
  allOf: z.array(z.unknown()).optional().catch(undefined),
  minimum: number,
  maximum: number,
  multipleOf: number,
})
const input = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).default([]).catch([]),
})

/** Follows `#/a/b` inside the document it stands in; undefined where it leads nowhere. */
function follow(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined
  let at = root
  for (const part of reference.slice(2).split('/')) {
    const inside = z.record(z.string(), z.unknown()).safeParse(at)
    at = inside.success ? inside.data[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  }
  return at
}

/** All the forms a field may have, with references and alternatives followed (eight levels are plenty). */
function formsOf(root: unknown, value: unknown, depth = 0): z.infer<typeof schema>[] {
  const parsed = schema.safeParse(value)
  if (!parsed.success || depth > 8) return []
  const { $ref, anyOf = [], oneOf = [], allOf = [] } = parsed.data
  const inner = [...($ref ? [follow(root, $ref)] : []), ...anyOf, ...oneOf, ...allOf]
  return [parsed.data, ...inner.flatMap((one) => formsOf(root, one, depth + 1))]
}

function fieldOf(root: unknown, value: unknown): LiveField {
  const forms = formsOf(root, value)
  const types = new Set(forms.flatMap(({ type }) => (type === undefined ? [] : [type].flat())))
  const enums = forms.flatMap((form) => form.enum ?? [])
  const isOpen = types.has('object') || forms.some((form) => form.type === 'string' && !form.enum && forms.length > 1)
  const first = (of: 'minimum' | 'maximum' | 'multipleOf'): number | null =>
    forms.map((form) => form[of]).find((one) => typeof one === 'number') ?? null
  return {
    types,
    values: isOpen ? [] : enums.map(String),
    minimum: first('minimum'),
    maximum: first('maximum'),
    multipleOf: first('multipleOf'),
  }
}

/** Reads the input schema found at `value` inside the document `root`; null where there is none. */
export function readLiveInput(root: unknown, value: unknown): LiveInput | null {
  const reference = z.object({ $ref: z.string() }).safeParse(value)
  const parsed = input.safeParse(reference.success ? follow(root, reference.data.$ref) : value)
  if (!parsed.success) return null
  const fields = Object.entries(parsed.data.properties).map(([name, one]) => [name, fieldOf(root, one)] as const)
  return { fields: new Map(fields), required: parsed.data.required }
}
