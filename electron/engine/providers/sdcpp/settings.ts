import { z } from 'zod'
import { baseFrom, pollSeconds } from '#engine/providers/hosted-settings.ts'
import { ownServerSettings } from '#engine/providers/own-server.ts'

/** It works on one picture at a time; two there keep it from waiting for us. */
const { baseUrl, ...usual } = ownServerSettings({ baseUrl: 'http://127.0.0.1:1234', concurrency: 2 }).shape

export const settings = z.object({
  // What a person has to enter comes first in the form.
  baseUrl,
  models: z
    .string()
    .default('')
    .describe('Models that you start the server with, separated by commas. Test shows which is loaded now.'),
  pollSeconds: pollSeconds(),
  ...usual,
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Pick<Settings, 'baseUrl'>): URL | null => baseFrom(of.baseUrl)
