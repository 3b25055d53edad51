import { z } from 'zod'
import { baseFrom, hostedSettings, pictureMegabytes, pollSeconds } from '#engine/providers/hosted-settings.ts'

const officialQueue = 'https://queue.fal.run'
const officialPlatform = 'https://api.fal.ai/v1'
const officialHookKeys = 'https://rest.fal.ai/.well-known/jwks.json'

/** Two requests at once is what a new account may run (fal's documentation, 2026-11); more wait in its queue, unharmed. */
export const settings = hostedSettings({ baseUrl: officialQueue, concurrency: 2, requestsPerMinute: null }).extend({
  platformUrl: z
    .string()
    .default('')
    .describe('Address for prices, requests and inputs. Empty: that of fal.ai, unless the queue is somewhere else.'),
  hookKeysUrl: z
    .string()
    .default('')
    .describe(
      'Address of the keys that webhooks are signed with. Empty: fal.ai’s, unless the queue is somewhere else.',
    ),
  pollSeconds: pollSeconds(),
  priority: z.enum(['normal', 'low']).default('normal').describe('Place in fal’s queue.'),
  pictureMegabytes: pictureMegabytes(20),
})
export type Settings = z.infer<typeof settings>

export const queueOf = (of: Settings): URL | null => baseFrom(of.baseUrl)

/** The platform's address. A key for another queue is not shown to fal.ai unless a person says so. */
export function platformOf(of: Settings): URL | null {
  if (of.platformUrl.trim() !== '') return baseFrom(of.platformUrl)
  return queueOf(of)?.origin === officialQueue ? new URL(officialPlatform) : null
}

/** Where the keys of its webhooks are; null where nobody says, and then none are asked for. */
export function hookKeysOf(of: Settings): URL | null {
  if (of.hookKeysUrl.trim() !== '') return baseFrom(of.hookKeysUrl)
  return queueOf(of)?.origin === officialQueue ? new URL(officialHookKeys) : null
}
