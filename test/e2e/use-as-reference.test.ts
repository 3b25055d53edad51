import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import sharp from 'sharp'
import { z } from 'zod'
import { type FakeProvider, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { test } from './app.ts'

const key = 'good-key'
const sheet = ['sku,prompt', 'KB-1,a red shoe', 'KB-2,a blue cup', 'KB-3,a plain hat [[refused]]'].join('\n')
/** Below what any draft here takes: every picture has to be made smaller before it goes in. */
const limitBytes = 100_000

/** A call of this page's own host. */
const post = (page: Page, path: string, body: unknown): Promise<unknown> =>
  page.evaluate(
    async ([address, text]) => {
      const headers = { 'content-type': 'application/json' }
      const reply = await fetch(`/api${address}`, { method: 'POST', headers, body: text })
      if (!reply.ok) throw new Error(`${address}: ${await reply.text()}`)
      const answer: unknown = await reply.json()
      return answer
    },
    [path, JSON.stringify(body)] as const,
  )

/** Two drafts and a refused one of a model that takes pictures, at a service that takes none over the limit. */
async function runDrafts(page: Page, url: string, fake: FakeProvider): Promise<void> {
  await page.goto(url)
  await expect(page.getByText('Nothing is waiting.')).toBeVisible()
  const settings = { baseUrl: `${fake.url}/fal-queue`, platformUrl: `${fake.url}/fal-platform/v1`, pollSeconds: 0.1 }
  await post(page, '/providers/fal', { settings: { ...settings, pictureMegabytes: limitBytes / 1_000_000 } })
  await post(page, '/providers/fal/key', { key })
  const price = { per: 'image', micros: 1_000 }
  await post(page, '/providers/fal/model', { model: 'fal-ai/flux-2-pro', override: { price } })
  const sizes = { kind: 'any', multipleOf: 16, min: 1536, max: 2048 }
  await post(page, '/providers/fal/model', { model: 'fal-ai/flux-2', override: { sizes, price } })
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'shoes.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await choose(page, 'Model', /^FLUX\.2 dev, fal\.ai/)
  await page.getByRole('button', { name: /^Run all/ }).click()
  await page.getByRole('button', { name: /^Run, at most/ }).click()
  await expect(page.getByRole('button', { name: 'Undecided 2' })).toBeVisible({ timeout: 45_000 })
}

async function choose(page: Page, list: string, choice: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: list, exact: true }).click()
  await page.getByRole('option', { name: choice }).first().click()
}

const cell = (page: Page, label: string) => page.getByRole('gridcell', { name: new RegExp(`^${label}, variant 1`) })

/** The tiles of the only batch. */
async function tilesOf(page: Page) {
  const { ids } = z
    .object({ ids: z.array(z.int()) })
    .parse(await post(page, '/batches/1/tiles/ids', { filter: {}, order: 'sheet' }))
  return z.array(tile).parse(await post(page, '/tiles/many', { tileIds: ids }))
}
const tile = z.object({ label: z.string(), image: z.object({ sha256: z.string() }).nullable() })

/** The file of a picture in the library. */
async function pictureOf(library: string, sha256: string): Promise<Buffer> {
  const folder = join(library, 'pictures', sha256.slice(0, 2))
  const name = (await readdir(folder)).find((one) => one.startsWith(sha256) && !one.endsWith('.json'))
  return readFile(join(folder, name ?? sha256))
}

/** How far two pictures are from each other, at 16 x 16 and in steps of 0 to 255. */
async function differenceBetween(one: Buffer, other: Buffer): Promise<number> {
  const small = async (bytes: Buffer): Promise<number[]> => [
    ...(await sharp(bytes).resize(16, 16, { fit: 'fill' }).removeAlpha().raw().toBuffer()),
  ]
  const [a, b] = [await small(one), await small(other)]
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length
}

test('a draft used as a reference goes in with the next edited prompt, and two with a full size, made to fit', async ({
  app,
  page,
}) => {
  test.setTimeout(120_000)
  const fake = await startFakeProvider({ key })
  try {
    await runDrafts(page, app.url, fake)
    const drafts = new Map<string, Buffer>()
    for (const { label, image } of await tilesOf(page))
      if (image) drafts.set(label, await pictureOf(app.library, image.sha256))
    expect([...drafts.keys()].sort()).toEqual(['KB-1', 'KB-2'])
    for (const { length } of drafts.values()) expect(length).toBeGreaterThan(limitBytes)
    /** What went in with the newest request for a prompt, each a draft made smaller. */
    const expectInputs = async (prompt: string, labels: readonly string[]): Promise<void> => {
      const inputs = fake.ledger().entries.findLast((entry) => entry.prompt === prompt)?.inputs ?? []
      expect(inputs.length).toBe(labels.length)
      for (const [at, label] of labels.entries()) {
        const sent = await pictureOf(app.library, inputs[at] ?? '')
        expect(sent.length).toBeLessThanOrEqual(limitBytes)
        expect(await differenceBetween(sent, drafts.get(label) ?? sent)).toBeLessThan(8)
        const others = [...drafts].filter(([name]) => name !== label)
        for (const [, other] of others) expect(await differenceBetween(sent, other)).toBeGreaterThan(8)
      }
    }

    // By its key, for an edited prompt.
    await cell(page, 'KB-1').click()
    await page.keyboard.press('Shift+R')
    await expect(page.getByText('KB-1, variant 1 goes in as a reference')).toBeVisible()
    await cell(page, 'KB-3').getByRole('button', { name: 'Edit prompt' }).click()
    const dialog = page.getByRole('dialog', { name: 'Ask KB-3 again' })
    await expect(dialog.getByRole('region', { name: 'Reference pictures' })).toContainText('KB-1, variant 1')
    await dialog.getByLabel('Prompt').fill('a hat of the same red')
    await dialog.getByRole('button', { name: 'Ask again' }).click()
    await expect(cell(page, 'KB-3')).toHaveAccessibleName(/undecided/, { timeout: 30_000 })
    await expectInputs('a hat of the same red', ['KB-1'])
    await cell(page, 'KB-3').click()
    const details = page.getByRole('complementary', { name: 'Details' })
    await expect(details.getByRole('region', { name: 'Made from' }).getByRole('img')).toHaveCount(1)

    // By the menu of the tile, and by the palette, for a full size.
    await cell(page, 'KB-2').click({ button: 'right' })
    await page.getByRole('menuitem', { name: /^Use as a reference picture/ }).click()
    await expect(page.getByText('KB-2, variant 1 goes in as a reference')).toBeVisible()
    await cell(page, 'KB-1').click()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find a command' }).fill('reference picture')
    await page.keyboard.press('Enter')
    await expect(page.getByText('KB-1, variant 1 goes in as a reference').last()).toBeVisible()
    await page.getByRole('grid').focus()
    await page.keyboard.press('h')
    await page.keyboard.press('Control+Enter')
    const tray = page.getByRole('region', { name: 'Tray' })
    await choose(page, 'How full sizes are made', /^FLUX\.2 pro, fal\.ai/)
    const references = tray.getByRole('region', { name: 'Reference pictures' })
    await expect(references).toContainText('beside each prompt')
    await expect(references.getByRole('listitem')).toHaveText(['KB-2, variant 1', 'KB-1, variant 1'])
    await tray.getByRole('button', { name: /^Make them/ }).click()
    await expect(cell(page, 'KB-1')).toHaveAccessibleName(/has a final/, { timeout: 30_000 })
    await expectInputs('a red shoe', ['KB-2', 'KB-1'])
    // Used once: the next full size goes without.
    await expect(tray.getByRole('region', { name: 'Reference pictures' })).toHaveCount(0)
  } finally {
    await fake.close()
  }
})
