import { atMost, type Row } from '../rows.ts'
import { median } from './figures.ts'
import type { Measured } from './measured.ts'

/** From the empty tab to the batch with every picture in view on screen. */
export async function openRows({ library, window: { page, openBatch }, quick, size, say }: Measured): Promise<Row[]> {
  const times: number[] = []
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    await openBatch(library.batchId)
    times.push(await page.evaluate(() => window.benchProbe.painted()))
  }
  say(`  ${size}, opened: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`)
  return [atMost(`${size}: open to every picture in view (median)`, median(times) / 1000, 's', 1)]
}
