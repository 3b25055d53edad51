import type { CustomService } from '#shared/contract/service-fields.ts'

/** A step into a description: a field, or a place in a list. */
export type Path = readonly (string | number)[]
type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text as JSON, whether it describes a service or not yet; `null` where it is no JSON object. */
export function jsonOf(text: string): Fields | null {
  try {
    const json: unknown = JSON.parse(text)
    return isFields(json) ? json : null
  } catch {
    return null // The text box says what is wrong with it.
  }
}

export function valueAt(json: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return json
  if (typeof step === 'number') return Array.isArray(json) ? valueAt(json[step], rest) : undefined
  return isFields(json) && Object.hasOwn(json, step) ? valueAt(json[step], rest) : undefined
}

/** The same JSON with another value in one place; `undefined` takes the field away. What is not there yet is made. */
export function withValue(json: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(json) ? json : []
    return list.length > step
      ? list.with(step, withValue(list[step], rest, value))
      : [...list, withValue({}, rest, value)]
  }
  const fields = isFields(json) ? json : {}
  const next = withValue(fields[step], rest, value)
  const { [step]: _old, ...others } = fields
  if (next === undefined) return others
  // At its place, so that the text does not jump about.
  return step in fields
    ? Object.fromEntries(Object.entries(fields).map(([name, part]) => [name, name === step ? next : part]))
    : { ...fields, [step]: next }
}

export const textOf = (json: unknown): string => JSON.stringify(json, null, 2)

/** `My Service 2!` -> `my-service-2` */
export const nameFrom = (label: string): string =>
  label
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)

/** Another way to send: all of the example, but who and where it is, its key, and what its first model is called and costs. */
export function inOtherMode(json: unknown, example: unknown): unknown {
  const kept: readonly Path[] = [
    ['name'],
    ['label'],
    ['baseUrl'],
    ['auth'],
    ['limits'],
    ['models', 0, 'id'],
    ['models', 0, 'price'],
  ]
  return kept.reduce((made, path) => {
    const value = valueAt(json, path)
    return value === undefined ? made : withValue(made, path, value)
  }, example)
}

/** Every place that the key is sent to: the service's own origin, and those that its jobs may name. */
export function keyPlaces({ auth, baseUrl, poll }: CustomService): readonly string[] {
  if (!auth) return []
  const own = URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl
  return [...new Set([own, ...(poll?.origins ?? [])])]
}
