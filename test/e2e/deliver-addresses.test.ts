import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { presigned } from '../s3-double/presigned.ts'
import { startS3Double } from '../s3-double/s3-double.ts'
import { test } from './app.ts'
import { runSheet, toFirstDraft } from './batch.ts'

test('pictures go to the addresses of a column; padded on a colour; and the next delivery begins there', async ({
  app,
  page,
}, testInfo) => {
  test.setTimeout(180_000)
  const double = await startS3Double()
  try {
    const addresses = await presigned(double, ['a.webp', 'b.webp'], 'image/webp')
    const rows = addresses.map((address, at) => `A${at + 1},a shoe number ${at + 1},${address}`)
    await runSheet(page, app.url, ['id,prompt,upload url', ...rows].join('\n'), 2)
    await toFirstDraft(page)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('p')
    await page.keyboard.press('Control+e')
    const dialog = page.getByRole('dialog', { name: /^Deliver/ })
    await dialog.getByRole('button', { name: 'Addresses' }).click()
    // The column that looks like addresses is put there by itself.
    await expect(dialog.getByLabel('Upload addresses')).toHaveValue('{upload url}')
    await dialog.getByLabel('Folder for the manifest').fill(testInfo.outputPath('client'))
    await dialog.getByLabel('Own server').fill(double.url)
    await dialog.getByRole('button', { name: 'My own' }).click()
    await dialog.getByRole('combobox', { name: 'Format' }).click()
    await page.getByRole('option', { name: 'WebP' }).click()
    await dialog.getByRole('textbox', { name: 'Width' }).fill('200')
    await dialog.getByRole('textbox', { name: 'Height' }).fill('120')
    await dialog.getByRole('combobox', { name: 'Fit' }).click()
    await page.getByRole('option', { name: 'Pad to size' }).click()
    await dialog.getByRole('combobox', { name: 'Background' }).click()
    await page.getByRole('option', { name: 'a colour' }).click()
    await dialog.getByLabel('Background colour', { exact: true }).fill('#d8c3a5')
    await expect(dialog).toContainText(`${double.url}/pictures/a.webp`)
    await expect(dialog).not.toContainText('X-Amz')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const size of [
        { width: 1280, height: 800 },
        { width: 1920, height: 1080 },
      ]) {
        await page.setViewportSize(size)
        await page.screenshot({ path: testInfo.outputPath(`addresses-${colorScheme}-${size.width}.png`) })
      }
      await dialog.getByLabel('Background colour', { exact: true }).scrollIntoViewIfNeeded()
      await page.screenshot({ path: testInfo.outputPath(`background-${colorScheme}.png`) })
      const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    }
    await dialog.getByRole('button', { name: /^Deliver 2 files/ }).click()
    const result = page.getByRole('dialog', { name: /is delivered/ })
    await expect(result).toContainText('2 files and the manifest are there', { timeout: 60_000 })
    await expect(result.getByRole('button', { name: 'Copy addresses' })).toBeVisible()
    await page.screenshot({ path: testInfo.outputPath('result.png') })
    expect([...double.objects().keys()].toSorted()).toEqual(['a.webp', 'b.webp'])

    await result.getByRole('button', { name: 'Done' }).click()
    await page.keyboard.press('Control+e')
    await expect(dialog.getByLabel('Upload addresses')).toHaveValue('{upload url}')
    await expect(dialog.getByLabel('Background colour', { exact: true })).toHaveValue('#d8c3a5')
    await expect(dialog).toContainText('2 of them there already')
  } finally {
    await double.close()
  }
})
