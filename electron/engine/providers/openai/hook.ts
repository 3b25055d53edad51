import { z } from 'zod'
import { parseJson } from '#engine/network/network.ts'
import type { GenuineHook, HookDelivery } from '#engine/providers/provider.ts'
import { deliveryIdOf, isSignedWith } from '#engine/providers/standard-webhook.ts'

const said = z.object({ data: z.object({ id: z.string().min(1) }) })

/**
 * Reads OpenAI's webhooks: Standard Webhooks, with the secret that a person got when setting one up for the project (SDK
 * 7.55.0). They tell of jobs in the background (batches), by their id. Null for one that is not OpenAI's, or too old.
 */
export function readHook(secret: string, delivery: HookDelivery): GenuineHook | null {
  const deliveryId = deliveryIdOf(delivery)
  if (deliveryId === null || !isSignedWith(secret, delivery)) return null
  const parsed = said.safeParse(parseJson(delivery.body))
  return { deliveryId, remoteIds: parsed.success ? [parsed.data.data.id] : [] }
}
