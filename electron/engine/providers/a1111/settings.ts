import { z } from 'zod'
import { baseFrom } from '#engine/providers/hosted-settings.ts'
import { ownServerSettings } from '#engine/providers/own-server.ts'

/** Requests wait for each other in the server itself (one lock), so more than one at a time gains nothing. */
const { baseUrl, ...usual } = ownServerSettings({ baseUrl: 'http://127.0.0.1:7860', concurrency: 1 }).shape

export const settings = z.object({
  // What a person has to enter comes first in the form.
  baseUrl,
  models: z
    .string()
    .default('')
    .describe('Checkpoints, separated by commas; upscalers as upscaler:NAME. Test shows what the server has.'),
  restoreCheckpoint: z
    .boolean()
    .default(false)
    .describe('Load the checkpoint that was chosen in the server again after each picture. Slow.'),
  ...usual,
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Pick<Settings, 'baseUrl'>): URL | null => baseFrom(of.baseUrl)
