import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { measureIn, withProvider } from './engine/children.ts'
import { sheetFor } from './engine/wish.ts'
import { atMost, type Bench, type BenchOptions, type Row } from './rows.ts'

const effort = z.object({ wallMs: z.number(), cpuMs: z.number(), loopP99Ms: z.number(), loopMaxMs: z.number() })
const measured = z.object({
  done: z.int(),
  settledMicros: z.int(),
  remoteBatches: z.int(),
  startMb: z.number(),
  peakMb: z.number(),
  stored: effort,
  sent: effort,
  read: effort,
})

/** Remote batches from the sheet to the last picture, and results of gigabytes in little memory. */
export const remoteBench: Bench = {
  name: 'remote',
  about: '50,000 requests through remote batches end to end, and 2 GB of results read (parts: many, large)',
  async run(options) {
    const { only } = options
    const wants = (part: string): boolean => only.length === 0 || only.includes(part)
    return [...(wants('many') ? await many(options) : []), ...(wants('large') ? await large(options) : [])]
  },
}

async function through(options: BenchOptions, name: string, count: number, picture: { side: number; bytes?: number }) {
  const sheet = join(options.folder, `${name}.csv`)
  await writeFile(sheet, sheetFor(count))
  const provider = {
    seed: 1,
    medianMs: 0,
    sigma: 0,
    unavailablePercent: 0,
    requestsPerMinute: null,
    pictureSide: picture.side,
    ...(picture.bytes === undefined ? {} : { pictureBytes: picture.bytes }),
  }
  const { result, ledger } = await withProvider(provider, (url) =>
    measureIn('remote', { folder: join(options.folder, name), sheet, url }, measured, options.profile),
  )
  return { ...result, billed: ledger.entries.reduce((sum, { pictures }) => sum + pictures, 0) }
}

async function many(options: BenchOptions): Promise<Row[]> {
  const count = options.jobs ?? (options.quick ? 1_000 : 50_000)
  const { done, billed, remoteBatches, stored, sent, read, peakMb } = await through(options, 'many', count, {
    side: 128,
  })
  const name = `${count.toLocaleString('en')} requests of 128 px`
  options.say(
    `${name} in ${remoteBatches} remote batches, ${Math.round((done / (read.wallMs + sent.wallMs)) * 1000)} pictures a second`,
  )
  const late = Object.entries({ stored, sent, read }).map(
    ([part, { loopMaxMs }]) => `${Math.round(loopMaxMs)} ms ${part}`,
  )
  options.say(`${name}: event loop late at worst ${late.join(', ')}`)
  const loopMs = Math.max(stored.loopMaxMs, sent.loopMaxMs, read.loopMaxMs)
  return [
    atMost(`${name}: not made`, count - done, 'pictures', 0),
    atMost(`${name}: billed beside those`, billed - done, 'pictures', 0),
    atMost(`${name}: run to sent`, (stored.wallMs + sent.wallMs) / 1000, 's', 120),
    atMost(`${name}: run to the last picture`, (stored.wallMs + sent.wallMs + read.wallMs) / 1000, 's', 1_200),
    atMost(`${name}: memory at most`, peakMb, 'MB', 600),
    atMost(`${name}: event loop late, worst`, loopMs, 'ms', 100),
  ]
}

async function large(options: BenchOptions): Promise<Row[]> {
  const count = options.quick ? 10 : 100
  // In base64, 20 MB a line.
  const { done, read, startMb, peakMb } = await through(options, 'large', count, { side: 1024, bytes: 15_000_000 })
  const gigabytes = (count * 20_000_000) / 1e9
  options.say(`${gigabytes} GB of results: ${Math.round(startMb)} MB before, ${Math.round(peakMb)} MB at most`)
  const name = `${gigabytes} GB of results in lines of 20 MB`
  return [
    atMost(`${name}: not made`, count - done, 'pictures', 0),
    atMost(`${name}: memory at most`, peakMb, 'MB', 300),
    atMost(`${name}: event loop late, worst`, read.loopMaxMs, 'ms', 100),
    atMost(`${name}: time`, read.wallMs / 1000, 's', 600),
  ]
}
