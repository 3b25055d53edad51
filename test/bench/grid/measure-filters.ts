import type { Page } from 'playwright'
import { atMost, type Row } from '../rows.ts'
import { median, percentile } from './figures.ts'
import type { Measured } from './measured.ts'

interface Act {
  readonly kind: 'filter' | 'sort' | 'search'
  readonly name: string
  /** What is done before the clock runs. */
  readonly prepare?: (page: Page) => Promise<void>
  readonly act: (page: Page) => Promise<void>
}

/** Longer than the search field waits for another letter, and a list takes to be drawn. */
const settleMs = 500

const field = (page: Page) => page.getByRole('searchbox')
const byChip = (name: string): Act => ({
  kind: 'filter',
  name,
  act: (page) =>
    page
      .getByRole('toolbar', { name: 'Filter and view' })
      .getByRole('button', { name: new RegExp(`^${name}\\b`) })
      .click(),
})
/** The last letter of some words, the others typed before. */
const byLetter = (words: string): Act => ({
  kind: 'search',
  name: words,
  prepare: async (page) => {
    await field(page).fill(words.slice(0, -1))
    await page.waitForTimeout(settleMs)
  },
  act: async (page) => field(page).pressSequentially(words.slice(-1)),
})
const byOrder = (from: string, to: string): Act => ({
  kind: 'sort',
  name: to,
  prepare: (page) => page.getByRole('button', { name: `Order: ${from}` }).click(),
  act: (page) => page.getByRole('menuitem', { name: to }).click(),
})

/** Each round ends where it began. */
const acts: readonly Act[] = [
  byChip('Approved'),
  byChip('Approved'),
  byChip('Rejected'),
  byChip('Rejected'),
  byChip('Flagged'),
  byChip('Flagged'),
  byOrder('As in the sheet', 'Newest first'),
  byOrder('Newest first', 'Undecided first'),
  byOrder('Undecided first', 'As in the sheet'),
  byLetter('te'),
  byLetter('SKU-0001'),
  byLetter('藍'),
]

/** From the click or the last typed letter to the other list's pictures on screen. */
export async function filterRows({ library, window: bench, quick, size, say }: Measured): Promise<Row[]> {
  const { page, openBatch } = bench
  await openBatch(library.batchId)
  await page.evaluate(() => window.benchProbe.painted())
  const times = { filter: [] as number[], sort: [] as number[], search: [] as number[] }
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    for (const { kind, name, prepare, act } of acts) {
      await prepare?.(page)
      const painted = page.evaluate(() => window.benchProbe.paintedAfterChange())
      await act(page)
      const ms = await painted
      times[kind].push(ms)
      say(`  ${size}, ${kind} ${name}: ${ms.toFixed(0)} ms`)
      await page.waitForTimeout(settleMs)
    }
    await field(page).fill('')
    await page.waitForTimeout(settleMs)
  }
  const answers = await page.evaluate(() => [...window.benchProbe.answers])
  return [
    ...(['filter', 'sort', 'search'] as const).map((kind) =>
      atMost(`${size}: ${kind} to tiles painted (median of ${times[kind].length})`, median(times[kind]), 'ms', 200),
    ),
    atMost(`${size}: lists answered to the page (95th percentile)`, percentile(answers, 0.95), 'ms', 100),
  ]
}
