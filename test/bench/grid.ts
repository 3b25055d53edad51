import { existsSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { type Browser, findBrowser } from '#test/run/browser.ts'
import { openBenchPage } from './grid/browser-page.ts'
import {
  type MadeLibrary,
  madeBefore,
  makeLibrary,
  makePool,
  type PicturePool,
  usualPictures,
} from './grid/make-library.ts'
import { allRows } from './grid/measure-all.ts'
import { answerRows } from './grid/measure-answers.ts'
import { engineRows } from './grid/measure-engine.ts'
import { filterRows } from './grid/measure-filters.ts'
import { keyRows } from './grid/measure-keys.ts'
import { type PageMemory, pageMemory } from './grid/measure-memory.ts'
import { openRows } from './grid/measure-open.ts'
import { scrollRows } from './grid/measure-scroll.ts'
import type { Measured } from './grid/measured.ts'
import { startWebHost } from './grid/web-host.ts'
import { atMost, type Bench, type BenchOptions, type Row } from './rows.ts'

const windowParts = { open: openRows, filter: filterRows, scroll: scrollRows, keys: keyRows, all: allRows } as const
const parts = ['library', 'answers', ...Object.keys(windowParts), 'memory', 'engine'] as const

const whole = (count: number): string => count.toLocaleString('en-US')

export const gridBench: Bench = {
  name: 'grid',
  about: `The window on 50,000 and 100,000 drafts, in Chromium (parts: ${parts.join(', ')}; --jobs N for one library of N, --library DIR to keep them)`,
  async run(options) {
    const isWanted = (part: string) => options.only.length === 0 || options.only.includes(part)
    const browser = await findBrowser(options.say)
    const rows: Row[] = []
    if (parts.some((part) => part !== 'engine' && isWanted(part)))
      rows.push(...(await libraryParts(options, browser, isWanted)))
    if (isWanted('engine')) rows.push(...(await engineRows(options, browser)))
    return [...rows, loadRow()]
  },
}

/** What else worked on the machine: beside it stands what every figure above is worth. */
function loadRow(): Row {
  const [, fiveMinutes = 0] = loadavg()
  const value = Number((fiveMinutes / availableParallelism()).toFixed(2))
  return {
    what: 'load of the machine, a core, over the last five minutes',
    value,
    unit: '',
    hold: 'about 1',
    ok: null,
    why: value > 1.5 ? 'others worked meanwhile: times are longer than they are' : 'little else worked meanwhile',
  }
}

async function libraryParts(
  options: BenchOptions,
  browser: Browser,
  isWanted: (part: string) => boolean,
): Promise<Row[]> {
  const sizes = options.jobs !== null ? [options.jobs] : options.quick ? [4000] : [50_000, 100_000]
  const pool = once(async () => {
    const made = await makePool(join(options.folder, 'pool'), picturesOf(options))
    options.say(`  ${made.drawn.length} pictures drawn in ${(made.tookMs / 1000).toFixed(1)} s`)
    return made
  })
  const rows: Row[] = []
  const restMb = new Map<number, number>()
  for (const size of sizes) {
    const { measured, endMb } = await oneLibrary(options, browser, isWanted, pool, size)
    rows.push(...measured)
    if (endMb !== null) restMb.set(size, endMb)
  }
  if (isWanted('memory')) rows.push(...growthRow(sizes, restMb))
  return rows
}

const picturesOf = ({ quick }: BenchOptions): number => (quick ? 200 : usualPictures)

/** Does it when first asked, and gives what came of it every time. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | null = null
  return () => {
    made ??= make()
    return made
  }
}

/** The library of so many drafts: the one that is kept, or a new one. */
async function libraryOf(
  options: BenchOptions,
  pool: () => Promise<PicturePool>,
  drafts: number,
): Promise<{ library: MadeLibrary; made: Row }> {
  const folder = join(options.library ?? options.folder, String(drafts))
  const what = `a library of ${whole(drafts)} drafts made`
  const kept = await madeBefore(folder, drafts, picturesOf(options))
  const why = 'kept from another time: not made now'
  if (kept) return { library: kept, made: unknown(what, 's', '180 at most', why) }
  const drawn = await pool()
  if (existsSync(folder))
    throw new Error(
      `${folder} holds no whole library of ${drafts} drafts: take it away, or name another with --library.`,
    )
  const library = await makeLibrary(folder, drafts, drawn)
  return { library, made: atMost(what, (drawn.tookMs + library.tookMs) / 1000, 's', 180) }
}

/** What the page holds more of with twice the drafts. Their ids, places and names in the list take about 100 bytes each. */
function growthRow(sizes: readonly number[], restMb: ReadonlyMap<number, number>): Row[] {
  const [small, large] = sizes
  const [smallMb, largeMb] = [restMb.get(small ?? 0), restMb.get(large ?? 0)]
  if (small === undefined || large === undefined || smallMb === undefined || largeMb === undefined) return []
  const idsMb = ((large - small) * 100) / 2 ** 20
  const what = `page's private memory at rest, ${whole(large)} drafts over ${whole(small)} (beyond ${idsMb.toFixed(0)} MB of ids)`
  return [atMost(what, largeMb - smallMb - idsMb, 'MB', 10)]
}

async function oneLibrary(
  options: BenchOptions,
  browser: Browser,
  isWanted: (part: string) => boolean,
  pool: () => Promise<PicturePool>,
  drafts: number,
): Promise<{ measured: Row[]; endMb: number | null }> {
  const { say } = options
  const { library, made } = await libraryOf(options, pool, drafts)
  const size = whole(library.drafts)
  const rows: Row[] = []
  if (isWanted('library')) rows.push(made)
  if (options.only.length === 1 && isWanted('library')) return { measured: rows, endMb: null }
  const host = await startWebHost(library.library)
  try {
    if (isWanted('answers')) rows.push(...(await answerRows({ library, host, size, say })))
    if ('missing' in browser) return { measured: [...rows, ...withoutBrowser(size, browser.missing)], endMb: null }
    const window = await openBenchPage(browser.path, host.address)
    try {
      const memory = isWanted('memory') ? await pageMemory(window, library.batchId) : null
      if (isWanted('memory')) rows.push(memoryRow(size, memory))
      if (memory)
        say(`  ${size}: ${memory.restMb.toFixed(0)} MB private at rest, ${memory.mostMb.toFixed(0)} MB at most`)
      const measured: Measured = { library, host, window, quick: options.quick, size, say }
      for (const [part, measure] of Object.entries(windowParts))
        if (isWanted(part)) rows.push(...(await measure(measured)))
      return { measured: rows, endMb: memory?.restMb ?? null }
    } finally {
      await window.close()
    }
  } finally {
    await host.stop()
  }
}

function memoryRow(size: string, memory: PageMemory | null): Row {
  const what = `${size}: private memory of the page’s process while scrolling, at most (smaps_rollup)`
  return memory ? atMost(what, memory.mostMb, 'MB', 300) : unknown(what, 'MB', '300 at most', 'only Linux says')
}

const unknown = (what: string, unit: string, hold: string, why: string): Row => ({
  what,
  value: null,
  unit,
  hold,
  ok: null,
  why,
})

const windowFigures = [
  ['open to every picture in view', 's', '1 at most'],
  ['filter, sort and search to tiles painted', 'ms', '200 at most'],
  ['longest task while scrolling', 'ms', '50 at most'],
  ['jump from end to end to tiles on screen', 'ms', '300 at most'],
  ['key press to painted mark', 'ms', '50 at most'],
  ['keys at 30 a second: drafts stored otherwise than pressed', 'drafts', '0 at most'],
  ['every draft marked: longest stall of the host', 'ms', '100 at most'],
  ['private memory of the page’s process', 'MB', '300 at most'],
] as const

const withoutBrowser = (size: string, why: string): Row[] =>
  windowFigures.map(([what, unit, hold]) => unknown(`${size}: ${what}`, unit, hold, why))
