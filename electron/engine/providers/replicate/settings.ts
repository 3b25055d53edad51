import type { z } from 'zod'
import { baseFrom, hostedSettings, pictureMegabytes, pollSeconds } from '#engine/providers/hosted-settings.ts'

/**
 * Pictures go in as data URIs, of which Replicate's client (1.4.0) sends 10 MB at most, base64 included. An account may create 600 predictions a minute, one without credit six (replicate.com/docs/topics/predictions/rate-limits,
 * 2026-11): four at once stays well within the first, and the lane learns the second from its answers.
 */
export const settings = hostedSettings({
  baseUrl: 'https://api.replicate.com/v1',
  concurrency: 4,
  requestsPerMinute: null,
}).extend({
  pollSeconds: pollSeconds(),
  pictureMegabytes: pictureMegabytes(7),
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Settings): URL | null => baseFrom(of.baseUrl)
