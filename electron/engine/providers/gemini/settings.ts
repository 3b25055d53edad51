import type { z } from 'zod'
import { askRetired } from '#engine/providers/hosted-models.ts'
import { hostedSettings } from '#engine/providers/hosted-settings.ts'

/** Google shows the limits of a project in AI Studio only; ten a minute was the smallest reported (2026-03). */
export const settings = hostedSettings({
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  concurrency: 4,
  requestsPerMinute: 10,
}).extend({ askRetired })
export type Settings = z.infer<typeof settings>
