import AxeBuilder from '@axe-core/playwright'
import { expect } from 'playwright/test'
import { test } from './app.ts'

test('the window opens over an empty library', async ({ app, page }) => {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(app.url)
  await expect(page).toHaveTitle(/Proofsheet/)
  await expect(page.getByRole('main')).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((violation) => `${violation.id}: ${violation.help}`)).toEqual([])
  expect(problems).toEqual([])
})

test('without its token the host answers nobody', async ({ app, request }) => {
  const reply = await request.get(new URL('/', app.url).origin)
  expect([401, 403]).toContain(reply.status())
})

test('Ctrl+C ends the host cleanly', async ({ app }) => {
  // 130 says that it was stopped; a signal or another status, that it fell over.
  expect([0, 130]).toContain(await app.stop())
})
