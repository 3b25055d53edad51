import { z } from 'zod'
import { parseJson } from '#engine/network/network.ts'
import { keptKeys } from '#engine/providers/hook-keys.ts'
import type { HttpSession } from '#engine/providers/http-session.ts'
import type { GenuineHook, HookDelivery } from '#engine/providers/provider.ts'
import { deliveryIdOf, isSignedWith } from '#engine/providers/standard-webhook.ts'

const secretReply = z.object({ key: z.string().regex(/^whsec_[A-Za-z0-9+/=_-]+$/) })
const said = z.object({ id: z.string().min(1) })

/** Reads Replicate's webhooks: Standard Webhooks, with the account's secret from its API (document of 2026-04). */
export function openHooks(http: HttpSession, secretUrl: () => string) {
  const secret = keptKeys(async () => {
    const call = { signal: AbortSignal.timeout(10_000) }
    const reply = await http.send(secretUrl(), { method: 'GET', repeatable: true, maxBytes: 100_000 }, call)
    return http.read(secretReply, reply, false).key
  })

  /** Null for one that is not Replicate's, or too old. Rejects where the secret cannot be had now. */
  return async (delivery: HookDelivery): Promise<GenuineHook | null> => {
    const deliveryId = deliveryIdOf(delivery)
    if (deliveryId === null) return null
    if (!(await secret(delivery.receivedMs, (key) => isSignedWith(key, delivery)))) return null
    const parsed = said.safeParse(parseJson(delivery.body))
    return { deliveryId, remoteIds: parsed.success ? [parsed.data.id] : [] }
  }
}
