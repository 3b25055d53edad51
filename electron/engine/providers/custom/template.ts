import { placeholder, placeholdersIn, spreadKey } from '#shared/custom-template.ts'
import { unsupported } from '../refuse-unsupported.ts'

/** What the placeholders stand for; null or absent: not asked for. */
export type TemplateValues = Readonly<Record<string, unknown>>

const leftOut = Symbol('left out')
type Filled = unknown | typeof leftOut

/**
 * A template with its values in place. The template is JSON already and values go into it as values, so that no text can
 * break out of its place. A text that is one placeholder becomes its value, and its field is left out where there is
 * none; inside a longer text a missing one is nothing.
 */
export function fill(template: unknown, values: TemplateValues): unknown {
  const filled = fillOne(template, values)
  return filled === leftOut ? null : filled
}

function fillOne(template: unknown, values: TemplateValues): Filled {
  if (typeof template === 'string') return fillText(template, values)
  if (Array.isArray(template)) return template.map((part) => fillOne(part, values)).filter((part) => part !== leftOut)
  if (typeof template !== 'object' || template === null) return template
  const own = Object.entries(template).filter(([name]) => name !== spreadKey)
  const fields = own.map(([name, part]) => [name, fillOne(part, values)] as const)
  const more = spreadKey in template ? optionsBeside(own, values.options) : []
  return Object.fromEntries([...fields.filter(([, part]) => part !== leftOut), ...more])
}

function fillText(text: string, values: TemplateValues): Filled {
  const [only] = placeholdersIn(text)
  if (only !== undefined && text.replace(placeholder, '') === '' && placeholdersIn(text).length === 1)
    return valueFor(values, only) ?? leftOut
  return text.replace(placeholder, (_, name: string) => String(valueFor(values, name) ?? ''))
}

const valueFor = (values: TemplateValues, name: string): unknown =>
  Object.hasOwn(values, name) ? values[name] : undefined

/** The options in one order always. One that names a field of the template would change what was asked for. */
function optionsBeside(own: readonly (readonly [string, unknown])[], options: unknown): [string, unknown][] {
  if (typeof options !== 'object' || options === null) return []
  const taken = new Set(own.map(([name]) => name))
  return Object.entries(options)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => {
      if (taken.has(name)) throw unsupported(`“${name}” is not an option: it has its own place in the request.`)
      return [name, value]
    })
}

/** An id as one part of a path; a model's own slashes stay. Throws `unsupported` for what would lead elsewhere. */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(placeholder, (_, name: string) => {
    const steps = (values[name] ?? '').split('/')
    if (steps.some((step) => step === '' || step === '.' || step === '..'))
      throw unsupported(`“${values[name] ?? ''}” cannot stand in an address.`)
    return steps.map(encodeURIComponent).join('/')
  })
}
