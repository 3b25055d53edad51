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

test('a watched file is noticed when it is saved; nothing opens or is made until the notice is followed', async ({
  app,
  page,
}) => {
  const sheet = colourSheet(4)
  await runSheet(page, app.url, sheet, 4)
  // A real file of the browser's own, in place of the system's picker, which no test can press.
  const save = (text: string) =>
    page.evaluate(async (content) => {
      const folder = await navigator.storage.getDirectory()
      const handle = await folder.getFileHandle('keyboard.csv', { create: true })
      const writer = await handle.createWritable()
      await writer.write(content)
      await writer.close()
      Object.assign(window, { showOpenFilePicker: () => Promise.resolve([handle]) })
    }, text)
  await save(sheet)
  const menu = page.getByRole('button', { name: 'Loupe, compare, survey, shoot-out' })
  await menu.click()
  await page.getByRole('menuitem', { name: 'Watch the sheet’s file…' }).click()
  await menu.click()
  await expect(page.getByRole('menuitem', { name: 'Stop watching keyboard.csv' })).toBeVisible()
  await page.keyboard.press('Escape')
  // Watched from its first look on.
  await page.waitForTimeout(2500)
  await save(`${sheet}\nKB-0005,navy,"Sandal, navy, on slate, product photo"`)
  await expect(page.getByText('keyboard.csv was saved')).toBeVisible({ timeout: 15_000 })
  await expect(page.getByRole('dialog', { name: /newer sheet/ })).toBeHidden()
  await page.getByRole('button', { name: 'See what differs' }).click()
  const dialog = page.getByRole('dialog', { name: 'A newer sheet: keyboard.csv' })
  await dialog.getByRole('button', { name: /Update and make 1 draft, free/ }).click()
  await expect(page.getByRole('button', { name: /^Undecided 5$/ })).toBeVisible({ timeout: 45_000 })
})
