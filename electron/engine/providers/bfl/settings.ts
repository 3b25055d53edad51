import { z } from 'zod'
import { baseFrom, hostedSettings, pictureMegabytes, pollSeconds } from '#engine/providers/hosted-settings.ts'

/** 24 tasks may be under way at once (its skills repository, 2026-02), six of Kontext max: this stays below both. */
export const settings = hostedSettings({
  baseUrl: 'https://api.bfl.ai',
  concurrency: 6,
  requestsPerMinute: null,
}).extend({
  pollSeconds: pollSeconds(),
  unknownForSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(10)
    .meta({ title: 'Patience with a new task, in seconds' })
    .describe('How long after it was taken in a task may not be known yet, in seconds.'),
  pictureMegabytes: pictureMegabytes(20),
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Settings): URL | null => baseFrom(of.baseUrl)

/** Tasks are followed on regional hosts (api.eu2.bfl.ai); a key for another server is not shown to those. */
export const regionsOf = (of: Settings): string[] =>
  /^https:\/\/([\w-]+\.)+bfl\.ai$/.test(baseOf(of)?.origin ?? '') ? ['https://*.bfl.ai'] : []
