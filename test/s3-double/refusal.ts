/** What S3 answers where it refuses: a status and a code in XML. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly more: Readonly<Record<string, string>>

  constructor(status: number, code: string, message = code, more: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.more = more
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const xmlText = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '')

/** `{Name: 'x', Parts: ['<a/>']}` as elements; strings are escaped, arrays are elements already. */
export function xmlOf(
  root: string,
  fields: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): string {
  const inner = Object.entries(fields).map(([name, value]) =>
    Array.isArray(value) ? value.join('') : `<${name}>${xmlText(String(value))}</${name}>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner.join('')}</${root}>`
}
