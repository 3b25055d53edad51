/**
 * `npm run bench -- NAME`: measures, and prints what, value and the figure to hold. Exit status 1 where a row falls short.
 *
 *   --json         only {"bench", "rows": [{"what", "value", "unit", "hold", "ok"}]} on standard output
 *   --only PARTS   some parts of it, separated by commas (each bench names its own)
 *   --rounds N     contenders that are compared take turns N times; more is steadier
 *   --jobs N       another size; --quick is a small one. Their figures are not the ones to hold.
 *   --folder DIR   works in DIR, which must be on the disk to be measured (else the system's temporary folder)
 *   --library DIR  keeps the libraries that `grid` works on in DIR, and takes those that are there: made once, measured often
 *   --profile DIR  writes processor profiles of Proofsheet's own processes into DIR
 *
 * Without a name it lists the benches. Figures are ratios of contenders in one run wherever that is possible; even so,
 * nothing else should work on the machine meanwhile.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bucketBench } from './bucket.ts'
import { changeBench } from './change.ts'
import { deliverBench } from './deliver.ts'
import { engineBench } from './engine.ts'
import { gridBench } from './grid.ts'
import { lanesBench } from './lanes.ts'
import { remoteBench } from './remote.ts'
import { type Bench, type Row, tableOf } from './rows.ts'
import { sheetBench } from './sheet.ts'

const benches: readonly Bench[] = [
  bucketBench,
  changeBench,
  deliverBench,
  engineBench,
  gridBench,
  lanesBench,
  remoteBench,
  sheetBench,
]

/** `f_type` of a file system in memory on Linux (statfs(2), 2026-11): what is written there is never on a disk. */
const tmpfs = 0x01021994

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      jobs: { type: 'string' },
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '1' },
      folder: { type: 'string', default: tmpdir() },
      library: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const [name] = positionals
  if (name === undefined) {
    for (const bench of benches) process.stdout.write(`${bench.name.padEnd(10)} ${bench.about}\n`)
    return 0
  }
  const bench = benches.find((candidate) => candidate.name === name)
  if (!bench) {
    process.stderr.write(`There is no bench "${name}". There are: ${benches.map((one) => one.name).join(', ')}.\n`)
    return 2
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const folder = await mkdtemp(join(resolve(values.folder), 'proofsheet-bench-'))
  try {
    if ((await statfs(folder)).type === tmpfs)
      say(`${folder} is in memory, so what is durable there costs nothing. Name a folder on a disk with --folder.`)
    const rows = await bench.run({
      quick: values.quick,
      jobs: values.jobs === undefined ? null : wholeNumber(values.jobs, 'jobs'),
      only: values.only.split(',').filter((part) => part !== ''),
      rounds: wholeNumber(values.rounds, 'rounds'),
      folder,
      library: values.library === undefined ? null : resolve(values.library),
      profile: values.profile === undefined ? null : resolve(values.profile),
      say,
    })
    process.stdout.write(values.json ? `${JSON.stringify({ bench: bench.name, rows })}\n` : `${tableOf(rows)}\n`)
    return rows.some((row: Row) => row.ok === false) ? 1 : 0
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${option} takes a whole number, not "${text}".`)
}

process.exitCode = await main()
