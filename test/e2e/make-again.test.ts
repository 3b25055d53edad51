import { join } from 'node:path'
import { expect } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'
import { themes, violationsOf } from './violations.ts'

/** Where a person looking at the pictures wants them; nothing is written without it. */
const shots = process.env.PROOFSHEET_SHOTS

test('pictures of a delivered manifest are made again: the price first, then which came out the same', async ({
  app,
  page,
}) => {
  const look = async (name: string) => {
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await violationsOf(page, colorScheme), name).toEqual([])
      if (shots) await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) })
    }
  }
  await runSheet(page, app.url, colourSheet(4), 4)
  await toFirstDraft(page)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('p')
  await expect(page.getByRole('contentinfo')).toContainText('4 approved')
  await page.keyboard.press('Control+e')
  const deliver = page.getByRole('dialog', { name: /^Deliver/ })
  const out = join(app.library, '..', 'out')
  await deliver.getByLabel('Folder', { exact: true }).fill(out)
  await deliver.getByRole('button', { name: /^Deliver 4 files/ }).click()
  const result = page.getByRole('dialog', { name: / is delivered$/ })
  await expect(result).toContainText('4 files and the manifest are there')
  const batch = ((await result.getByRole('heading').first().textContent()) ?? '').replace(/ is delivered$/, '')
  await page.keyboard.press('Escape')

  await page.evaluate(() => {
    window.location.hash = '#/'
  })
  const manifest = page.getByLabel('Manifest of a delivery')
  await manifest.setInputFiles({ name: 'none.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') })
  await expect(page.getByRole('alert')).toContainText('none.json could not be planned')
  await manifest.setInputFiles(join(out, batch, 'manifest.json'))
  const dialog = page.getByRole('dialog', { name: 'Make 4 pictures again' })
  await expect(dialog).toContainText('Requests')
  await look('make-again')
  await dialog.getByRole('button', { name: 'Make them again, free' }).click()
  await expect(page.getByRole('button', { name: 'Undecided 4' })).toBeVisible()
  await page.getByRole('button', { name: 'Loupe, compare, survey, shoot-out' }).click()
  await page.getByRole('menuitem', { name: 'What came out the same' }).click()
  const compared = page.getByRole('dialog', { name: 'What came out the same' })
  await expect(compared.getByRole('row', { name: /KB-0001.* the same$/ })).toBeVisible()
  await expect(compared.getByText('The same', { exact: true })).toBeVisible()
  await look('made-again')
})
