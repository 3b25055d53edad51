import type { z } from 'zod'
import { askRetired } from '#engine/providers/hosted-models.ts'
import { hostedSettings } from '#engine/providers/hosted-settings.ts'

/** 300 requests a minute and five a second are what readers of xAI's documentation report (2026). */
export const settings = hostedSettings({
  baseUrl: 'https://api.x.ai/v1',
  concurrency: 4,
  requestsPerMinute: 300,
}).extend({ askRetired })
export type Settings = z.infer<typeof settings>
