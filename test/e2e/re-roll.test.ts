import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

test('R marks drafts to re-roll; the tray makes them once, beside the old ones', async ({ app, page }) => {
  await page.goto(app.url)
  await page.locator('input[type=file]').first().setInputFiles(join(examples, 'requests.jsonl'))
  await page.getByRole('button', { name: /Run all/ }).click()
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('20 undecided', { timeout: 60_000 })
  await toFirstDraft(page)
  await page.keyboard.press('r')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('r')
  await page.keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toContainText('2 to re-roll')
  await tray.getByRole('button', { name: 'Re-roll them' }).click()
  await expect(status).toContainText('22 undecided')
  await expect(tray).not.toContainText('to re-roll')
})

test('a press while the plan is asked for again starts what comes, unless it is more than the button said', async ({
  app,
  page,
}) => {
  const { keyboard } = page
  await runSheet(page, app.url, colourSheet(6), 6)
  await toFirstDraft(page)
  await keyboard.press('r')
  await keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toContainText('1 to re-roll')

  /** Holds the answers to the next plans until it is called. */
  const holdPlans = async (): Promise<() => Promise<void>> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const address = /planRerolls/
    await page.route(address, async (route) => {
      await promise
      await route.continue()
    })
    return async () => {
      resolve()
      await page.unrouteAll({ behavior: 'wait' })
    }
  }
  const markAndPress = async (key: string) => {
    const release = await holdPlans()
    const asked = page.waitForRequest(/planRerolls/)
    await page.getByRole('grid').focus()
    await keyboard.press('ArrowRight')
    await keyboard.press(key)
    await asked
    await tray.getByRole('button', { name: 'Re-roll them' }).click()
    await release()
  }
  await markAndPress('r')
  await expect(tray).toContainText('2 to re-roll')
  await expect(tray.getByRole('button', { name: 'Re-roll them' })).toBeEnabled()
  await expect(page.getByRole('contentinfo')).toContainText('6 undecided')
  await markAndPress('p')
  await expect(tray).not.toContainText('to re-roll')
  await expect(page.getByRole('contentinfo')).toContainText('7 undecided')
})
