import { expect, type Page } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

/** 2 rows of three drafts. */
const sheet = colourSheet(2).replace('sku,colour,prompt', 'sku,colour,prompt,count').replaceAll('photo"', 'photo",3')

/** The width at which each picture of a view is drawn, in CSS pixels, and how far it is from where it began. */
const drawn = (page: Page): Promise<{ width: number; x: number; y: number }[]> =>
  page.locator('figure img:first-child').evaluateAll((pictures) =>
    pictures.map((picture) => {
      const own = picture.getBoundingClientRect()
      const stage = picture.closest('figure')?.getBoundingClientRect()
      return {
        width: Math.round(own.width),
        x: Math.round(own.x - (stage?.x ?? 0)),
        y: Math.round(own.y - (stage?.y ?? 0)),
      }
    }),
  )

test('held keys look closer, L dims the surround, F fills the screen', async ({ app, page }) => {
  await runSheet(page, app.url, sheet, 6)
  const { keyboard } = page
  await page.getByRole('grid').focus()
  await keyboard.press('Home')
  const full = page.locator('img[src*="/full?"]')
  await keyboard.down('z')
  await expect(full).toHaveCount(1)
  expect((await full.boundingBox())?.width).toBe(512)
  await keyboard.up('z')
  await expect(full).toHaveCount(0)

  const status = page.getByRole('contentinfo')
  await page.mouse.move(600, 400)
  await keyboard.press('l')
  await expect(status).toHaveCSS('opacity', '0.12')
  await expect(page.getByRole('grid')).toHaveCSS('opacity', '1')
  // Esc goes one level up, and loses nothing.
  await keyboard.press('Escape')
  await expect(status).toHaveCSS('opacity', '1')

  const isFull = () => page.evaluate(() => document.fullscreenElement !== null)
  await keyboard.press('f')
  await expect.poll(isFull).toBe(true)
  await keyboard.press('f')
  await expect.poll(isFull).toBe(false)
})

test('pictures beside each other are zoomed and panned together, and champion and challenger change places', async ({
  app,
  page,
}) => {
  await runSheet(page, app.url, sheet, 6)
  const { keyboard } = page
  await page.setViewportSize({ width: 1000, height: 600 })
  await page.getByRole('grid').focus()
  await keyboard.press('Home')
  await keyboard.press('c')
  await expect(page.getByRole('figure', { name: /^Champion: KB-0001, variant 1/ })).toBeVisible()
  await expect(page.getByRole('figure', { name: /^Challenger: KB-0001, variant 2/ })).toBeVisible()
  const fit = await drawn(page)
  await keyboard.press('Space')
  await expect.poll(async () => (await drawn(page)).map(({ width }) => width)).toEqual([512, 512])
  expect(fit[0]?.width).toBeLessThan(512)
  const before = await drawn(page)
  const stage = await page.getByRole('figure', { name: /^Challenger/ }).boundingBox()
  const [x, y] = [(stage?.x ?? 0) + 100, (stage?.y ?? 0) + 150]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x - 40, y - 30, { steps: 4 })
  await page.mouse.up()
  const after = await drawn(page)
  const moved = after.map((place, at) => [place.x - (before[at]?.x ?? 0), place.y - (before[at]?.y ?? 0)])
  expect(moved[0]).toEqual(moved[1])
  expect(moved[0]).not.toEqual([0, 0])

  await keyboard.press('Shift+C')
  await expect(page.getByRole('figure', { name: /^Champion: KB-0001, variant 2/ })).toBeVisible()
  await expect(page.getByRole('figure', { name: /^Challenger: KB-0001, variant 1/ })).toBeVisible()

  await keyboard.press('b')
  await expect(page.getByRole('figure')).toHaveCount(3)
  await keyboard.down('z')
  await expect.poll(async () => (await drawn(page)).map(({ width }) => width)).toEqual([512, 512, 512])
  await keyboard.up('z')
  await expect.poll(async () => (await drawn(page))[0]?.width).toBeLessThan(512)
})

test('at 1280 pixels the filter bar is one line, with and without words in the search', async ({ app, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await runSheet(page, app.url, sheet, 6)
  await toFirstDraft(page)
  await page.keyboard.press('h')
  const bar = page.getByRole('toolbar', { name: 'Filter and view' })
  await expect(bar.getByRole('button', { name: /^Full size/ })).toBeVisible()
  const height = async () => (await bar.boundingBox())?.height ?? 0
  expect(await height()).toBeLessThan(48)
  await page.keyboard.press('/')
  await page.keyboard.type('ivory')
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '1')
  expect(await height()).toBeLessThan(48)
})
