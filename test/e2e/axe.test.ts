import { expect, type Page } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'
import { themes, violationsOf } from './violations.ts'

interface Screen {
  readonly name: string
  readonly open: (page: Page) => Promise<void>
}

const goTo = (address: string) => async (page: Page) => {
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, address)
}
const inGrid = async (page: Page) => {
  await goTo('#/batch/1')(page)
  await page.getByRole('grid').focus()
}
const byKey = (key: string, shown: (page: Page) => ReturnType<Page['locator']>) => async (page: Page) => {
  await inGrid(page)
  await page.keyboard.press(key)
  await expect(shown(page)).toBeVisible()
}

/** Every screen of the window, in an order in which each can be reached from the one before. */
const screens: readonly Screen[] = [
  { name: 'library', open: goTo('#/') },
  { name: 'load', open: goTo('#/load/1') },
  { name: 'grid', open: inGrid },
  { name: 'stacks', open: byKey('Shift+S', (page) => page.getByRole('gridcell', { name: /^Stack of/ }).first()) },
  {
    name: 'menu of a draft',
    open: byKey('Shift+F10', (page) => page.getByRole('menu', { name: 'This draft' })),
  },
  { name: 'flat again', open: byKey('Shift+S', (page) => page.getByRole('gridcell', { name: /variant 2/ }).first()) },
  { name: 'loupe', open: byKey('e', (page) => page.getByRole('region', { name: /^Loupe/ })) },
  { name: 'compare', open: byKey('c', (page) => page.getByRole('region', { name: /^Compare/ })) },
  { name: 'survey', open: byKey('b', (page) => page.getByRole('region', { name: /^Survey/ })) },
  { name: 'shoot-out', open: byKey('m', (page) => page.getByRole('columnheader').nth(1)) },
  { name: 'history', open: byKey('Shift+H', (page) => page.getByRole('complementary', { name: 'History' })) },
  { name: 'tray', open: byKey('Control+Enter', (page) => page.getByRole('region', { name: 'Tray' })) },
  { name: 'commands', open: byKey('Control+k', (page) => page.getByRole('dialog', { name: 'Commands' })) },
  { name: 'keys', open: byKey('?', (page) => page.getByRole('dialog', { name: 'Keys' })) },
  { name: 'deliver', open: byKey('Control+e', (page) => page.getByRole('dialog', { name: /Deliver/ })) },
  {
    name: 'more filters',
    open: async (page) => {
      await inGrid(page)
      await page.getByRole('button', { name: 'More filters' }).click()
      await expect(page.getByLabel('Rows of the sheet')).toBeVisible()
    },
  },
  {
    name: 'change keys',
    open: async (page) => {
      await byKey('?', (each) => each.getByRole('dialog', { name: 'Keys' }))(page)
      await page.getByRole('button', { name: 'Change keys' }).click()
      await expect(page.getByRole('dialog', { name: 'Change keys' })).toBeVisible()
    },
  },
  { name: 'queue', open: goTo('#/queue') },
  { name: 'settings', open: goTo('#/settings') },
  {
    name: 'settings, a provider',
    open: async (page) => {
      await goTo('#/settings')(page)
      await page
        .getByRole('button', { name: /^OpenAI / })
        .first()
        .click()
      await expect(page.getByRole('table', { name: 'Models of OpenAI' })).toBeVisible()
    },
  },
  {
    name: 'settings, a model',
    open: async (page) => {
      await goTo('#/settings')(page)
      await page.getByRole('button', { name: 'Change gpt-image-2', exact: true }).click()
      await expect(page.getByRole('dialog', { name: 'GPT Image 2' })).toBeVisible()
    },
  },
]

/** 8 rows of three drafts each. */
const sheet = colourSheet(8).replace('sku,colour,prompt', 'sku,colour,prompt,count').replaceAll('photo"', 'photo",3')

for (const colorScheme of themes) {
  test(`axe finds nothing on any screen, ${colorScheme}`, async ({ app, page }) => {
    test.setTimeout(180_000)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await runSheet(page, app.url, sheet, 24)
    await toFirstDraft(page)
    for (const key of ['p', 'ArrowRight', 'x', 'ArrowRight', 'h', '3', '6']) await page.keyboard.press(key)
    const found: string[] = []
    for (const { name, open } of screens) {
      await open(page)
      await expect(page.locator('main [aria-busy=true]')).toHaveCount(0)
      await page.waitForTimeout(300)
      for (const violation of await violationsOf(page, colorScheme)) found.push(`${name}: ${violation}`)
      await page.keyboard.press('Escape')
    }
    expect(found).toEqual([])
  })
}

test('at 200 % zoom nothing needs scrolling sideways, and every part is there', async ({ app, page }) => {
  await runSheet(page, app.url, sheet, 24)
  // 1440 x 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 })
  for (const address of ['#/', '#/load/1', '#/batch/1', '#/batch/1/image/1', '#/batch/1/compare/1,2', '#/settings']) {
    await goTo(address)(page)
    await expect(page.getByRole('main')).toBeVisible()
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(over, address).toBeLessThanOrEqual(0)
  }
  await goTo('#/batch/1')(page)
  await expect(page.getByRole('gridcell').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Deliver' })).toBeVisible()
})

test('forced colours: focus and decisions are drawn without the theme’s colours', async ({ app, page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await runSheet(page, app.url, sheet, 24)
  await toFirstDraft(page)
  await page.keyboard.press('p')
  const picture = page.getByRole('gridcell', { selected: false }).first().locator('[aria-hidden]').first()
  const outline = await picture.evaluate((element) => getComputedStyle(element).outlineStyle)
  expect(outline).toBe('solid')
  const motion = await page.evaluate(() =>
    getComputedStyle(document.documentElement).getPropertyValue('--motion').trim(),
  )
  expect(motion).toMatch(/^0m?s$/)
})
