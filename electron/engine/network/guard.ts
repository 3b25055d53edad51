import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { AppError } from '#shared/errors.ts'
import { bareHost, isPublicAddress } from './addresses.ts'

/** Resolves a name to every address it has, as `dns.lookup` with `all: true` does. */
export type Lookup = (
  hostname: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void

export const resolveName: Lookup = (hostname, answer) => systemLookup(hostname, { all: true }, answer)

/** What the lookup of a guarded connection fails with: every address of the name is private. */
export const privateAddressCode = 'EPRIVATEADDRESS'

/** Parses an address that a provider gave. Throws `bad-response` for anything but plain http and https. */
export function parseAddress(text: string, from: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url
  throw new AppError('bad-response', `${from} gave an address that is not http or https, so it was not opened.`)
}

/**
 * Refuses a literal private address: the lookup hook is never called for those (undici, tried 2026-11).
 * Names are checked when they are looked up, by `guardedLookup`.
 */
export function refuseLiteral(url: URL, from: string): void {
  const host = bareHost(url)
  if (isIP(host) === 0 || isPublicAddress(host)) return
  throw privateAddressError(url, from)
}

export const privateAddressError = (url: URL, from: string): AppError =>
  new AppError(
    'bad-response',
    `${from} pointed to ${url.host}, which is not on the public internet, so it was not opened. ` +
      'If that server is yours, enter it as the provider’s base URL.',
    { billed: null },
  )

/** A connect lookup that gives public addresses only; a name without any fails with `privateAddressCode`. */
export function guardedLookup(resolve: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, found) => {
      if (error) return callback(error, '')
      const addresses = found.filter(({ address }) => isPublicAddress(address))
      const first = addresses[0]
      if (!first) {
        const refusal = Object.assign(new Error(`${hostname} has no public address`), { code: privateAddressCode })
        return callback(refusal, '')
      }
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
}

/** The same without the guard, for origins that a person typed. */
export function openLookup(resolve: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, found) => {
      const first = found?.[0]
      if (error || !first) return callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
      if (options.all) return callback(null, found)
      callback(null, first.address, first.family)
    })
  }
}

/**
 * Whether a URL belongs to one of these origins. `https://*.example.com` stands for every host under it, `https://*` for
 * every one; only an exact origin is exempt from the guard, because only such a one was typed by a person.
 */
export function matchOrigin(url: URL, origins: readonly string[]): 'exact' | 'pattern' | null {
  if (origins.some((origin) => URL.canParse(origin) && new URL(origin).origin === url.origin)) return 'exact'
  const isUnder = (origin: string): boolean => {
    if (origin === 'https://*') return url.protocol === 'https:'
    const match = /^(https?:)\/\/\*(\.[a-z0-9.-]+)$/i.exec(origin)
    return match?.[1] === url.protocol && url.port === '' && url.hostname.endsWith(match[2] ?? '/')
  }
  return origins.some(isUnder) ? 'pattern' : null
}
