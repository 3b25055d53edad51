import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page } from 'playwright/test'
import { test } from './app.ts'
import { toFirstDraft } from './batch.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

async function choose(page: Page, list: string, choice: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: list }).click()
  await page.getByRole('option', { name: choice }).first().click()
}

test('a final of two steps, from the tray to before and after', async ({ app, page }, testInfo) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(app.url)
  await page.locator('input[type=file]').first().setInputFiles(join(examples, 'requests.jsonl'))
  await page.getByRole('button', { name: /Run all/ }).click()
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('20 undecided', { timeout: 60_000 })
  await toFirstDraft(page)
  await page.keyboard.press('h')
  await expect(status).toContainText('1 approved')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toContainText('1 to full size')
  // Faithful is made the way each draft's own model does it best: nothing follows it.
  await expect(page.getByRole('combobox', { name: 'Step 2 of a final' })).toHaveCount(0)
  await choose(page, 'How full sizes are made', /^Lanczos upscale 2×/)
  await choose(page, 'Step 2 of a final', /^Lanczos upscale 2×/)
  await expect(page.getByRole('combobox', { name: 'Step 3 of a final' })).toBeVisible()
  await expect(tray.getByRole('button', { name: /Make/ })).toBeEnabled()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: testInfo.outputPath(`tray-${colorScheme}.png`) })
  }
  await tray.getByRole('button', { name: /Make/ }).click()
  await expect(tray).toContainText('Every marked draft has its final')

  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('e')
  const loupe = page.getByRole('region', { name: /^Loupe/ })
  await loupe.getByText('Slider').click()
  const slider = loupe.getByRole('slider', { name: 'How much of the draft is shown' })
  await expect(slider).toHaveAttribute('aria-valuenow', '50')
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await expect(slider).not.toHaveAttribute('aria-valuenow', '50')
  await page.screenshot({ path: testInfo.outputPath('slider.png') })
  // One final, four times the draft's side: what came between is no final of its own.
  const finals = page.getByRole('heading', { name: 'Finals' }).locator('..')
  await expect(finals).toContainText('2048 × 2048')
  await expect(finals).not.toContainText('1024 × 1024')
})
