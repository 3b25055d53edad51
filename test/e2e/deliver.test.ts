import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import sharp from 'sharp'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

const sizes = [
  { width: 1280, height: 800 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
]

test('a set is delivered in two sizes, by column, with all that goes with it, and opened as a client would', async ({
  app,
  page,
}, testInfo) => {
  test.setTimeout(150_000)
  await runSheet(page, app.url, colourSheet(8), 8)
  await toFirstDraft(page)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('p')
  await expect(page.getByRole('contentinfo')).toContainText('8 approved')

  await page.keyboard.press('Control+e')
  const dialog = page.getByRole('dialog', { name: /^Deliver/ })
  const target = testInfo.outputPath('client')
  await dialog.getByLabel('Folder', { exact: true }).fill(target)
  await expect(dialog).toContainText('8 files,')
  await dialog.getByRole('button', { name: 'By column' }).click()
  await dialog.getByRole('combobox', { name: 'Column that names the folders' }).click()
  await page.getByRole('option', { name: 'colour' }).click()
  await dialog.getByRole('button', { name: 'Social' }).click()
  await expect(dialog).toContainText('terracotta/1080x1080/KB-0001-1.jpg')
  await dialog.getByRole('button', { name: 'My own' }).click()
  await dialog.getByLabel('Called').first().fill('square')
  await dialog.getByRole('textbox', { name: 'Width' }).first().fill('96')
  await dialog.getByRole('textbox', { name: 'Height' }).first().fill('96')
  await dialog.getByRole('textbox', { name: 'Width' }).nth(1).fill('120')
  await dialog.getByRole('textbox', { name: 'Height' }).nth(1).fill('')
  await expect(dialog).toContainText('it needs a width and a height')
  await expect(dialog.getByRole('button', { name: /^Deliver/ })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Height' }).nth(1).fill('63')
  await dialog.getByLabel('Name of each file').fill('{number}-{sku}')
  await dialog.getByRole('checkbox', { name: /Contact sheet/ }).click()
  await expect(dialog).toContainText('terracotta/square/1-KB-0001.jpg')
  await expect(dialog).toContainText('16 files, all to be made')
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    for (const size of sizes) {
      await page.setViewportSize(size)
      await page.screenshot({ path: testInfo.outputPath(`deliver-${theme}-${size.width}.png`) })
    }
    const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  }

  await dialog.getByRole('button', { name: /^Deliver 16 files/ }).click()
  const result = page.getByRole('dialog', { name: /is delivered/ })
  await expect(result).toContainText('16 files and the manifest are there', { timeout: 60_000 })
  await page.screenshot({ path: testInfo.outputPath('deliver-result.png') })

  // As a client: the folder, a picture, and the page in another window, with no server behind it.
  const [batch = ''] = await readdir(target)
  const folder = join(target, batch)
  expect((await readdir(folder)).toSorted()).toEqual([
    'checksums.sha256',
    'contact-sheet.html',
    'ivory',
    'manifest.csv',
    'manifest.json',
    'navy',
    'sage',
    'terracotta',
  ])
  const picture = await sharp(join(folder, 'terracotta', 'square', '1-KB-0001.jpg')).metadata()
  expect(picture).toMatchObject({ format: 'jpeg', width: 96, height: 96 })
  expect(picture.xmpAsString).toContain('trainedAlgorithmicMedia')

  const client = await page.context().newPage()
  const refused: string[] = []
  client.on('console', (message) => refused.push(message.text()))
  client.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) refused.push(request.url())
  })
  await client.goto(pathToFileURL(join(folder, 'contact-sheet.html')).href)
  await expect(client.locator('figure')).toHaveCount(8)
  const drawn = await client
    .locator('img')
    .evaluateAll((images) =>
      images.map((image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0),
    )
  expect(drawn).toEqual(Array.from({ length: 8 }, () => true))
  expect(refused).toEqual([])
  for (const theme of ['light', 'dark'] as const) {
    await client.emulateMedia({ colorScheme: theme })
    const { violations } = await new AxeBuilder({ page: client }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    await client.screenshot({ path: testInfo.outputPath(`contact-${theme}.png`), fullPage: true })
  }
  await client.pdf({ path: testInfo.outputPath('contact.pdf'), format: 'A4' })
  await client.locator('figure a').first().click()
  await expect(client).toHaveURL(/terracotta\/square\/1-KB-0001\.jpg$/)
})
