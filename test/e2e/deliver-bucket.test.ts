import { expect } from 'playwright/test'
import { startS3Double } from '../s3-double/s3-double.ts'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

test('a bucket in the deliver dialog: its keys stored, tried, delivered to, and its address to copy', async ({
  app,
  page,
}, testInfo) => {
  test.setTimeout(120_000)
  const double = await startS3Double()
  try {
    await runSheet(page, app.url, colourSheet(2), 2)
    await toFirstDraft(page)
    await page.keyboard.press('p')
    await page.keyboard.press('Control+e')
    const dialog = page.getByRole('dialog', { name: /Deliver/ })
    await dialog.getByText('Bucket', { exact: true }).click()
    await dialog.getByLabel('Bucket', { exact: true }).fill('s3://pictures/client')
    await dialog.getByLabel('Endpoint').fill(double.url)
    await dialog.getByLabel('Access key id').fill(double.accessKeyId)
    await dialog.getByLabel('Secret access key').fill(double.secretAccessKey)
    await dialog.getByRole('button', { name: 'Store the keys' }).click()
    await expect(dialog.getByRole('button', { name: 'Forget the keys' })).toBeVisible()
    await dialog.getByRole('button', { name: 'Test destination' }).click()
    await expect(dialog).toContainText('can be listed, written, read and cleared')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: testInfo.outputPath(`bucket-${colorScheme}.png`) })
    }
    await dialog.getByRole('button', { name: /^Deliver/ }).click()
    const result = page.getByRole('dialog', { name: /is delivered/ })
    await expect(result).toContainText('s3://pictures/client/')
    await expect(result.getByRole('button', { name: 'Copy links for 7 days' })).toBeVisible()
    await page.screenshot({ path: testInfo.outputPath('result.png') })
    expect([...double.objects().keys()].filter((key) => key.endsWith('.png'))).toHaveLength(1)
    await expect.poll(() => [...double.objects().keys()].some((key) => key.endsWith('/manifest.json'))).toBe(true)
  } finally {
    await double.close()
  }
})
