import { expect, type Page } from 'playwright/test'
import writeXlsxFile from 'write-excel-file/node'
import { test } from './app.ts'

const parti = `Prompt\tCategory\tChallenge\tNote\n${Array.from(
  { length: 12 },
  (_, at) => `a "sign" number ${at}, 5" wide\tSigns\tWriting\tnaïve café`,
).join('\n')}\n`

const main = (page: Page) => page.getByRole('main')
const load = (page: Page, name: string, buffer: Buffer) =>
  page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

const paste = (page: Page, text: string) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)

test('a TSV as people have them, in UTF-16 without a mark, and its encoding shown', async ({ app, page }) => {
  await page.goto(app.url)
  await load(page, 'PartiPrompts.tsv', Buffer.from(parti, 'utf16le'))
  await expect(main(page).getByText('12 rows, 4 columns, TSV')).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Encoding' })).toContainText('UTF-16 LE')
  await expect(page.getByRole('combobox', { name: 'Between cells' })).toContainText('tab')
  await page.getByRole('button', { name: /Run all/ }).click()
  await expect(page.getByRole('contentinfo')).toContainText(/undecided/, { timeout: 60_000 })
})

test('a workbook: its sheets are chosen, what columns are for is remembered', async ({ app, page }, testInfo) => {
  const workbook = await writeXlsxFile([
    {
      sheet: 'Shoes',
      data: [
        ['sku', 'Picture text', 'size'],
        ['A1', 'a red shoe on white', '512x512'],
      ],
    },
    {
      sheet: 'Hats',
      data: [
        ['sku', 'Picture text', 'size'],
        ['H1', 'a straw hat', '512x512'],
        ['H2', 'a cap', ''],
      ],
    },
  ]).toBuffer()
  await page.goto(app.url)
  await load(page, 'catalogue.xlsx', workbook)
  await expect(main(page).getByText('1 row, 3 columns, XLSX')).toBeVisible()
  await page.getByRole('combobox', { name: 'What the column Picture text is for' }).click()
  await page.getByRole('option', { name: 'Prompt', exact: true }).click()
  await expect(main(page).getByText('As you chose them for a sheet with the same columns.')).toBeVisible()

  await page.getByRole('combobox', { name: 'Sheet of the workbook' }).click()
  await page.getByRole('option', { name: 'Hats' }).click()
  await expect(main(page).getByRole('heading', { name: 'catalogue.xlsx [Hats]' })).toBeVisible()
  await expect(main(page).getByText('As you chose them for a sheet with the same columns.')).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'What the column Picture text is for' })).toContainText('Prompt')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: testInfo.outputPath(`load-${colorScheme}.png`) })
  }
  await page.getByRole('button', { name: 'As found' }).click()
  await expect(page.getByRole('combobox', { name: 'What the column Picture text is for' })).toContainText('Kept')
})

test('pasted Markdown is a table; another delimiter reads a text anew', async ({ app, page }) => {
  await page.goto(app.url)
  await expect(page.locator('input[type=file]').first()).toBeAttached()
  await paste(page, '| id | prompt |\n|----|--------|\n| 1 | a fox |\n| 2 | a hen |\n')
  await expect(main(page).getByText('2 rows, 2 columns, Markdown table')).toBeVisible()
  await load(page, 'list.txt', Buffer.from('what;note\na fox, red;x\n'))
  await expect(main(page).getByText('2 rows, 1 column, one prompt a line')).toBeVisible()
  await page.getByRole('combobox', { name: 'Between cells' }).click()
  await page.getByRole('option', { name: 'semicolon' }).click()
  await expect(main(page).getByText('1 row, 2 columns, CSV')).toBeVisible()
})
