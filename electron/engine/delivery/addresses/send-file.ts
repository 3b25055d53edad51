import { type Fetch, isUnsent } from '#engine/network/network.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { type RetryPlan, withRetries } from '../retry.ts'
import { stoppedSentence } from '../write-files.ts'
import { publicPart } from './signed-address.ts'

export interface SendNeeds {
  readonly fetch: Fetch
  readonly retry: RetryPlan
  /** How long a server may take to answer, over what the body takes. */
  readonly replyWithinMs: number
  readonly signal: AbortSignal
}

/** Beside this, a byte may take so long: 16 kB in a second, over the slowest line that is of any use. */
const bytesPerMs = 16
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/**
 * Azure takes no blob without its kind, which is no part of a SAS signature (learn.microsoft.com/rest/api/storageservices/put-blob,
 * read 2026-12). Services that sign their headers would refuse one that they do not know, so only Azure gets it.
 */
const headersFor = ({ hostname }: URL): Readonly<Record<string, string>> =>
  hostname.endsWith('.blob.core.windows.net') ? { 'x-ms-blob-type': 'BlockBlob' } : {}

class Passing extends Error {}

/**
 * PUTs a whole file to an address. A PUT of the same bytes to the same address may be repeated (RFC 9110, 9.2.2), so it
 * is, where the server is busy or the answer was lost. Throws AppError `invalid-input` where this address refuses,
 * `storage` where the server cannot be reached, `canceled`; no sentence holds more of the address than origin and path.
 */
export async function sendFile(
  { fetch, retry, replyWithinMs, signal }: SendNeeds,
  url: URL,
  bytes: Uint8Array,
  contentType: string,
): Promise<void> {
  const where = publicPart(url)
  let wasLost = false
  const isPassing = (error: unknown): boolean =>
    error instanceof Passing || errorCodeOf(error) === 'provider-unavailable'
  try {
    await withRetries(retry, signal, isPassing, async () => {
      try {
        const { status } = await fetch(url.href, {
          method: 'PUT',
          headers: { 'content-type': contentType, ...headersFor(url) },
          body: bytes,
          signal,
          headersTimeoutMs: replyWithinMs + bytes.length / bytesPerMs,
          maxBytes: 1_000_000,
          repeatable: true,
        })
        if (status >= 200 && status < 300) return
        if (passing.has(status)) throw new Passing(`${where} is too busy now (status ${status})`)
        throw refusal(where, status, wasLost)
      } catch (error) {
        if (errorCodeOf(error) === 'provider-unavailable' && !isUnsent(error)) wasLost = true
        throw error
      }
    })
  } catch (error) {
    if (signal.aborted) throw new AppError('canceled', stoppedSentence)
    if (isPassing(error))
      throw new AppError(
        'storage',
        `${messageOf(error).replace(/\.$/, '')}. Deliver again once it answers: only what is missing is sent.`,
      )
    if (errorCodeOf(error) === 'bad-response')
      throw new AppError(
        'invalid-input',
        `${where} is not on the public internet, or answered what nobody could read, so it counts as not sent. If that server is yours, say so: name its origin beside the addresses.`,
      )
    throw error
  }
}

/** Statuses as the services that sign addresses use them; the cause is left out, as it may hold the whole address. */
function refusal(where: string, status: number, wasLost: boolean): AppError {
  const lost = wasLost ? ' An earlier answer was lost, so the file may be there all the same.' : ''
  const why =
    status === 401 || status === 403
      ? 'the address has expired, or is meant for another file, type or method. Get a new one, then deliver again'
      : status === 404 || status === 410
        ? 'there is no such place any more. Get a new address, then deliver again'
        : status === 412
          ? 'something stands there already, and the address writes only where nothing does. Move it away, then deliver again'
          : status === 413
            ? 'the file is too large for it. Deliver smaller pictures'
            : status >= 300 && status < 400
              ? 'it points elsewhere, which is not followed. Use the address that it points to'
              : 'check the address, then deliver again'
  return new AppError('invalid-input', `${where} did not take the file (status ${status}): ${why}.${lost}`)
}
