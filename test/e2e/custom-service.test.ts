import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { test } from './app.ts'

/** Where a person looking at the pictures wants them; nothing is written without it. */
const shots = process.env.PROOFSHEET_SHOTS

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('a service is described, saved, given its key, tested, changed and removed', async ({ app, page }) => {
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
      const box = dialog.getByRole('textbox', { name: 'Description' })
      await expect(box).toHaveValue(/poll_url/)
      const text = (await box.inputValue()).replace('http://127.0.0.1:8080/v1', `${fake.url}/custom`)

      await box.fill(text.replace('{{prompt}}', '{{promt}}').replace('"jobs"', '"My Jobs"'))
      await expect(dialog.getByText('request.body.prompt')).toBeVisible()
      await expect(dialog.getByText('there is no {{promt}}')).toBeVisible()
      await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
      await shoot('problems')
      await box.fill(text)
      await expect(dialog.getByText('submits, then polls')).toBeVisible()
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog.getByText('Saved as custom:jobs')).toBeVisible()
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog.getByText(/did not accept/)).toBeVisible()
      await dialog.getByLabel('Key').fill('sk-canary-0123456789')
      await dialog.getByRole('button', { name: 'Store the key' }).click()
      await expect(dialog.getByText('The key is stored.')).toBeVisible()
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog.getByText(`Connected to ${fake.url}`)).toBeVisible()
      await shoot('saved')
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
      await dialog.getByRole('button', { name: 'Done' }).click()

      const own = page.getByRole('region', { name: 'Your own services' })
      await expect(own.getByText('custom:jobs')).toBeVisible()
      await expect(page.getByRole('article', { name: 'Submit and poll' })).toBeVisible()
      await own.scrollIntoViewIfNeeded()
      await shoot('list')
      await own.getByRole('button', { name: 'Change Submit and poll' }).click()
      await box.fill(text.replace('"Submit and poll"', '"My jobs"'))
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.getByRole('button', { name: 'Done' }).click()
      await expect(page.getByRole('article', { name: 'My jobs' })).toBeVisible()
      await own.getByRole('button', { name: 'Remove My jobs' }).click()
      await expect(own.getByText('custom:jobs')).toBeHidden()
      await expect(page.getByRole('article', { name: 'My jobs' })).toBeHidden()
      await fake.close()
    })
  })
}
