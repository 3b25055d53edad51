import { expect, type Page } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet, toFirstDraft } from './batch.ts'

/** 8 rows of three drafts. */
const sheet = colourSheet(8).replace('sku,colour,prompt', 'sku,colour,prompt,count').replaceAll('photo"', 'photo",3')

const cell = async (page: Page): Promise<string> => {
  const id = await page.getByRole('grid').getAttribute('aria-activedescendant')
  return (await page.locator(`#${id}`).getAttribute('aria-label'))?.replace(/, Sneaker.*/, '') ?? ''
}
const isActive = (page: Page, name: string) => expect.poll(() => cell(page)).toBe(name)
const rowOf = (page: Page, sku: string) =>
  page
    .getByRole('gridcell', { name: new RegExp(`^${sku}`) })
    .evaluateAll((cells) => cells.map((each) => each.getAttribute('aria-label')?.split(', ')[2] ?? ''))

test('keys mean what they say: verbs, targets, rows, ranges, steps back, and where focus goes', async ({
  app,
  page,
}) => {
  test.setTimeout(120_000)
  const { keyboard } = page
  const status = page.getByRole('contentinfo')
  await runSheet(page, app.url, sheet, 24)
  await expect(status).toContainText('24 undecided')
  await page.getByRole('grid').focus()
  // It opened on the first draft that was there, whichever came first.
  await keyboard.press('Home')
  await isActive(page, 'KB-0001, variant 1, undecided')

  // Said twice it is still so; a pointer that hovers changes nothing.
  await keyboard.press('p')
  await keyboard.press('p')
  await isActive(page, 'KB-0001, variant 1, approved')
  await page.getByRole('gridcell', { name: /^KB-0002, variant 2/ }).hover()
  await keyboard.press('2')
  await isActive(page, 'KB-0001, variant 1, approved, 2 stars')

  // The status bar says what the next key is about, before it is pressed.
  await keyboard.press('Shift+ArrowRight')
  await keyboard.press('Shift+ArrowRight')
  await expect(status).toContainText('P approves 3 drafts')
  await keyboard.press('Control+d')
  await expect(status).toContainText('P approves 1 draft ·')
  await keyboard.press('Control+Shift+A')
  await expect(status).toContainText('P approves 23 drafts')
  await keyboard.press('Escape')
  await expect(status).toContainText('P approves 1 draft ·')

  // K decides the row and goes on; what was approved before stays so.
  await keyboard.press('Home')
  await keyboard.press('ArrowRight')
  await keyboard.press('k')
  await isActive(page, 'KB-0002, variant 1, undecided')
  expect(await rowOf(page, 'KB-0001')).toEqual(['approved', 'approved', 'rejected'])
  await keyboard.press('Shift+K')
  await isActive(page, 'KB-0003, variant 1, undecided')
  expect(await rowOf(page, 'KB-0002')).toEqual(['rejected', 'rejected', 'rejected'])
  await keyboard.press('Backspace')
  await isActive(page, 'KB-0002, variant 3, undecided')

  await keyboard.press('Home')
  await keyboard.press('j')
  await isActive(page, 'KB-0002, variant 3, undecided')
  await keyboard.press('j')
  await isActive(page, 'KB-0003, variant 1, undecided')
  await keyboard.press('Shift+J')
  await isActive(page, 'KB-0002, variant 3, undecided')

  // Caps Lock is a mode: letters mean the same, and decisions move on.
  await keyboard.press('CapsLock')
  await expect(status).toContainText('auto-advance on')
  await keyboard.press('CapsLock')
  await expect(status).toContainText('auto-advance off')
})

test('a filter hides what was decided and focus goes to its neighbour; undo brings it back into view', async ({
  app,
  page,
}) => {
  const { keyboard } = page
  await runSheet(page, app.url, sheet, 24)
  await page.getByRole('button', { name: /^Undecided/ }).click()
  await page.getByRole('grid').focus()
  await keyboard.press('Home')
  await keyboard.press('ArrowRight')
  await keyboard.press('p')
  await isActive(page, 'KB-0001, variant 3, undecided')
  await expect(page.getByRole('gridcell', { name: /^KB-0001, variant 2/ })).toHaveCount(0)
  await keyboard.press('Control+z')
  await isActive(page, 'KB-0001, variant 2, undecided')
  await keyboard.press('p')
  await keyboard.press('x')
  await page.getByRole('button', { name: /^Undecided/ }).click()
  await page.getByRole('button', { name: /^Approved/ }).click()
  await page.getByRole('grid').focus()
  await expect(page.getByRole('gridcell')).toHaveCount(1)
  // What was rejected, undone, is neither approved: the filter gives way, and the rows below are there to go to.
  await keyboard.press('Control+z')
  await isActive(page, 'KB-0001, variant 3, undecided')
  await expect(page.getByRole('gridcell', { name: /^KB-0002, variant 3/ })).toBeVisible()
  // From the loupe back to the grid, at the picture she left it with; and again where she left, after a reload.
  await keyboard.press('Space')
  await keyboard.press('ArrowDown')
  await keyboard.press('Escape')
  await expect(page.getByRole('grid')).toBeFocused()
  const left = await cell(page)
  expect(left).toMatch(/^KB-0002/)
  await page.waitForTimeout(1700)
  await page.reload()
  await isActive(page, left)
})

test('a key right behind Space is about the loupe, and one right behind Escape about the grid', async ({
  app,
  page,
}) => {
  await runSheet(page, app.url, sheet, 24)
  await toFirstDraft(page)
  // One after the other with no task between them: nobody types faster.
  const press = (keys: readonly string[]) =>
    page.evaluate(async (all) => {
      for (const key of all) {
        const target = document.activeElement ?? document.body
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
        for (let turn = 0; turn < 10; turn += 1) await null
      }
    }, keys)
  await press([' ', 'ArrowDown'])
  await expect(page).toHaveURL(/\/image\/4$/)
  await press(['Escape', 'ArrowRight'])
  await isActive(page, 'KB-0002, variant 2, undecided')
})

test('F6 goes round the parts of the window, and a host that is gone is said in words', async ({ app, page }) => {
  const { keyboard } = page
  await runSheet(page, app.url, sheet, 24)
  await toFirstDraft(page)
  const parts: (string | null | undefined)[] = []
  for (let press = 0; press < 7; press += 1) {
    await keyboard.press('F6')
    parts.push(await page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region')))
  }
  expect(parts.slice(0, 6)).toEqual(['status', 'top', 'batches', 'filter', 'grid', 'status'])

  await app.stop()
  await expect(page.getByRole('contentinfo')).toContainText('Proofsheet does not answer')
  await page.getByRole('grid').focus()
  await keyboard.press('p')
  const notices = page.getByRole('region', { name: 'Notifications' })
  await expect(notices).toContainText('Approved: not stored, taken back')
  await expect(notices).toContainText('Start it again')
  await isActive(page, 'KB-0001, variant 1, undecided')
})

test('pictures a page away are made before she scrolls to them', async ({ app, page }) => {
  await runSheet(page, app.url, sheet, 24)
  await toFirstDraft(page)
  const asked = new Set<string>()
  page.on('request', (request) => {
    const picture = /\/media\/\d+\//.exec(request.url())?.[0]
    if (picture) asked.add(picture)
  })
  await page.reload()
  await expect(page.getByRole('gridcell').first()).toBeVisible()
  await expect.poll(() => asked.size).toBe(24)
  expect(await page.getByRole('gridcell').count()).toBeLessThan(24)
})
