import { z } from 'zod'
import { askRetired } from '#engine/providers/hosted-models.ts'
import { baseFrom, hostedSettings, pictureMegabytes } from '#engine/providers/hosted-settings.ts'

/** Its limits are not published; an older page named 100 pictures a minute (2026-11). */
export const settings = hostedSettings({
  baseUrl: 'https://external.api.recraft.ai/v1',
  concurrency: 3,
  requestsPerMinute: 60,
}).extend({
  refusalCodes: z
    .string()
    .default('moderation, nsfw, safety, prohibited, content_policy')
    .describe(
      'Parts of the error codes that mean a refused prompt, separated by commas: Recraft does not publish its codes.',
    ),
  pictureMegabytes: pictureMegabytes(5),
  askRetired,
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Settings): URL | null => baseFrom(of.baseUrl)
