import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'playwright/test'
import { test } from './app.ts'
import { toFirstDraft } from './batch.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const command = join(root, 'electron/cli/proofsheet.js')

test('from a sheet to a delivered, approved set, by keyboard', async ({ app, page }, testInfo) => {
  test.setTimeout(120_000)
  await page.goto(app.url)

  // Load: the sheet's columns are found and nothing is spent yet.
  await page.locator('input[type=file]').first().setInputFiles(join(root, 'examples/sneakers.csv'))
  await expect(page.getByRole('main').getByRole('heading', { name: 'sneakers.csv' })).toBeVisible()
  await expect(page.getByText('Nothing is spent until you run')).toBeVisible()
  await page.getByRole('button', { name: /Run all/ }).click()

  // The grid fills while she looks at it.
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText('96 undecided', { timeout: 60_000 })
  await toFirstDraft(page)

  await page.keyboard.press('p')
  await expect(status).toContainText('1 approved')
  await page.keyboard.press('p')
  await expect(status).toContainText('1 approved')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('x')
  await expect(status).toContainText('1 rejected')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('h')
  await expect(status).toContainText('2 approved')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await expect(status).toContainText('2 rejected')
  await page.keyboard.press('Control+z')
  await expect(status).toContainText('1 rejected')
  await page.keyboard.press('Control+Shift+z')
  await expect(status).toContainText('2 rejected')
  await page.keyboard.press('Control+z')
  await expect(status).toContainText('93 undecided')

  // The decisions are there after a reload, and so is the way back.
  await page.reload()
  await expect(status).toContainText('2 approved')
  await expect(status).toContainText('93 undecided')

  // Full size for what she marked, once.
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+Enter')
  const tray = page.getByRole('region', { name: 'Tray' })
  await expect(tray).toBeVisible()
  await expect(tray.getByRole('button', { name: /Make/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect
    .poll(async () => JSON.parse(await proofsheet('status', 'last', '--library', app.library, '--json')).finals.done)
    .toBe(1)

  // Deliver: names from her own columns, seen first.
  const target = testInfo.outputPath('delivered')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+e')
  const dialog = page.getByRole('dialog', { name: /Deliver/ })
  await dialog.getByLabel('Folder').fill(target)
  await dialog.getByLabel('Name of each file').fill('{id}-{colour}-{variant}')
  await expect(dialog).toContainText('SN-0412-terracotta-1.png')
  await dialog.getByRole('button', { name: /^Deliver/ }).click()
  await expect(page.getByRole('dialog', { name: /is delivered/ })).toBeVisible()

  const [batch] = await readdir(target)
  const manifest = JSON.parse(await readFile(join(target, batch ?? '', 'manifest.json'), 'utf8'))
  const files = await readdir(join(target, batch ?? '', 'approved'))
  expect(files.toSorted()).toEqual(['SN-0412-terracotta-1.png', 'SN-0413-ivory-2.png'])
  expect(manifest.manifestVersion).toBe(2)

  expect(await app.stop()).toBe(0)
  const verified = JSON.parse(await proofsheet('verify', '--library', app.library, '--json'))
  expect(verified).toMatchObject({ ok: true, pictures: 97, problems: [] })
})

/** What a command prints on stdout. */
async function proofsheet(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words])
  return stdout
}
