import { expect } from 'playwright/test'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { test } from './app.ts'

test('paste a key, test it, see what is left and what pictures cost, change a price, keep a profile', async ({
  app,
  page,
}) => {
  const fake = await startFakeProvider({ key: 'good-key' })
  try {
    await page.goto(app.url)
    await page.evaluate(() => {
      window.location.hash = '#/settings'
    })
    await page.getByLabel('Search providers and models').fill('recraft v4.1')
    await expect(page.getByRole('region', { name: 'Needs a key' }).getByRole('article')).toHaveCount(1)
    await page.getByRole('button', { name: /^Recraft / }).click()
    const card = page.getByRole('article', { name: 'Recraft' })
    await card.getByText('More settings').click()
    await card.getByLabel('Base URL').fill(`${fake.url}/recraft/v1`)
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByLabel('Key', { exact: true }).fill('good-key')
    await card.getByRole('button', { name: 'Store the key' }).click()
    await card.getByRole('button', { name: 'Test the connection' }).click()
    await expect(card.getByText('12,345 credits ($12.35)')).toBeVisible()
    await expect(card.getByText(/Kept to here: \d+ at the same time/)).toBeVisible()

    await card.getByRole('button', { name: 'Refresh' }).click()
    await expect(card.getByText('1 price changed.')).toBeVisible()
    await expect(card.getByRole('row', { name: /recraftv4_1 / })).toContainText('$0.033')

    await card.getByRole('button', { name: 'Change recraftv4_1', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Price' }).click()
    await page.getByRole('option', { name: 'A picture' }).click()
    await dialog.getByLabel('Dollars a picture').fill('0.5')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(card.getByRole('row', { name: /recraftv4_1 / })).toContainText('$0.50')
    await card.getByRole('button', { name: 'Change recraftv4_1', exact: true }).click()
    await page.getByRole('button', { name: 'Reset to the catalogue’s' }).click()
    await expect(card.getByRole('row', { name: /recraftv4_1 / })).toContainText('$0.033')

    await page.getByRole('combobox', { name: 'Add what a provider suggests' }).click()
    await page.getByRole('option', { name: /^Recraft/ }).click()
    await page.getByRole('button', { name: 'Make it the default' }).first().click()
    await expect(page.getByRole('button', { name: 'The default', exact: true })).toHaveCount(1)

    const money = page.getByRole('form', { name: 'Caps' })
    await money.getByLabel('Most a month, in US dollars').fill('40')
    await money.getByRole('combobox', { name: 'A cap of its own for one provider' }).click()
    await page.getByRole('option', { name: 'Recraft' }).click()
    await money.getByLabel('Most a day at Recraft').fill('3')
    await money.getByRole('button', { name: 'Save the caps' }).click()
    await card.getByRole('button', { name: 'Forget it' }).click()
    await expect(card.getByText('needs a key')).toBeVisible()
    await page.reload()
    await expect(page.getByLabel('Most a month, in US dollars')).toHaveValue('40')
    await expect(page.getByLabel('Most a day at Recraft')).toHaveValue('3')
    await expect(page.getByRole('button', { name: 'The default', exact: true })).toHaveCount(1)
  } finally {
    await fake.close()
  }
})

test('caps that a rebuilt library shut are said on every page, and opened by a person who has read why', async ({
  app,
  page,
}) => {
  await page.goto(app.url)
  await expect(page.getByText('Nothing is waiting.')).toBeVisible()
  const shut = await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch('/api/settings', { method: 'POST', headers, body: JSON.stringify({ capsShut: true }) })
    return reply.status
  })
  expect(shut).toBe(200)
  await page.reload()
  await expect(page.getByText('Paid requests are shut.')).toBeVisible()
  await page.getByRole('button', { name: 'Open the caps' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open the caps?' })
  await expect(dialog.getByText('Look at your providers’ own bills first', { exact: false })).toBeVisible()
  await dialog.getByRole('button', { name: 'Keep them shut' }).click()
  await expect(page.getByText('Paid requests are shut.')).toBeVisible()
  await page.getByRole('button', { name: 'Open the caps' }).click()
  await dialog.getByRole('button', { name: 'Open the caps' }).click()
  await expect(page.getByText('Paid requests are shut.')).toBeHidden()
  await page.reload()
  await expect(page.getByText('Nothing is waiting.')).toBeVisible()
  await expect(page.getByText('Paid requests are shut.')).toBeHidden()
})
