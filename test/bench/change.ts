import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { measureIn } from './engine/children.ts'
import { effort } from './engine/in-child.ts'
import { atMost, type Bench } from './rows.ts'

const measured = z.object({
  peakMb: z.number(),
  changes: z.array(z.object({ name: z.string(), compared: effort, updated: effort })),
})

export const changeBench: Bench = {
  name: 'change',
  about: 'Newer versions of a sheet of 100,000 rows, loaded into its batch',
  async run(options) {
    const rows = options.jobs ?? (options.quick ? 10_000 : 100_000)
    const folder = join(options.folder, 'change')
    await mkdir(folder)
    const { peakMb, changes } = await measureIn('change', { folder, rows }, measured, options.profile)
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
    for (const { name, compared, updated } of changes)
      options.say(
        `  ${name}: compared in ${seconds(compared.wallMs)} (longest turn ${compared.turnMaxMs.toFixed(0)} ms), ` +
          `updated in ${seconds(updated.wallMs)} (longest turn ${updated.turnMaxMs.toFixed(0)} ms)`,
      )
    const all = changes.flatMap(({ compared, updated }) => [compared, updated])
    return [
      atMost('longest turn of the event loop', Math.max(...all.map(({ turnMaxMs }) => turnMaxMs)), 'ms', 100),
      atMost('event loop delay at most', Math.max(...all.map(({ loopMaxMs }) => loopMaxMs)), 'ms', 100),
      { what: 'memory at most, with the whole engine', value: Math.round(peakMb), unit: 'MB', hold: '-', ok: null },
    ]
  },
}
