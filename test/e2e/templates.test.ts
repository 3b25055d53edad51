import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { test } from './app.ts'

const rows = ['sku,product', 'S1,shoe', 'S2,boot'].join('\n')

test('a template with a wildcard and an axis, through the window to the shoot-out by that axis', async ({
  app,
  page,
}, testInfo) => {
  test.setTimeout(90_000)
  await page.goto(app.url)
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'shoes.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  await expect(page.getByRole('main').getByRole('heading', { name: 'shoes.csv' })).toBeVisible()

  await page.getByText('Axes, wildcards, negative prompt and styles').click()
  await page
    .getByLabel('Wildcard files', { exact: true })
    .setInputFiles({ name: 'colours.txt', mimeType: 'text/plain', buffer: Buffer.from('# two\nred\nnavy\n') })
  await expect(page.getByRole('region', { name: 'Wildcards' })).toContainText('2 values')
  await page.getByRole('button', { name: 'Add an axis' }).click()
  await page.getByLabel('Name of the axis').fill('angle')
  await page.getByLabel('Values, with | between them').fill('front|side|top')
  const template = page.getByRole('textbox', { name: 'Template', exact: true })
  await template.fill('A __colours__ {{product}} from the {{angel}}')
  await expect(page.getByText('The sheet has no column "angel".')).toBeVisible()
  await template.fill('A __colours__ {{product}} from the {{angle}}')

  const prompts = page.getByRole('region', { name: 'The prompts' })
  await expect(prompts).toContainText('6 of each row, 12 in all')
  await expect(prompts.getByRole('listitem').first()).toContainText('A red shoe from the front')
  await prompts.getByRole('button', { name: 'Next row' }).click()
  await expect(prompts.getByRole('listitem').last()).toContainText('A navy boot from the top')
  await testInfo.attach('template', { body: await page.screenshot(), contentType: 'image/png' })
  // The plan is made anew while she types; it is dimmed until it is there.
  await expect(page.getByRole('button', { name: /^Run all/ })).toBeEnabled()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))).toEqual([])

  await page.getByRole('button', { name: /^Run all/ }).click()
  await expect(page.getByRole('button', { name: /^Undecided 12$/ })).toBeVisible({ timeout: 45_000 })
  await page.goto(`${page.url().replace(/\?.*$/, '')}`)
  await page.getByRole('grid').focus()
  await page.keyboard.press('m')
  const columns = page.getByRole('combobox', { name: 'Columns' })
  await columns.click()
  await page.getByRole('option', { name: 'angle' }).click()
  for (const angle of ['front', 'side', 'top'])
    await expect(page.getByRole('columnheader', { name: new RegExp(`^${angle}`) })).toBeVisible()
})

test('a template of 10^12 prompts offers a sample, and one press takes it', async ({ app, page }) => {
  await page.goto(app.url)
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'shoes.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  await page
    .getByRole('textbox', { name: 'Template', exact: true })
    .fill('{{product}} '.concat('{0|1|2|3|4|5|6|7|8|9}'.repeat(12)))
  const prompts = page.getByRole('region', { name: 'The prompts' })
  await expect(prompts).toContainText('1,000,000,000,000 of each row')
  await expect(prompts.getByRole('listitem').first()).toContainText('shoe 000000000000')
  await page.getByRole('button', { name: 'Take a sample of 20 of each row' }).click()
  await expect(prompts).toContainText('20 of each row, 40 in all')
  await expect(page.getByRole('button', { name: /^Run all/ })).toBeEnabled()
})
