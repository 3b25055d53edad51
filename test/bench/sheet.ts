import { spawnSync } from 'node:child_process'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { measureIn } from './engine/children.ts'
import { effort } from './engine/in-child.ts'
import { sheetFor } from './engine/wish.ts'
import { atMost, type Bench, type BenchOptions, type Row } from './rows.ts'

const phases = z.object({ peakMb: z.number(), read: effort, planned: effort, stored: effort, indexed: effort })

export const sheetBench: Bench = {
  name: 'sheet',
  about: 'A sheet of 100,000 rows from bytes to a stored batch, beside the parser alone and sqlite3 .import',
  async run(options) {
    const rows = options.jobs ?? (options.quick ? 10_000 : 100_000)
    const folder = join(options.folder, 'sheet')
    await mkdir(folder)
    const sheet = join(folder, 'bench.csv')
    await writeFile(sheet, sheetFor(rows))
    const megabytes = Math.round((await stat(sheet)).size / 1e6)
    const what = `${rows} rows (${megabytes} MB)`

    const parserMs = await wallMs(options, { sheet, rows, parser: 'udsv' })
    const readerMs = await wallMs(options, { sheet, rows, parser: 'ours' })
    const importMs = importBySqlite(sheet, join(folder, 'import.db'))
    const { read, planned, stored, indexed, peakMb } = await measureIn(
      'memory',
      { folder, sheet, jobs: rows },
      phases,
      options.profile,
    )
    // The last one goes on beside all else: the batch is there, can run, and is searched rightly.
    const steps = { read, planned, stored, indexed }
    for (const [name, { wallMs: ms, cpuMs, loopMaxMs }] of Object.entries(steps))
      options.say(
        `  ${what} ${name}: ${(ms / 1000).toFixed(2)} s, ${(cpuMs / 1000).toFixed(2)} s of processor, loop delay ${loopMaxMs.toFixed(0)} ms at most`,
      )
    const totalMs = read.wallMs + planned.wallMs + stored.wallMs
    return [
      atMost(`${what} read, expanded, hashed and stored`, totalMs / 1000, 's', 2.5),
      atMost('memory at most, with the whole engine', peakMb, 'MB', 300),
      atMost('event loop delay at most', Math.max(...Object.values(steps).map((step) => step.loopMaxMs)), 'ms', 100),
      beside('reading alone, over the parser alone (uDSV)', readerMs / parserMs, null),
      beside('all of it, over the parser alone (uDSV)', totalMs / parserMs, null),
      beside(
        'all of it, over sqlite3 .import',
        importMs === null ? null : totalMs / importMs,
        'sqlite3 is not installed',
      ),
    ]
  },
}

/** A peer's figure tells how fast this machine is now; nothing is to hold. */
const beside = (what: string, value: number | null, missing: string | null): Row => ({
  what,
  value: value === null ? null : Number(value.toFixed(3)),
  unit: 'x',
  hold: '-',
  ok: null,
  why: value === null ? (missing ?? '') : 'for comparison',
})

async function wallMs(
  options: BenchOptions,
  input: { sheet: string; rows: number; parser: 'udsv' | 'ours' },
): Promise<number> {
  const { wallMs: ms } = await measureIn('parser', input, effort)
  options.say(
    `  ${input.parser === 'ours' ? 'our reader, bytes to rows' : 'uDSV, bytes to cells'}: ${(ms / 1000).toFixed(2)} s`,
  )
  return ms
}

/** Milliseconds of `sqlite3 .import` into a new database; null where it is not installed. */
function importBySqlite(sheet: string, database: string): number | null {
  const startMs = performance.now()
  const { error, status } = spawnSync('sqlite3', [database, '.mode csv', `.import '${sheet}' rows`])
  if (error) return null
  if (status !== 0) throw new Error(`sqlite3 ended with ${status}.`)
  return performance.now() - startMs
}
