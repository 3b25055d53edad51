import type { z } from 'zod'
import { askRetired } from '#engine/providers/hosted-models.ts'
import { baseFrom, hostedSettings, pollSeconds } from '#engine/providers/hosted-settings.ts'

/** 150 requests in ten seconds are allowed, then a minute of none (its API document, 2026-11): this stays far below. */
export const settings = hostedSettings({
  baseUrl: 'https://api.stability.ai',
  concurrency: 4,
  requestsPerMinute: 300,
}).extend({
  pollSeconds: pollSeconds(10, ' Stability’s documentation advises ten.'),
  askRetired,
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Settings): URL | null => baseFrom(of.baseUrl)
