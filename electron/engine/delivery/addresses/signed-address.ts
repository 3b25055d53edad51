import { hash } from 'node:crypto'

/**
 * Parameters in which two addresses of one object differ when it is signed anew: S3's, Google's, Azure's, CloudFront's (their
 * pages, read 2026-11).
 */
const signing =
  /^(x-(amz|goog|ms|oss)-.*|signature|sig|expires|expiry|policy|awsaccesskeyid|googleaccessid|ossaccesskeyid|key-pair-id|s[evtp]|sr|spr|sip|sk(oid|tid|t|e|s|v)|token|access_token|upload_token)$/i

/** What may be a secret by its name, whoever made it. */
const secret = /key|token|secret|pass|auth|cred|sign/i

const isAddress = (text: string): boolean => /^\s*https?:\/\//i.test(text)

/** Origin and path: all of an address that is ever shown or written down. */
export const publicPart = ({ origin, pathname }: URL): string => `${origin}${pathname}`

/** A sheet's cell as it may stand in a manifest or a name: an address that carries a secret is cut to its origin and path. */
export function withoutSecrets(cell: string): string {
  if (!isAddress(cell) || !URL.canParse(cell.trim())) return cell
  const url = new URL(cell.trim())
  const isSigned = url.username !== '' || url.password !== '' || [...url.searchParams.keys()].some(isSecret)
  return isSigned ? publicPart(url) : cell
}

const isSigning = (name: string): boolean => signing.test(name)
const isSecret = (name: string): boolean => isSigning(name) || secret.test(name)

/**
 * What an address stands for, whenever it was signed: origin, path, and a hash of those parameters that say which object it
 * is.
 */
export function placeOf(url: URL): string {
  const named = [...url.searchParams]
    .filter(([name]) => !isSigning(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  if (named.length === 0) return publicPart(url)
  return `${publicPart(url)}?${hash('sha256', new URLSearchParams(named).toString())}`
}

/** An http or https address without a user in it; null for any other text. */
export function addressOf(text: string): URL | null {
  if (!isAddress(text) || !URL.canParse(text.trim())) return null
  const url = new URL(text.trim())
  url.hash = ''
  return url.username === '' && url.password === '' ? url : null
}

const placeholder = /\{([^{}]*)\}/g
const folded = (name: string): string => name.trim().toLowerCase()

/**
 * The address of a file: a template like `{upload url}` or `https://host/{id}/{file}?token=…`. What the address begins with
 * is taken as it stands, every other value is made safe for an address; `{path}` keeps its slashes.
 */
export function expandAddress(template: string, values: Readonly<Record<string, string | number | null>>): string {
  const byName = new Map(Object.entries(values).map(([name, value]) => [folded(name), `${value ?? ''}`.trim()]))
  return template.trim().replace(placeholder, (whole, name: string, at: number) => {
    const value = byName.get(folded(name))
    if (value === undefined) return whole
    if (at === 0) return value
    const steps = folded(name) === 'path' ? value.split('/') : [value]
    return steps.map(encodeURIComponent).join('/')
  })
}

/** The origin that a person typed herself as the beginning of a template; null where a column gives it. */
export function typedOrigin(template: string): string | null {
  const [, origin] = /^\s*(https?:\/\/[^/?#{}\s]+)(?:[/?#]|$)/i.exec(template) ?? []
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).origin : null
}
