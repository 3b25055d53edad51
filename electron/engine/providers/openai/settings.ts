import { z } from 'zod'
import { askRetired } from '#engine/providers/hosted-models.ts'
import { hostedSettings } from '#engine/providers/hosted-settings.ts'

/** Five pictures a minute is what the first tier allows, 250 the fifth (a reading of OpenAI's limits, 2026-09-28). */
export const settings = hostedSettings({
  baseUrl: 'https://api.openai.com/v1',
  concurrency: 4,
  requestsPerMinute: 5,
}).extend({
  requestsPerMinute: z
    .int()
    .positive()
    .nullable()
    .default(5)
    .describe('Most requests in a minute: tiers 1 to 5 of an account allow 5, 20, 50, 150, 250. Empty: no limit.'),
  organization: z.string().default('').describe('Organization id (org-…), where a key belongs to several.'),
  project: z.string().default('').describe('Project id (proj_…), where a key belongs to several.'),
  askRetired,
})
export type Settings = z.infer<typeof settings>
