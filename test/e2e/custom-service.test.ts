import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { test } from './app.ts'

/** Where a person looking at the pictures wants them; nothing is written without it. */
const shots = process.env.PROOFSHEET_SHOTS

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('a service is described in a form, tested before it is saved with its key, changed and removed', async ({
      app,
      page,
    }) => {
      const fake = await startFakeProvider({ key: 'sk-canary-0123456789' })
      const shoot = async (name: string) => {
        for (const width of shots ? [1280, 1440, 1920] : []) {
          await page.setViewportSize({ width, height: 900 })
          await page.screenshot({ path: `${shots}/${name}-${colorScheme}-${width}.png` })
        }
      }
      await page.goto(app.url)
      await page.evaluate(() => {
        window.location.hash = '#/settings'
      })
      await page.getByRole('button', { name: 'Add a service' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('combobox', { name: 'Begin with' }).click()
      await page.getByRole('option', { name: 'Submit and poll' }).click()
      await shoot('form')
      await dialog.getByLabel('Base URL').fill(`${fake.url}/custom?key=1`)
      await expect(dialog.getByText('It has no user, no question mark and no # in it.')).toBeVisible()
      await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
      await dialog.getByLabel('Base URL').fill(`${fake.url}/custom`)
      await dialog.getByLabel('Name').fill('Night jobs')
      await expect(dialog.getByLabel('Id')).toHaveValue('night-jobs')
      await dialog.getByLabel('Price of a picture, USD').fill('0.04')
      // Where the key goes is said before anything is stored.
      await expect(dialog.getByText(`It is sent to ${fake.url} and nowhere else.`)).toBeVisible()

      await dialog.getByRole('button', { name: 'JSON' }).click()
      const box = dialog.getByRole('textbox', { name: 'Description' })
      const text = await box.inputValue()
      expect(JSON.parse(text)).toMatchObject({
        name: 'night-jobs',
        baseUrl: `${fake.url}/custom`,
        models: [{ price: '0.04' }],
      })
      await box.fill(text.replace('{{prompt}}', '{{promt}}'))
      await expect(dialog.getByText('request.body.prompt')).toBeVisible()
      await expect(dialog.getByText('there is no {{promt}}')).toBeVisible()
      await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
      await shoot('problems')
      await box.fill(text.replace('"everySeconds": 1', '"everySeconds": 1, "origins": ["https://jobs.example.com"]'))
      await expect(
        dialog.getByText(`It is sent to ${fake.url}, https://jobs.example.com and nowhere else.`),
      ).toBeVisible()
      await box.fill(text)

      // Tried before it is stored: nothing is there yet, with a bad key or a good one.
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog.getByText(/did not accept/)).toBeVisible()
      await dialog.getByLabel('Key', { exact: true }).fill('sk-canary-0123456789')
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog.getByText(`Connected to ${fake.url}`)).toBeVisible()
      await expect(page.locator('[id^="provider-custom"]')).toHaveCount(0)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog.getByText('Saved as custom:night-jobs')).toBeVisible()
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog.getByText(`Connected to ${fake.url}`)).toBeVisible()
      await dialog.getByRole('button', { name: 'Form' }).click()
      await shoot('saved')
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
      await dialog.getByRole('button', { name: 'Done' }).click()

      const own = page.getByRole('region', { name: 'Your own services' })
      await expect(own.getByText('custom:night-jobs')).toBeVisible()
      await expect(page.getByRole('article', { name: 'Night jobs' })).toBeVisible()
      await own.scrollIntoViewIfNeeded()
      await shoot('list')
      await own.getByRole('button', { name: 'Change Night jobs' }).click()
      await dialog.getByLabel('Name').fill('My jobs')
      await expect(dialog.getByLabel('Id')).toHaveValue('night-jobs')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.getByRole('button', { name: 'Done' }).click()
      await expect(page.getByRole('article', { name: 'My jobs' })).toBeVisible()
      await own.getByRole('button', { name: 'Remove My jobs' }).click()
      await expect(own.getByText('custom:night-jobs')).toBeHidden()
      await expect(page.getByRole('article', { name: 'My jobs' })).toBeHidden()
      await fake.close()
    })
  })
}
