import { atMost, type Row } from '../rows.ts'
import type { Measured } from './measured.ts'

/** How long the host may take to store a mark on every draft before the bench gives up, ms. */
const giveUpMs = 120_000

/** Select all and approve, then undo: painted at once, stored in slices, and one step of undo. */
export async function allRows({ library, host, window: bench, size, say }: Measured): Promise<Row[]> {
  const { page, openBatch } = bench
  const { batchId } = library
  const decisions = async () => (await host.client.batches.get({ batchId })).decisions
  const until = async (isDone: (approved: number) => boolean): Promise<void> => {
    const endMs = performance.now() + giveUpMs
    while (!isDone((await decisions()).approved)) {
      if (performance.now() > endMs) throw new Error('The mark on every draft was not stored.')
      await page.waitForTimeout(200)
    }
  }
  await openBatch(batchId)
  await page.evaluate(() => window.benchProbe.painted())
  await page.locator('[data-region=grid]').focus()
  await page.keyboard.press('End')
  await page.waitForTimeout(500)
  // The mark to be seen: a rejected draft that becomes an approved one.
  await page.keyboard.press('x')
  await page.waitForTimeout(2000)
  const before = await decisions()
  const pictures = before.approved + before.rejected + before.undecided
  await page.keyboard.press('Control+a')
  await page.waitForTimeout(300)
  await page.evaluate(() => window.benchProbe.marks.splice(0))
  const startMs = performance.now()
  const marked = await host.loopDuring(async () => {
    await page.keyboard.press('p')
    await until((approved) => approved === pictures)
  })
  const tookMs = performance.now() - startMs
  const [paintedMs = Number.POSITIVE_INFINITY] = await page.evaluate(() => [...window.benchProbe.marks])
  const undone = await host.loopDuring(async () => {
    await page.keyboard.press('Control+z')
    await until((approved) => approved === before.approved)
  })
  const after = await decisions()
  const [newest] = await host.client.review.history({ batchId, limit: 1 })
  say(
    `  ${size}, every draft approved: painted after ${paintedMs.toFixed(1)} ms, stored after ${(tookMs / 1000).toFixed(1)} s, ` +
      `undone as “${newest?.summary}”`,
  )
  const wrong = Math.abs(after.approved - before.approved) + Math.abs(after.rejected - before.rejected)
  return [
    atMost(`${size}: every draft marked: key press to painted mark`, paintedMs, 'ms', 50),
    atMost(`${size}: every draft marked: longest stall of the host`, marked.maxMs, 'ms', 100),
    atMost(`${size}: every draft marked: most work of the host between two timers`, marked.mostWorkMs, 'ms', 100),
    atMost(`${size}: every draft marked, undone: longest stall of the host`, undone.maxMs, 'ms', 100),
    atMost(`${size}: every draft marked, undone: most work between two timers`, undone.mostWorkMs, 'ms', 100),
    atMost(`${size}: drafts decided otherwise than before, after the undo`, wrong, 'drafts', 0),
  ]
}
