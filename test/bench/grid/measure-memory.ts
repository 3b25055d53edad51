import { setTimeout as wait } from 'node:timers/promises'
import type { BenchPage } from './browser-page.ts'
import { scrolls, toStart } from './measure-scroll.ts'

export interface PageMemory {
  /** Private memory while the batch is scrolled through three ways, the highest seen, MB. */
  readonly mostMb: number
  /** After a reload and a collection of garbage: what the batch itself takes, MB. */
  readonly restMb: number
}

/** In a window that nothing was measured in before: a trace would be counted too. Null where the system does not say. */
export async function pageMemory(
  { page, openBatch, privateMb, collectGarbage }: BenchPage,
  batchId: number,
): Promise<PageMemory | null> {
  const seen: number[] = []
  const state = { isWatching: true }
  const watch = async (): Promise<void> => {
    while (state.isWatching) {
      seen.push((await privateMb()) ?? 0)
      await wait(200)
    }
  }
  try {
    await openBatch(batchId)
    await page.evaluate(() => window.benchProbe.painted())
    const watching = watch()
    for (const scroll of Object.values(scrolls)) {
      await toStart(page)
      await scroll(page)
    }
    state.isWatching = false
    await watching
    await openBatch(batchId)
    await page.evaluate(() => window.benchProbe.painted())
    await collectGarbage()
    await wait(2000)
    const restMb = await privateMb()
    return restMb === null ? null : { mostMb: Math.max(...seen), restMb }
  } finally {
    state.isWatching = false
  }
}
