import { z } from 'zod'
import { baseFrom, pollSeconds } from '#engine/providers/hosted-settings.ts'
import { ownServerSettings } from '#engine/providers/own-server.ts'
import { workflow } from './workflow.ts'

/** The server works on one picture at a time and keeps a queue of its own; two there keep it from waiting for us. */
const { baseUrl, ...usual } = ownServerSettings({ baseUrl: 'http://127.0.0.1:8188', concurrency: 2 }).shape

export const settings = z.object({
  // What a person has to enter comes first in the form.
  baseUrl,
  workflows: z
    .record(z.string().min(1), workflow)
    .default({})
    .describe(
      'Your workflows by name: {"NAME": {"workflow": API-format JSON, "nodes": {"prompt": "6", "seed": "3", "output": "9"}}}.',
    ),
  checkpoints: z
    .string()
    .default('')
    .describe('Checkpoints for the plain built-in workflow, separated by commas. Test shows what the server has.'),
  pollSeconds: pollSeconds(),
  ...usual,
})
export type Settings = z.infer<typeof settings>

export const baseOf = (of: Pick<Settings, 'baseUrl'>): URL | null => baseFrom(of.baseUrl)
