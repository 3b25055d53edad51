import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '#engine/network/network.ts'
import { keptKeys } from '#engine/providers/hook-keys.ts'
import type { GenuineHook, HookDelivery, ProviderIo } from '#engine/providers/provider.ts'
import { isTimely } from '#engine/providers/standard-webhook.ts'
import { AppError } from '#shared/errors.ts'

const keySet = z.object({
  keys: z.array(z.object({ kty: z.string(), crv: z.string().catch(''), x: z.string().catch('') })).max(50),
})
const said = z.object({ request_id: z.string().min(1), gateway_request_id: z.string().nullish().catch(null) })

/**
 * Reads fal's webhooks: Ed25519 over request id, user id, timestamp and the SHA-256 of the body, a line each, by any key of
 * its published set (fal's documentation, 2026-11). The key of the account is not sent along for that set.
 */
export function openHooks(io: Pick<ProviderIo, 'fetch'>, keysUrl: URL) {
  const anyKey = keptKeys(async (): Promise<readonly KeyObject[]> => {
    const reply = await io.fetch(keysUrl.href, { repeatable: true, headersTimeoutMs: 10_000, maxBytes: 100_000 })
    const parsed = keySet.safeParse(parseJson(reply.bytes))
    if (reply.status !== 200 || !parsed.success)
      throw new AppError(
        'provider-unavailable',
        `${keysUrl.origin} did not give the keys that fal’s webhooks are signed with.`,
      )
    return parsed.data.keys
      .filter(({ kty, crv }) => kty === 'OKP' && crv === 'Ed25519')
      .map((key) => createPublicKey({ key, format: 'jwk' }))
  })

  /** Null for one that is not fal’s, or too old. Rejects where the keys cannot be had now. */
  return async ({ headers, body, receivedMs }: HookDelivery): Promise<GenuineHook | null> => {
    const {
      'x-fal-webhook-request-id': requestId = '',
      'x-fal-webhook-user-id': userId = '',
      'x-fal-webhook-timestamp': seconds = '',
      'x-fal-webhook-signature': hex = '',
    } = headers
    if (requestId === '' || !isTimely(seconds, receivedMs) || !/^[0-9a-f]{128}$/i.test(hex)) return null
    const message = [requestId, userId, seconds, createHash('sha256').update(body).digest('hex')].join('\n')
    const signature = Buffer.from(hex, 'hex')
    const fits = (keys: readonly KeyObject[]) => keys.some((key) => verify(null, Buffer.from(message), key, signature))
    if (!(await anyKey(receivedMs, fits))) return null
    const parsed = said.safeParse(parseJson(body))
    if (!parsed.success) return { deliveryId: message, remoteIds: [] }
    return { deliveryId: message, remoteIds: [parsed.data.request_id, parsed.data.gateway_request_id ?? []].flat() }
  }
}
