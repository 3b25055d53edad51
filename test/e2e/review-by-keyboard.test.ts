import { type CDPSession, expect, type Page } from 'playwright/test'
import { test } from './app.ts'
import { colourSheet, runSheet } from './batch.ts'

/** A node of the accessibility tree, as far as this test reads it. */
interface Node {
  readonly role: string
  readonly name: string
  readonly backendId: number | undefined
  readonly isFocused: boolean
  readonly activeId: number | undefined
}

/** What a screen reader gets of the page: nothing of the DOM is read here. */
async function treeOf(session: CDPSession): Promise<readonly Node[]> {
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  return nodes
    .filter((node) => !node.ignored)
    .map((node) => {
      const property = (name: string) => node.properties?.find((each) => each.name === name)?.value
      return {
        role: String(node.role?.value ?? ''),
        name: String(node.name?.value ?? ''),
        backendId: node.backendDOMNodeId,
        isFocused: property('focused')?.value === true,
        activeId: property('activedescendant')?.relatedNodes?.[0]?.backendDOMNodeId,
      }
    })
}

const focused = (tree: readonly Node[]): Node | undefined =>
  tree.findLast((node) => node.isFocused && node.role !== 'RootWebArea')

/** The name of the cell that the grid in focus calls active. */
async function activeCell(session: CDPSession): Promise<string> {
  const tree = await treeOf(session)
  const grid = focused(tree)
  const cell = tree.find((node) => node.backendId !== undefined && node.backendId === grid?.activeId)
  return cell?.role === 'gridcell' ? cell.name : ''
}

async function tabTo(page: Page, session: CDPSession, role: string): Promise<number> {
  for (let presses = 1; presses <= 60; presses += 1) {
    await page.keyboard.press('Tab')
    if (focused(await treeOf(session))?.role === role) return presses
  }
  throw new Error(`60 presses of Tab reached no ${role}`)
}

const drafts = 104
/** What this reader was told to do: terracotta and ivory are kept, sage is rejected, navy gets two stars and stays open. */
const wantedFor = (name: string): { key: string; said: string; becomes: string } => {
  if (/terracotta|ivory/.test(name)) return { key: 'p', said: 'Approved', becomes: ', approved,' }
  if (/sage/.test(name)) return { key: 'x', said: 'Rejected', becomes: ', rejected,' }
  return { key: '2', said: '2 stars', becomes: ', 2 stars,' }
}

test('100 drafts are reviewed by keyboard alone, reading only the accessibility tree', async ({ app, page }) => {
  test.setTimeout(150_000)
  await runSheet(page, app.url, colourSheet(drafts), drafts)
  await page.reload()
  const session = await page.context().newCDPSession(page)
  await session.send('Accessibility.enable')

  // The grid takes the focus when it opens; leaving it and coming back by Tab finds one stop, at the same cell.
  await expect.poll(() => activeCell(session)).toContain('KB-0001')
  await page.keyboard.press('Shift+Tab')
  expect(focused(await treeOf(session))?.role).not.toBe('grid')
  expect(await tabTo(page, session, 'grid')).toBe(1)
  expect(await activeCell(session)).toContain('KB-0001')

  const seen = new Set<string>()
  for (let count = 0; count < drafts; count += 1) {
    await expect.poll(() => activeCell(session)).toMatch(/^KB-\d{4}, variant 1, undecided, /)
    const name = await activeCell(session)
    seen.add(name.slice(0, 7))
    const { key, said, becomes } = wantedFor(name)
    await page.keyboard.press(key)
    await expect.poll(() => activeCell(session)).toContain(becomes)
    if (count % 20 === 0) {
      const told = (await treeOf(session)).some((node) => node.name.trim() === said)
      expect(told, `the live region says ${said}`).toBe(true)
    }
    await page.keyboard.press('ArrowRight')
  }
  expect(seen.size).toBe(drafts)

  // Undo, from the keyboard, is said and seen.
  await page.keyboard.press('Control+z')
  await expect.poll(() => activeCell(session)).toMatch(/^KB-0104, variant 1, undecided, /)
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(() => activeCell(session)).toContain(', rejected,')

  // What the engine stored, asked of it anew.
  await page.reload()
  await expect(page.getByRole('button', { name: 'Approved 52' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Rejected 26' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Undecided 26' })).toBeVisible()
})

test('the grid says how much there is, and the active cell stays one that exists', async ({ app, page }) => {
  await runSheet(page, app.url, colourSheet(104), 104)
  const grid = page.getByRole('grid')
  const columns = Number(await grid.getAttribute('aria-colcount'))
  expect(Number(await grid.getAttribute('aria-rowcount'))).toBe(Math.ceil(104 / columns))
  expect(await page.getByRole('gridcell').count()).toBeLessThan(104)
  // The active cell is in the page even while it is scrolled far out of sight.
  await page.keyboard.press('End')
  await page.mouse.move(700, 500)
  await page.mouse.wheel(0, -100_000)
  await expect(page.getByRole('gridcell', { name: /^KB-0001/ })).toBeVisible()
  const active = await grid.getAttribute('aria-activedescendant')
  await expect(page.locator(`#${active}`)).toHaveAttribute('aria-label', /^KB-0104/)
  await page.keyboard.press('p')
  await expect(page.getByRole('button', { name: 'Approved 1', exact: true })).toBeVisible()
  await page.keyboard.press('Home')
  await expect(page.locator(`#${await grid.getAttribute('aria-activedescendant')}`)).toHaveAttribute(
    'aria-label',
    /^KB-0001/,
  )
})
