import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** 256 random bits; nobody guesses one, so nothing here counts attempts. */
const newSecret = () => randomBytes(32).toString('base64url')
const digest = (secret: string) => createHash('sha256').update(secret).digest()

/** Digests of equal length, each compared in constant time, all of them whatever the first says. */
const holds = (digests: Iterable<Buffer>, secret: string) => {
  const wanted = digest(secret)
  let found = false
  for (const one of digests) found = timingSafeEqual(one, wanted) || found
  return found
}

export interface Sessions {
  /** For clients of the REST interface: `Authorization: Bearer TOKEN`. It lasts as long as the host. */
  readonly bearerToken: string
  /** A token that opens one browser session, once. */
  readonly newToken: () => string
  /** Whether a token is out that nobody has used yet. */
  readonly hasUnusedToken: () => boolean
  /** Takes a token and gives the session's secret for the cookie; null where the token is unknown or used. */
  readonly redeem: (token: string) => string | null
  /** Whether a request comes from a session of ours, by cookie or by bearer token. */
  readonly isKnown: (headers: IncomingHttpHeaders) => boolean
}

/** Sessions of one run of the host, in memory only: the next run knows none of them. Cookies are named with the port,
 * because a browser shares them among all ports of a host. */
export function createSessions(cookieName: string): Sessions {
  const bearerToken = newSecret()
  const bearers = [digest(bearerToken)]
  const cookies: Buffer[] = []
  let tokens: Buffer[] = []
  return {
    bearerToken,
    newToken: () => {
      const token = newSecret()
      // A few at a time: the newest addresses that were printed.
      tokens = [...tokens.slice(-7), digest(token)]
      return token
    },
    hasUnusedToken: () => tokens.length > 0,
    redeem: (token) => {
      if (!holds(tokens, token)) return null
      const used = digest(token)
      tokens = tokens.filter((one) => !timingSafeEqual(one, used))
      const secret = newSecret()
      cookies.push(digest(secret))
      return secret
    },
    isKnown: (headers) => {
      const bearer = /^Bearer ([\w-]{1,100})$/.exec(headers.authorization ?? '')?.[1]
      if (bearer !== undefined) return holds(bearers, bearer)
      return cookieValues(headers.cookie ?? '', cookieName).some((value) => holds(cookies, value))
    },
  }
}

function cookieValues(header: string, name: string): string[] {
  const pairs = header.split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
}
