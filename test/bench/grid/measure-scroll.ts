import type { Page } from 'playwright'
import { atMost, type Row } from '../rows.ts'
import type { Task } from './browser-page.ts'
import { median } from './figures.ts'
import type { Measured } from './measured.ts'

interface Bar {
  /** The middle of the scroll bar, and the top of its way. */
  readonly x: number
  readonly top: number
  readonly bottom: number
  /** Where its thumb's middle stands now. */
  readonly thumb: number
}

/** Where the grid's scroll bar is. Chromium's own: 15 pixels wide, and a thumb of at least 17. */
const barOf = (page: Page): Promise<Bar> =>
  page.evaluate(() => {
    const grid = document.querySelector<HTMLElement>('[data-region=grid]')
    const place = grid?.getBoundingClientRect()
    if (!grid || !place || grid.offsetWidth - grid.clientWidth < 8)
      throw new Error('The grid has no scroll bar to drag.')
    const width = grid.offsetWidth - grid.clientWidth
    const way = place.height - 2 * width
    const length = Math.max(17, (way * grid.clientHeight) / grid.scrollHeight)
    const share = grid.scrollTop / (grid.scrollHeight - grid.clientHeight)
    const top = place.top + width + length / 2
    const bottom = place.bottom - width - length / 2
    return { x: place.right - width / 2, top, bottom, thumb: top + (bottom - top) * share }
  })

export async function toStart(page: Page): Promise<void> {
  await page.locator('[data-region=grid]').evaluate((grid) => {
    grid.scrollTop = 0
  })
  await page.waitForTimeout(400)
  await page.evaluate(() => window.benchProbe.painted())
}

/** The way people scroll: flicks of the wheel, the bar dragged along, page keys held. */
export const scrolls: Readonly<Record<'wheel' | 'bar' | 'keys', (page: Page) => Promise<void>>> = {
  wheel: async (page) => {
    await page.mouse.move(700, 500)
    for (let step = 0; step < 90; step++) {
      await page.mouse.wheel(0, 240 + (step % 6) * 120)
      await page.waitForTimeout(16)
    }
  },
  bar: async (page) => {
    const { x, thumb, bottom } = await barOf(page)
    await page.mouse.move(x, thumb)
    await page.mouse.down()
    for (let step = 1; step <= 60; step++) {
      await page.mouse.move(x, thumb + ((bottom - thumb) * step) / 60)
      await page.waitForTimeout(25)
    }
    await page.mouse.up()
  },
  keys: async (page) => {
    await page.locator('[data-region=grid]').focus()
    for (let press = 0; press < 45; press++) {
      await page.keyboard.press('PageDown')
      await page.waitForTimeout(33)
    }
  },
}

/** Longest tasks while scrolling, and how soon tiles stand after a jump from end to end. */
export async function scrollRows({ library, window: bench, quick, size, say }: Measured): Promise<Row[]> {
  const { page, openBatch, longestTask } = bench
  await openBatch(library.batchId)
  await page.evaluate(() => window.benchProbe.painted())
  const worst: Task[] = []
  for (let run = 0; run < (quick ? 1 : 3); run++) {
    const longest: Task[] = []
    for (const [name, scroll] of Object.entries(scrolls)) {
      await toStart(page)
      const task = await longestTask(async () => {
        await scroll(page)
        await page.evaluate(() => window.benchProbe.painted())
      })
      say(
        `  ${size}, scrolled by ${name}: longest task ${task.ms.toFixed(1)} ms, most work ${task.workMs.toFixed(1)} ms`,
      )
      longest.push(task)
    }
    worst.push({
      ms: Math.max(...longest.map(({ ms }) => ms)),
      workMs: Math.max(...longest.map((task) => task.workMs)),
    })
    await page.keyboard.press('Home')
  }
  const jumps = await jumpsMs(page, quick ? 2 : 8)
  say(`  ${size}, jumps from end to end: ${jumps.map((ms) => ms.toFixed(0)).join(', ')} ms`)
  return [
    atMost(
      `${size}: longest task while scrolling (worst of three, median of runs)`,
      median(worst.map(({ ms }) => ms)),
      'ms',
      50,
    ),
    atMost(
      `${size}: most work in a task while scrolling (the same, what the processor spent on it)`,
      median(worst.map(({ workMs }) => workMs)),
      'ms',
      50,
    ),
    atMost(
      `${size}: jump from end to end to tiles on screen (slowest of ${jumps.length})`,
      Math.max(...jumps),
      'ms',
      300,
    ),
  ]
}

/** The thumb is taken and let go at the other end at once, there and back. */
async function jumpsMs(page: Page, count: number): Promise<number[]> {
  const times: number[] = []
  await toStart(page)
  for (let jump = 0; jump < count; jump++) {
    const { x, top, bottom, thumb } = await barOf(page)
    await page.mouse.move(x, thumb)
    await page.mouse.down()
    const painted = page.evaluate(() => window.benchProbe.paintedAfterScroll())
    await page.mouse.move(x, jump % 2 === 0 ? bottom + 20 : top - 20)
    times.push(await painted)
    await page.mouse.up()
    await page.waitForTimeout(300)
  }
  return times
}
