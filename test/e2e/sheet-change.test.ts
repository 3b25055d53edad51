import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet } from './batch.ts'

test('a newer sheet is dropped on a batch: what differs is shown, and only that is made', async ({
  app,
  page,
}, info) => {
  const sheet = colourSheet(8)
  await runSheet(page, app.url, sheet, 8)
  await page.keyboard.press('Home')
  const lines = sheet.split('\n')
  const newer = [
    lines[0],
    ...lines.slice(2, 8),
    'KB-0008,sage,"Sneaker, sage, on wet sand, product photo"',
    'KB-0009,navy,"Sandal, navy, on slate, product photo"',
  ].join('\n')
  await page
    .getByLabel('Newer sheet file')
    .setInputFiles({ name: 'keyboard-2.csv', mimeType: 'text/csv', buffer: Buffer.from(newer) })
  const dialog = page.getByRole('dialog', { name: 'A newer sheet: keyboard-2.csv' })
  await expect(dialog.getByRole('row', { name: /KB-0001 gone/ })).toBeVisible()
  await expect(dialog.getByRole('row', { name: /KB-0008 changed prompt .*slate.*wet sand/ })).toBeVisible()
  await expect(dialog.getByRole('row', { name: /KB-0009 new/ })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: info.outputPath(`update-${colorScheme}.png`) })
    const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
  }
  await dialog.getByRole('button', { name: /Update and make 2 drafts, free/ }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: /^Undecided 8$/ })).toBeVisible({ timeout: 45_000 })
  await page.getByRole('button', { name: /^No longer in the sheet 1$/ }).click()
  await expect(page.getByRole('button', { name: /^No longer in the sheet 1$/ })).toHaveAttribute('aria-pressed', 'true')
  await page.screenshot({ path: info.outputPath('removed.png') })
})
