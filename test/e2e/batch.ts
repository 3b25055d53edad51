import { expect, type Page } from 'playwright/test'

const colours = ['terracotta', 'ivory', 'navy', 'sage'] as const

/** A sheet of `rows` rows, one draft each; the colour goes round, so that a reader can decide by it. */
export const colourSheet = (rows: number): string =>
  [
    'sku,colour,prompt',
    ...Array.from({ length: rows }, (_, at) => {
      const colour = colours[at % colours.length] ?? 'ivory'
      return `KB-${String(at + 1).padStart(4, '0')},${colour},"Sneaker, ${colour}, on slate, product photo"`
    }),
  ].join('\n')

/**
 * Loads a sheet through the window, runs all of it, and resolves once every draft is done and every cell in view shows it:
 * the counts may be a moment ahead of the cells, and a key that comes first has no picture to mark.
 */
export async function runSheet(page: Page, url: string, sheet: string, drafts: number): Promise<void> {
  await page.goto(url)
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'keyboard.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await page.getByRole('button', { name: /^Run all/ }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await expect(page.getByRole('button', { name: new RegExp(`^Undecided ${drafts}$`) })).toBeVisible({ timeout: 45_000 })
  await expectCellsDecidable(page)
}

/**
 * To the first draft of the grid, once every cell in view shows its draft, undecided: the counts may be a moment ahead of
 * the cells, and a batch opens on the draft that was there first, whichever came first.
 */
export async function toFirstDraft(page: Page): Promise<void> {
  await expectCellsDecidable(page)
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
}

async function expectCellsDecidable(page: Page): Promise<void> {
  await expect(page.getByRole('gridcell', { name: /, undecided, / }).first()).toBeVisible()
  await expect(page.getByRole('gridcell', { name: /, variant \d+, (?!undecided, )/ })).toHaveCount(0)
}
