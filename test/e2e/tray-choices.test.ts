import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

const shots = process.env.PROOFSHEET_SHOTS

test('the tray offers what each model has, and says what redraws', async ({ app, page }) => {
  test.setTimeout(120_000)
  await runSheet(page, app.url, colourSheet(2), 2)
  await toFirstDraft(page)
  await page.keyboard.press('p')
  await page.keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toContainText('to full size')
  const ways = tray.getByRole('combobox', { name: 'How full sizes are made' })
  const choose = async (name: RegExp) => {
    await ways.click()
    await page.getByRole('option', { name }).first().click()
  }
  await choose(/4×/)
  await expect(tray.getByRole('button', { name: /^Make them/ })).toBeEnabled()
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    for (const width of [1280, 1440])
      if (shots) {
        await page.setViewportSize({ width, height: 900 })
        await page.screenshot({ path: `${shots}/tray-${theme}-${width}.png` })
      }
    const found = await new AxeBuilder({ page }).include('[data-region=tray]').analyze()
    expect(found.violations).toEqual([])
  }
  await tray.getByRole('button', { name: /^Make them/ }).click()
  await expect(tray).toContainText('Every approved draft has its final', { timeout: 30_000 })
})
