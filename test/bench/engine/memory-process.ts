/** What a queue of so many jobs takes in memory, over the same library while it was empty. Nothing is sent. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { answerParent, measure } from './in-child.ts'
import { configure, openBenchEngine, planSheet, runPlan } from './open-engine.ts'
import { priceMicros, wish } from './wish.ts'

const settleMs = 2000

/** MB that this process has of the machine's memory, once it is quiet: as a task manager shows it, garbage and all. */
async function memoryMb(): Promise<number> {
  await sleep(settleMs)
  return process.memoryUsage.rss() / 1e6
}

/** Resolves when every prompt of the library is in its search index: until then a search reads them. */
async function whenIndexed(folder: string): Promise<void> {
  const database = new Database(join(folder, 'library', 'library.db'), { readonly: true })
  const waiting = database.prepare('SELECT waiting_from FROM prompt_search_left').pluck()
  while (waiting.get() !== null) await sleep(100)
  database.close()
}

await answerParent(
  z.object({ folder: z.string(), sheet: z.string(), jobs: z.int() }),
  async ({ folder, sheet, jobs }) => {
    const engine = await openBenchEngine(folder)
    // Nobody listens there; the lane is paused besides.
    configure(engine, { url: 'http://127.0.0.1:9', concurrency: 20, requestsPerMinute: null, priceMicros })
    engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'openai-compatible' } })
    const emptyMb = await memoryMb()
    const read = await measure(async () =>
      engine.sheets.add({ name: 'bench.csv', bytesBase64: await readFile(sheet, 'base64') }),
    )
    const planned = await measure(() => planSheet(engine, read.result.id, wish.width))
    const stored = await measure(() => runPlan(engine, planned.result))
    const indexed = await measure(() => whenIndexed(folder))
    const queuedMb = await memoryMb()
    const { left } = engine.batches.get({ batchId: stored.result }).drafts
    if (left !== jobs) throw new Error(`Only ${left} of ${jobs} jobs are queued.`)
    await engine.close()
    const peakMb = process.resourceUsage().maxRSS / 1000
    return {
      emptyMb,
      queuedMb,
      peakMb,
      read: read.effort,
      planned: planned.effort,
      stored: stored.effort,
      indexed: indexed.effort,
    }
  },
)
