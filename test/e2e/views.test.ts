import { expect } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet } from './batch.ts'

/** 8 rows of three drafts. */
const sheet = colourSheet(8).replace('sku,colour,prompt', 'sku,colour,prompt,count').replaceAll('photo"', 'photo",3')

test('compare, survey and stacks mark the picture that is active, and the history takes it back', async ({
  app,
  page,
}) => {
  await runSheet(page, app.url, sheet, 24)
  const status = page.getByRole('contentinfo')
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')

  await page.keyboard.press('c')
  await expect(page.getByRole('figure', { name: /^Challenger: KB-0001, variant 2, undecided, active/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('figure', { name: /^Champion: KB-0001, variant 2/ })).toBeVisible()
  await expect(page.getByRole('figure', { name: /^Challenger: KB-0001, variant 3.*active/ })).toBeVisible()
  await page.keyboard.press('Shift+ArrowLeft')
  await page.keyboard.press('p')
  await expect(page.getByRole('figure', { name: /^Champion: KB-0001, variant 2, approved/ })).toBeVisible()
  await expect(status).toContainText('1 approved')

  await page.keyboard.press('b')
  await expect(page.getByRole('figure')).toHaveCount(3)
  await page.keyboard.press('k')
  await expect(page.getByRole('figure', { name: /KB-0002, variant 1.*active/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('grid')).toBeFocused()

  await page.keyboard.press('Shift+S')
  await expect(page.getByRole('gridcell', { name: /^Stack of 3: KB-0001, variant 2, approved/ })).toBeVisible()
  await page.keyboard.press('Shift+S')

  await page.keyboard.press('Shift+H')
  const history = page.getByRole('complementary', { name: 'History' })
  await expect(history.getByRole('listitem').last()).toContainText('pproved 1 draft')
  const before = await history.getByRole('listitem').count()
  await history
    .getByRole('listitem')
    .last()
    .getByRole('button', { name: /^Undo the/ })
    .click()
  await expect(history.locator('[data-undone]')).toHaveCount(before - 1)
  await expect(status).toContainText('1 approved')
  await expect(status).toContainText('0 rejected')
})

test('a filter is saved as a view and opens again after a reload', async ({ app, page }) => {
  await runSheet(page, app.url, sheet, 24)
  await page.getByRole('button', { name: 'More filters' }).click()
  await page.getByRole('combobox', { name: 'Column' }).click()
  await page.getByRole('option', { name: 'colour' }).click()
  await page.getByLabel('What colour holds').fill('NAVY')
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', /^[12]$/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByRole('menuitem', { name: 'Save this view' }).click()
  await page.getByLabel('Name', { exact: true }).fill('the navy ones')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('button', { name: 'View: the navy ones' })).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByRole('menuitem', { name: 'the navy ones', exact: true }).click()
  await expect(page.getByRole('gridcell', { name: /KB-0003/ }).first()).toBeVisible()
  await expect(page.getByRole('gridcell', { name: /KB-0001/ })).toHaveCount(0)
})

test('a key is moved to another command, after the conflict was shown, and outlasts a reload', async ({
  app,
  page,
}) => {
  await runSheet(page, app.url, sheet, 24)
  const status = page.getByRole('contentinfo')
  await page.getByRole('grid').focus()
  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Change keys' }).click()
  const dialog = page.getByRole('dialog', { name: 'Change keys' })
  await dialog.getByRole('button', { name: 'Add a key for Approve', exact: true }).click()
  await page.keyboard.press('x')
  await expect(dialog.getByRole('alert')).toContainText('taken by “Reject”')
  await dialog.getByRole('button', { name: 'Use it here instead' }).click()
  await expect(dialog.getByRole('button', { name: 'Take X from Approve' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('gridcell').first()).toBeVisible()
  await page.getByRole('grid').focus()
  await page.keyboard.press('x')
  await expect(status).toContainText('1 approved')

  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Change keys' }).click()
  await dialog.getByRole('checkbox', { name: /^Plain keys work/ }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('grid').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('x')
  await page.keyboard.press('Control+z')
  await expect(status).toContainText('0 approved')
})
