import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { bestPossibleMs, startsAllowed, turnaroundMs } from './engine/best-possible.ts'
import { measureIn, withProvider } from './engine/children.ts'
import type { ProviderInput } from './engine/provider-process.ts'
import { priceMicros, sheetFor, wish } from './engine/wish.ts'
import { atLeast, atMost, type Bench, type BenchOptions, type Row } from './rows.ts'

const concurrency = 20
const parts = ['schedule', 'retries', 'limit', 'memory', 'warm'] as const

const effort = z.object({ wallMs: z.number(), cpuMs: z.number(), loopP99Ms: z.number(), loopMaxMs: z.number() })
type Effort = z.infer<typeof effort>
const memory = z.object({
  emptyMb: z.number(),
  queuedMb: z.number(),
  peakMb: z.number(),
  read: effort,
  planned: effort,
  stored: effort,
  /** The search index, which is made beside all else once the batch is there. */
  indexed: effort,
})

/** What hosted services look like: mostly quick, now and then very slow; the mean is 550 ms. */
const steady: ProviderInput = { seed: 7, medianMs: 400, sigma: 0.8, unavailablePercent: 0, requestsPerMinute: null }
const instant: ProviderInput = { ...steady, medianMs: 0 }

interface Run extends BenchOptions {
  readonly count: number
}

export const engineBench: Bench = {
  name: 'engine',
  about: `A run against the shortest time possible, plain scripts, limits, memory and cache (parts: ${parts.join(', ')})`,
  async run(options) {
    const run: Run = { ...options, count: options.jobs ?? (options.quick ? 200 : 1000) }
    const wanted = parts.filter((part) => run.only.length === 0 || run.only.includes(part))
    const measured: Record<(typeof parts)[number], (run: Run) => Promise<Row[]>> = {
      schedule: scheduleRows,
      retries: retryRows,
      limit: limitRows,
      memory: memoryRows,
      warm: warmRows,
    }
    const rows: Row[] = []
    for (const part of wanted) rows.push(...(await measured[part](run)))
    return rows
  },
}

interface Contender {
  readonly provider: ProviderInput
  readonly jobs: number
  readonly size?: number
  readonly slots?: number
  readonly micros?: number
  /** The library's folder below the bench's own. */
  readonly place: string
}

async function proofsheet(run: Run, { provider, jobs, place, ...other }: Contender) {
  const { size = wish.width, slots = concurrency, micros = priceMicros } = other
  const folder = join(run.folder, place)
  await mkdir(folder)
  const { result, ledger } = await withProvider(provider, (url) => {
    const { requestsPerMinute } = provider
    const input = { folder, url, jobs, size, concurrency: slots, requestsPerMinute, priceMicros: micros }
    return measureIn('engine', input, effort, run.profile)
  })
  run.say(`  Proofsheet, ${place}: ${told(result, jobs)}`)
  return { ...result, ledger }
}

async function script(run: Run, kind: 'waves' | 'pool', provider: ProviderInput, place: string) {
  const { result, ledger } = await withProvider(provider, (url) => {
    const input = { kind, folder: join(run.folder, place), url, jobs: run.count, concurrency }
    return measureIn('script', input, effort)
  })
  run.say(`  script, ${place}: ${told(result, run.count)}`)
  return { ...result, ledger }
}

const told = ({ wallMs, cpuMs, loopP99Ms, loopMaxMs }: Effort, jobs: number): string =>
  `${(wallMs / 1000).toFixed(2)} s, ${(cpuMs / jobs).toFixed(2)} ms of processor a job, loop delay ${loopP99Ms.toFixed(1)} ms at p99 and ${loopMaxMs.toFixed(0)} ms at most`

async function scheduleRows(run: Run): Promise<Row[]> {
  const ours = await proofsheet(run, { provider: steady, jobs: run.count, place: 'schedule' })
  const waves = await script(run, 'waves', steady, 'waves')
  const bestMs = bestPossibleMs(
    ours.ledger.entries.map((entry) => entry.serviceMs),
    concurrency,
  )
  const started = ours.ledger.entries.map(({ receivedMs, serviceMs }) => ({ startMs: receivedMs, serviceMs }))
  const ownMs = turnaroundMs(started, run.count, concurrency)
  run.say(
    `  best possible: ${(bestMs / 1000).toFixed(2)} s; ${ownMs.toFixed(1)} ms from a reply to the next start in its slot`,
  )
  const jobs = `${run.count} jobs, concurrency ${concurrency}`
  return [
    atMost(`${jobs}: time over the best possible`, ours.wallMs / bestMs, 'x', 1.05),
    atLeast(`${jobs}: times as fast as waves of ${concurrency}`, waves.wallMs / ours.wallMs, 'x', 2.5),
    atMost('event loop delay during the run, 99th percentile', ours.loopP99Ms, 'ms', 20),
    atMost('longest stall during the run', ours.loopMaxMs, 'ms', 100),
  ]
}

async function retryRows(run: Run): Promise<Row[]> {
  const provider = { ...steady, unavailablePercent: 5 }
  const total = { ours: { wallMs: 0, cpuMs: 0 }, plain: { wallMs: 0, cpuMs: 0 } }
  const add = (to: { wallMs: number; cpuMs: number }, one: Effort): void => {
    to.wallMs += one.wallMs
    to.cpuMs += one.cpuMs
  }
  for (let round = 1; round <= run.rounds; round++) {
    const us = async () =>
      add(total.ours, await proofsheet(run, { provider, jobs: run.count, place: `retries-${round}` }))
    const them = async () => add(total.plain, await script(run, 'pool', provider, `pool-${round}`))
    for (const turn of round % 2 === 1 ? [us, them] : [them, us]) await turn()
  }
  const cpuMs = (total.ours.cpuMs - total.plain.cpuMs) / (run.count * run.rounds)
  return [
    atMost('5 % 503: time over a plain p-limit script', total.ours.wallMs / total.plain.wallMs, 'x', 1.03),
    atMost('processor time a job over that script', cpuMs, 'ms', 3),
  ]
}

async function limitRows(run: Run): Promise<Row[]> {
  const perMinute = Math.round(run.count * 0.6)
  const provider = { ...steady, requestsPerMinute: perMinute }
  const { ledger } = await proofsheet(run, { provider, jobs: run.count, place: 'limit' })
  const seen = ledger.entries
    .filter((entry) => !entry.overLimit)
    .map(({ receivedMs, serviceMs }) => ({ startMs: receivedMs, serviceMs }))
  // Until the limit is reached the slots alone set the pace; that pace is another row's matter.
  const ownMs = turnaroundMs(seen, Math.min(perMinute, seen.length), concurrency)
  const started = seen.map(({ startMs, serviceMs }) => ({ startMs, serviceMs: serviceMs + ownMs }))
  const fromMs = (started[0]?.startMs ?? 0) + 5000
  const made = started.filter(({ startMs }) => startMs >= fromMs).length
  const allowed = startsAllowed(started, { fromMs, count: perMinute, windowMs: 60_000, slots: concurrency })
  run.say(`  ${made} of ${allowed} starts; ${ownMs.toFixed(1)} ms from a reply to the next start in its slot`)
  const refused = ledger.entries.filter((entry) => entry.overLimit && entry.receivedMs >= fromMs).length
  return [
    atLeast(
      `limit of ${perMinute} a minute: starts after second 5 over what it allows`,
      (made / allowed) * 100,
      '%',
      97,
    ),
    atMost('429s received after second 5', refused, 'answers', 0),
  ]
}

async function memoryRows(run: Run): Promise<Row[]> {
  const jobs = run.count * 100
  const folder = join(run.folder, 'memory')
  await mkdir(folder)
  const sheet = join(folder, 'bench.csv')
  await writeFile(sheet, sheetFor(jobs))
  const seen = await measureIn('memory', { folder, sheet, jobs }, memory, run.profile)
  for (const phase of ['read', 'planned', 'stored', 'indexed'] as const)
    run.say(`  ${jobs} rows ${phase}: ${told(seen[phase], jobs)}`)
  const { emptyMb, queuedMb, peakMb } = seen
  const mb = (value: number): string => `${value.toFixed(0)} MB`
  run.say(`  memory, empty ${mb(emptyMb)}, queued ${mb(queuedMb)}, at most ${mb(peakMb)}`)
  const phases = [seen.read, seen.planned, seen.stored, seen.indexed]
  const worst = (of: (phase: Effort) => number): number => Math.max(...phases.map(of))
  return [
    atMost(`memory for ${jobs} queued jobs, over an empty library`, queuedMb - emptyMb, 'MB', 150),
    atMost(
      `event loop delay while ${jobs} rows load, 99th percentile`,
      worst((phase) => phase.loopP99Ms),
      'ms',
      20,
    ),
    atMost(
      `longest stall while ${jobs} rows load`,
      worst((phase) => phase.loopMaxMs),
      'ms',
      100,
    ),
  ]
}

async function warmRows(run: Run): Promise<Row[]> {
  const jobs = run.count * 10
  const size = 64 // the cache answers by hash, so that the size of the pictures does not matter
  const made = { provider: instant, jobs, size, slots: 64, micros: 0, place: 'warm' }
  await proofsheet(run, made)
  const seen = await measureIn('warm', { folder: join(run.folder, 'warm'), jobs, size }, effort, run.profile)
  run.say(`  warm: ${told(seen, jobs)}`)
  return [atMost(`warm run of ${jobs} cached prompts`, seen.wallMs / 1000, 's', 1)]
}
