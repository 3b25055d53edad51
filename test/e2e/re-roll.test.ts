import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'playwright/test'
import { test } from './app.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

test('R marks drafts to re-roll; the tray makes them once, beside the old ones', async ({ app, page }) => {
  await page.goto(app.url)
  await page.locator('input[type=file]').first().setInputFiles(join(examples, 'requests.jsonl'))
  await page.getByRole('button', { name: /Run all/ }).click()
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('20 undecided', { timeout: 60_000 })
  await page.getByRole('grid').focus()
  await page.keyboard.press('r')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('r')
  await page.keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toContainText('2 to re-roll')
  await tray.getByRole('button', { name: 'Re-roll them' }).click()
  await expect(status).toContainText('22 undecided')
  await expect(tray).not.toContainText('to re-roll')
})
