import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import sharp from 'sharp'
import { test } from './app.ts'

const shots = process.env.PROOFSHEET_SHOTS

test('rows name their pictures: what is missing is said, pictures are added, and one goes in with every prompt', async ({
  app,
  page,
}) => {
  const picture = (colour: string) =>
    sharp({ create: { width: 300, height: 200, channels: 3, background: colour } })
      .png()
      .toBuffer()
  await page.goto(app.url)
  const sheet = 'prompt,reference\na red shoe,refs/red.png\na blue cup,refs/blue.png\na plain hat,\n'
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'wishes.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  const section = page.getByRole('region', { name: 'Reference pictures' })
  await expect(section).toContainText('2 pictures missing')
  await expect(section).toContainText('refs/red.png')
  if (shots) await page.screenshot({ path: `${shots}/missing.png` })

  await section.getByLabel('Reference pictures', { exact: true }).setInputFiles([
    { name: 'red.png', mimeType: 'image/png', buffer: await picture('red') },
    { name: 'blue.png', mimeType: 'image/png', buffer: await picture('blue') },
  ])
  await expect(section).toContainText('all are here')
  await expect(section.locator('img')).toHaveCount(2)
  // The drawing model takes none: said by row, and only the row without one is made.
  await page.getByRole('button', { name: /show 2 problems/ }).click()
  await expect(page.getByRole('cell', { name: 'Sketch takes no reference pictures' }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: /^Run all/ })).toBeEnabled()
  await section.getByRole('button', { name: /red\.png/ }).click()
  await expect(section).toContainText('every prompt')
  await expect(page.getByText('Nothing can be made: Sketch takes no reference pictures.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Run all/ })).toBeDisabled()
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    for (const width of [1280, 1440, 1920])
      if (shots) {
        await page.setViewportSize({ width, height: 1000 })
        await section.scrollIntoViewIfNeeded()
        await page.screenshot({ path: `${shots}/load-${theme}-${width}.png` })
      }
    const found = await new AxeBuilder({ page }).include('section[aria-labelledby=references-title]').analyze()
    expect(found.violations).toEqual([])
  }
})
