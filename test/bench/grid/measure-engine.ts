import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from '#test/run/browser.ts'
import { withProvider } from '../engine/children.ts'
import { settingsFor, sheetFor } from '../engine/wish.ts'
import { atMost, type BenchOptions, type Row } from '../rows.ts'
import { openBenchPage } from './browser-page.ts'
import { startWebHost } from './web-host.ts'

/** Hosted services with a few seconds of pictures coming in: see the engine bench. */
const provider = { seed: 7, medianMs: 400, sigma: 0.8, unavailablePercent: 0, requestsPerMinute: null }

/** The host's event loop while it reads and stores a sheet of 100,000 rows, and while it runs and the grid is watched. */
export async function engineRows(options: BenchOptions, browser: Browser): Promise<Row[]> {
  const rows = options.jobs ?? (options.quick ? 2000 : 100_000)
  const watchMs = options.quick ? 4000 : 25_000
  const folder = join(options.folder, 'engine')
  await mkdir(folder)
  const { result } = await withProvider(provider, async (url) => {
    const host = await startWebHost(join(folder, 'library'))
    const window = 'missing' in browser ? null : await openBenchPage(browser.path, host.address)
    try {
      const { client } = host
      await client.settings.set({ dailyCapMicros: null })
      await client.providers.configure({
        provider: 'openai-compatible',
        settings: { baseUrl: `${url}/v1`, concurrency: 20, pricePerImageUsd: 0.04 },
      })
      const bytesBase64 = Buffer.from(sheetFor(rows)).toString('base64')
      let batchId = 0
      const load = await host.loopDuring(async () => {
        const sheet = await client.sheets.add({ name: 'bench.csv', bytesBase64 })
        const plan = await client.generation.planDrafts({ sheetId: sheet.id, settings: settingsFor(512) })
        const run = { planId: plan.planId, highestMicros: plan.highestMicros }
        batchId = (await client.generation.run(run)).batchId
      })
      const run = await host.loopDuring(async () => {
        await window?.openBatch(batchId)
        const end = performance.now() + watchMs
        while (performance.now() < end) {
          await window?.page.mouse.move(700, 500)
          await window?.page.mouse.wheel(0, 300)
          await new Promise((resolve) => setTimeout(resolve, 400))
        }
      })
      const { drafts } = await client.batches.get({ batchId })
      await client.generation.control({ action: 'pause', of: { kind: 'all' } })
      return { load, run, made: drafts.done }
    } finally {
      await window?.close()
      await host.stop()
    }
  })
  const { load, run, made } = result
  options.say(`  engine: ${made} pictures in ${watchMs / 1000} s, watched`)
  const of = rows.toLocaleString('en-US')
  const watched = 'missing' in browser ? 'during a run (nobody watches: no browser)' : 'during a run that is watched'
  return [
    atMost(`event loop while ${of} rows load, 99th percentile`, load.p99Ms, 'ms', 20),
    atMost(`event loop while ${of} rows load, longest stall`, load.maxMs, 'ms', 100),
    atMost(`event loop while ${of} rows load, most work between two timers`, load.mostWorkMs, 'ms', 100),
    atMost(`event loop ${watched}, 99th percentile`, run.p99Ms, 'ms', 20),
    atMost(`event loop ${watched}, longest stall`, run.maxMs, 'ms', 100),
    atMost(`event loop ${watched}, most work between two timers`, run.mostWorkMs, 'ms', 100),
  ]
}
