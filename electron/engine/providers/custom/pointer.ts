/** More than any answer of a batch holds; a hostile one is cut there. */
const most = 1_000

/**
 * What an answer holds where a pointer points (RFC 6901; `*` stands for every element or field): all of them, in the
 * answer's order. Only an answer's own fields are seen, and nothing is ever evaluated: that is why this is no JSONPath,
 * whose libraries evaluate expressions (jsonpath-plus: CVE-2024-21534, CVE-2025-1302).
 */
export function allAt(answer: unknown, pointer: string): unknown[] {
  let found: unknown[] = [answer]
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    found = found.flatMap((value) => (step === '*' ? childrenOf(value) : childOf(value, name))).slice(0, most)
  }
  return found.filter((value) => value !== undefined && value !== null)
}

/** The first text, number or boolean there, as text; null where there is none. */
export function textAt(answer: unknown, pointer: string | undefined): string | null {
  if (pointer === undefined) return null
  const value = allAt(answer, pointer).find((one) => ['string', 'number', 'boolean'].includes(typeof one))
  return value === undefined ? null : String(value)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const childrenOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []

function childOf(value: unknown, name: string): unknown[] {
  if (!isObject(value) || (Array.isArray(value) && !/^(0|[1-9]\d{0,5})$/.test(name))) return []
  return Object.hasOwn(value, name) ? [Object.getOwnPropertyDescriptor(value, name)?.value] : []
}
