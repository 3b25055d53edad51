/** A place in a text of a template: `{{prompt}}`. */
export const placeholder = /\{\{\s*([A-Za-z]*)\s*\}\}/g

/** The key under which `{{options}}` are spread into an object. */
export const spreadKey = '...'

/** What a template may ask of one request. Those for pictures give data URLs, or plain base64. */
export const placeholderNames = [
  'prompt',
  'negative',
  'width',
  'height',
  'size',
  'ratio',
  'seed',
  'quality',
  'model',
  'count',
  'format',
  'scale',
  'source',
  'sourceBase64',
  'references',
  'referencesBase64',
  'pictures',
  'picturesBase64',
  'id',
  'options',
] as const
export type PlaceholderName = (typeof placeholderNames)[number]

/** A text, with where it stands. */
export interface TemplateText {
  readonly path: readonly (string | number)[]
  readonly text: string
  /** It stands under the key that spreads. */
  readonly isSpread: boolean
}

const templateLimits = { bytes: 65_536, depth: 16, parts: 2_000 } as const
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/**
 * Every text of a template, or why it cannot be one: too deep, too large, keys that reach into prototypes, values that
 * JSON does not know. Reads without recursion, so that no depth can hurt.
 */
export function textsIn(template: unknown): { readonly texts: TemplateText[]; readonly problem: string | null } {
  const texts: TemplateText[] = []
  const left: { value: unknown; path: readonly (string | number)[] }[] = [{ value: template, path: [] }]
  let bytes = 0
  for (let parts = 0; left.length > 0; parts++) {
    const { value, path } = left.pop() ?? { value: null, path: [] }
    const key = path.at(-1)
    if (typeof key === 'string') bytes += key.length
    if (parts > templateLimits.parts) return { texts, problem: `it has more than ${templateLimits.parts} parts` }
    if (path.length > templateLimits.depth) return { texts, problem: `it is more than ${templateLimits.depth} deep` }
    if (typeof key === 'string' && forbiddenKeys.has(key)) return { texts, problem: `“${key}” cannot be a field` }
    if (typeof value === 'string') {
      bytes += value.length
      texts.push({ path, text: value, isSpread: key === spreadKey })
    } else if (isObject(value)) {
      // Keys that JSON.parse makes its own are read as they stand; an inherited one is not.
      for (const name of Object.keys(value)) {
        const step = Array.isArray(value) ? Number(name) : name
        left.push({ value: Object.getOwnPropertyDescriptor(value, name)?.value, path: [...path, step] })
      }
    } else if (value !== null && typeof value !== 'boolean' && !Number.isFinite(value)) {
      return { texts, problem: 'it is not JSON' }
    }
    if (bytes > templateLimits.bytes) return { texts, problem: `it is larger than ${templateLimits.bytes / 1024} KB` }
  }
  return { texts, problem: null }
}

/** The placeholders of a text, in their order. */
export const placeholdersIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, name = '']) => name)

/** Whether any text of the templates holds one of these placeholders. */
export const asksFor = (templates: readonly unknown[], ...names: readonly PlaceholderName[]): boolean =>
  templates.some((template) =>
    textsIn(template).texts.some(({ text }) => placeholdersIn(text).some((name) => names.some((one) => one === name))),
  )
