import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from 'playwright/test'
import { test } from './app.ts'

/** Two rows of two drafts; those of the second ask for a size that cannot be drawn. */
const sheet = [
  'sku,width,height,count,prompt',
  'KB-1,512,512,2,"Sneaker, ivory, product photo"',
  'KB-2,5000,512,2,"Sneaker, navy, product photo"',
].join('\n')

const card = (page: Page, variant: number) => page.getByRole('gridcell', { name: `KB-2, variant ${variant}` })

async function openWithFailures(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'wide.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await page.getByRole('button', { name: /^Run all/ }).click()
  await expect(page.getByRole('button', { name: 'Failed 2' })).toBeVisible({ timeout: 45_000 })
  // The counts may be a moment ahead of the cells.
  await expect(page.getByRole('gridcell', { name: /^KB-1, variant \d, undecided, / })).toHaveCount(2)
  for (const variant of [1, 2]) await expect(card(page, variant)).toContainText('5000x512 is not offered')
  await page.getByRole('grid').focus()
  await toFirstFailed(page)
}

/** Rows of two stand beside each other. */
async function toFirstFailed(page: Page): Promise<void> {
  for (const key of ['Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
}

test('a failed card says why, and is retried, edited, sent elsewhere and dismissed where it stands, by keyboard', async ({
  app,
  page,
}) => {
  const { keyboard } = page
  await openWithFailures(page, app.url)
  await expect(card(page, 1)).toContainText('5000x512 is not offered by Sketch')
  const focused = page.locator(':focus')

  // Tab leads from the card in focus to its buttons, and through them.
  for (const name of ['Retry', 'Edit prompt', 'Other model', 'Dismiss']) {
    await keyboard.press('Tab')
    await expect(focused).toHaveText(name)
  }
  await keyboard.press('Enter')
  await expect(card(page, 1)).toContainText('Dismissed')
  await expect(page.locator('[data-region=batches]')).toContainText('1 failed')
  // It is among the failures no more, and found by asking for what was dismissed.
  const bar = page.getByRole('toolbar', { name: 'Filter and view' })
  await bar.getByRole('button', { name: 'Failed 1' }).click()
  await expect(page.getByRole('gridcell')).toHaveCount(1)
  await expect(card(page, 2)).toBeVisible()
  await bar.getByRole('button', { name: 'Failed 1' }).click()
  await bar.getByRole('button', { name: 'More filters' }).click()
  await page.getByRole('button', { name: 'Dismissed 1' }).click()
  await expect(page.getByRole('gridcell')).toHaveCount(1)
  await expect(card(page, 1)).toContainText('Dismissed')
  await keyboard.press('Escape')
  await bar.getByRole('button', { name: 'dismissed', exact: true }).click()
  await expect(page.getByRole('gridcell')).toHaveCount(4)
  await card(page, 1).click()
  // It is not lost: the details still ask again.
  const details = page.getByRole('complementary', { name: 'Details' })
  await expect(details.getByRole('button', { name: 'Retry' })).toBeVisible()

  // The same from the menu of the tile.
  await page.getByRole('grid').focus()
  await keyboard.press('ArrowRight')
  await keyboard.press('Shift+F10')
  const menu = page.getByRole('menu', { name: 'This draft' })
  await expect(menu.getByRole('menuitem')).toContainText(['Retry', 'Edit the prompt', 'another model', 'Dismiss'])
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await menu.getByRole('menuitem', { name: 'Send this draft to another model' }).click()
  const other = page.getByRole('dialog', { name: 'KB-2: send to another model' })
  // The size that failed would fail again: another is chosen, and asked for.
  await other.getByRole('button', { name: /^Ask again/ }).click()
  await expect(other.getByRole('alert')).toContainText('5000x512 is not offered')
  await other.getByRole('combobox', { name: 'Size' }).click()
  await page.getByRole('option', { name: '512 × 512', exact: true }).click()
  await other.getByRole('button', { name: /^Ask again/ }).click()
  await expect(page.getByRole('gridcell', { name: /^KB-2, variant 2, undecided/ })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('grid')).toBeFocused()
})

test('a press of the other button is about the tile under it, or about the selection that it is in', async ({
  app,
  page,
}) => {
  await openWithFailures(page, app.url)
  const first = page.getByRole('gridcell', { name: /^KB-1, variant 1/ })
  const second = page.getByRole('gridcell', { name: /^KB-1, variant 2/ })
  await second.click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Approve P/ }).click()
  await expect(second).toHaveAccessibleName(/approved/)
  await first.click()
  await second.click({ modifiers: ['Shift'] })
  await first.click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Reject X/ }).click()
  await expect(first).toHaveAccessibleName(/rejected/)
  await expect(second).toHaveAccessibleName(/rejected/)
})

test('a picture is taken as a reference for the next edited prompt and for full sizes', async ({ app, page }) => {
  const { keyboard } = page
  await openWithFailures(page, app.url)
  await keyboard.press('Home')
  await keyboard.press('Shift+R')
  await expect(page.getByText('KB-1, variant 1 goes in as a reference')).toBeVisible()
  await keyboard.press('h')
  await keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  const references = tray.getByRole('region', { name: 'Reference pictures' })
  await expect(references).toContainText('only where a model draws the full size')
  await expect(tray.getByRole('button', { name: /^Make them/ })).toBeEnabled()
  await page.getByRole('combobox', { name: 'How full sizes are made' }).click()
  await page
    .getByRole('option', { name: /^Sketch/ })
    .first()
    .click()
  // The sketches take none: the engine was asked with it, and says so before anything is made.
  await expect(tray).toContainText('None of them can be made')
  await expect(tray).toContainText('takes no reference pictures')
  await keyboard.press('Escape')

  await page.getByRole('grid').focus()
  await toFirstFailed(page)
  await keyboard.press('Tab')
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Ask KB-2 again' })
  await dialog.getByLabel('Prompt').fill('Sneaker, navy, on slate')
  await dialog.getByRole('button', { name: 'Ask again' }).click()
  await expect(dialog).toContainText('takes no reference pictures')
  await dialog.getByRole('button', { name: 'Leave KB-1, variant 1 out' }).click()
  await expect(dialog.getByRole('region', { name: 'Reference pictures' })).toHaveCount(0)
})
