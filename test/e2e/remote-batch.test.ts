import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import { type FakeProvider, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { openPictures } from '../fake-provider/pictures.ts'
import { test } from './app.ts'
import { toFirstDraft } from './batch.ts'
import { themes, violationsOf } from './violations.ts'

/** Where a person looking at the pictures wants them; nothing is written without it. */
const shots = process.env.PROOFSHEET_SHOTS

const rows = 60
const sheetOf = (count: number): string =>
  ['sku,prompt', ...Array.from({ length: count }, (_, at) => `RB-${at},"Sneaker ${at}, on slate, product photo"`)].join(
    '\n',
  )

/** Screens in both themes and two widths for a person, and what axe finds on them. */
async function look(page: Page, name: string): Promise<void> {
  const found: string[] = []
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    found.push(...(await violationsOf(page, colorScheme)))
    for (const width of shots ? [1280, 1920] : []) {
      await page.setViewportSize({ width, height: width === 1280 ? 800 : 1080 })
      await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png` })
    }
  }
  expect(found, name).toEqual([])
}

/** The window with a key for OpenAI at the fake's address, and the sheet planned for a model that takes batches. */
async function openPlan(page: Page, url: string, fake: FakeProvider, sheet = sheetOf(rows)): Promise<void> {
  await page.goto(url)
  const call = async (path: string, json: object): Promise<void> => {
    const reply = await page.request.post(new URL(`/rpc/${path}`, url).href, { data: { json } })
    expect(reply.status(), path).toBe(200)
  }
  await call('providers/configure', { provider: 'openai', settings: { baseUrl: `${fake.url}/openai/v1` } })
  await call('providers/setKey', { provider: 'openai', key: 'sk-of-the-fake' })
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'sneakers.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await page.getByRole('combobox', { name: 'Model' }).click()
  await page.getByRole('option', { name: /^GPT Image 2,/ }).click()
}

const moneyOf = (text: string | null): number => Number(/\$(\d+\.\d+)/.exec(text ?? '')?.[1])

test('a plan shows both prices, is sent as a batch for half, and its pictures come when the provider is done', async ({
  app,
  page,
}) => {
  test.setTimeout(240_000)
  const fake = await startFakeProvider({ batches: { turnaroundMs: 600_000 } })
  await openPlan(page, app.url, fake)

  const ways = page.getByRole('group', { name: 'When it is made' })
  const now = ways.getByRole('button', { name: /^Now / })
  const later = ways.getByRole('button', { name: /^Within a day / })
  await expect(later).toContainText('50 % less')
  const [live, half] = [moneyOf(await now.textContent()), moneyOf(await later.textContent())]
  expect(half / live).toBeCloseTo(0.5, 1)
  await expect(page.getByRole('button', { name: /^Run all, \$/ })).toBeEnabled()

  // By name, as everything else can be reached.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('within a day for less')
  await page.keyboard.press('Enter')
  await expect(later).toHaveAttribute('aria-pressed', 'true')
  const send = page.getByRole('button', { name: `Send ${rows} drafts as a batch, within a day, $${half.toFixed(2)}` })
  await expect(send).toBeEnabled()
  await look(page, 'plan')

  await page.getByRole('button', { name: 'Schedule' }).click()
  await page.getByRole('button', { name: 'In a window' }).click()
  await expect(page.getByText('Every day, 02:00 to 08:00 UTC')).toBeVisible()
  await look(page, 'schedule')
  await page.getByRole('button', { name: 'At a time' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: new RegExp(`^Send ${rows} drafts as a batch (at|tomorrow) `) }).click()
  await page.getByRole('button', { name: /^Run, at most/ }).click()
  const status = page.getByRole('contentinfo')
  await expect(status).toContainText(/starts (at|tomorrow)/)
  expect(fake.batches.all()).toHaveLength(0)

  await page.evaluate(() => {
    window.location.hash = '#/queue'
  })
  await page.getByRole('button', { name: 'Start now' }).click()
  const remote = page.getByRole('article', { name: /^OpenAI batch/ })
  await expect(remote).toContainText('Working at OpenAI', { timeout: 60_000 })
  await expect.poll(() => fake.batches.all().length).toBe(1)
  await remote.getByRole('button', { name: 'Look now' }).click()
  await expect(remote).toContainText(new RegExp(`of ${rows}, until (tomorrow )?\\d\\d:`), { timeout: 60_000 })
  await look(page, 'queue')
  await remote.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('dialog')).toContainText('are kept and charged')
  await page.getByRole('button', { name: 'Let it go on' }).click()

  await page.getByRole('link', { name: /in a batch at the provider/ }).click()
  await expect(page.getByRole('gridcell').first()).toContainText('Within a day')
  await look(page, 'waiting')

  // The provider is done: one look, and they come in.
  fake.batches.settings.turnaroundMs = 0
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('look at batches')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('gridcell').first()).not.toContainText('Within a day', { timeout: 5000 })
  }).toPass({ timeout: 90_000 })
  await expect(page.getByRole('button', { name: `Undecided ${rows}` })).toBeVisible({ timeout: 60_000 })
  await page.evaluate(() => {
    window.location.hash = '#/queue'
  })
  await page.getByRole('button', { name: /1 batch that is over/ }).click()
  await expect(remote).toContainText(`${rows} pictures`)

  const [batch] = await page.request
    .post(new URL('/rpc/batches/list', app.url).href, { data: {} })
    .then(async (reply) => (await reply.json()).json)
  const { pictures, billedMicros } = fake.ledger()
  expect(pictures).toBe(rows)
  expect(batch).toMatchObject({
    drafts: { done: rows, left: 0, failed: 0 },
    reservedMicros: 0,
    settledMicros: billedMicros,
  })
  expect(billedMicros / 1_000_000 / live).toBeCloseTo(0.5, 1)

  await page.getByRole('link', { name: /to decide/ }).click()
  await toFirstDraft(page)
  await page.keyboard.press('h')
  await expect(status).toContainText('1 approved')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('combobox', { name: 'How full sizes are made' }).click()
  await page
    .getByRole('option', { name: /^GPT Image 2, / })
    .first()
    .click()
  const tray = page.getByRole('region', { name: 'Tray' })
  await tray.getByRole('button', { name: /^Within a day / }).click()
  await expect(tray.getByRole('button', { name: /^Send them as a batch/ })).toBeEnabled()
  // The longest words of its button, in a window of the narrowest usual width.
  await page.setViewportSize({ width: 1280, height: 800 })
  await expect(tray.getByRole('button', { name: 'Close the tray' })).toBeInViewport({ ratio: 1 })
  await look(page, 'tray')
  await fake.close()
})

test('a batch that is refused, that runs out of time and that nobody knows any more: each says what became of it', async ({
  app,
  page,
}) => {
  test.setTimeout(240_000)
  const fake = await startFakeProvider({ batches: { turnaroundMs: 0 } })
  const call = async (path: string, json: object) => {
    const reply = await page.request.post(new URL(`/rpc/${path}`, app.url).href, { data: { json } })
    expect(reply.status(), path).toBe(200)
    return (await reply.json()).json
  }
  await page.goto(app.url)
  await call('providers/configure', { provider: 'openai', settings: { baseUrl: `${fake.url}/openai/v1` } })
  await call('providers/setKey', { provider: 'openai', key: 'sk-of-the-fake' })
  fake.batches.script(
    { kind: 'refuse-whole', code: 'invalid_model', message: 'This account has no access to the model' },
    { kind: 'expire', made: 2 },
    { kind: 'vanish' },
  )
  for (const name of ['refused', 'expired', 'lost']) {
    const text = ['prompt', ...Array.from({ length: 5 }, (_, at) => `A ${name} lamp, number ${at}`)].join('\n')
    const bytesBase64 = Buffer.from(text).toString('base64')
    const { id } = await call('sheets/add', { name: `${name}.csv`, bytesBase64 })
    const profile = { provider: 'openai', model: 'gpt-image-2', width: null, height: null, quality: 'low', options: {} }
    const settings = { mapping: { prompt: 'prompt' }, template: null, profiles: [profile], variants: 1, baseSeed: 0 }
    const { planId, highestMicros } = await call('generation/planDrafts', { sheetId: id, settings })
    await call('generation/run', { planId, highestMicros, name, route: 'batch' })
    await expect
      .poll(() => fake.batches.all().length, { timeout: 30_000 })
      .toBeGreaterThan(['refused', 'expired', 'lost'].indexOf(name))
  }
  await page.evaluate(() => {
    window.location.hash = '#/queue'
  })
  const cards = page.getByRole('article', { name: /^OpenAI batch/ })
  await expect(cards).not.toHaveCount(0)
  // Each look that finds nothing counts; between them it would take minutes.
  await expect(async () => {
    await call('remoteBatches/lookNow', { remoteBatchId: null })
    await expect(cards.first()).toContainText('does not know this batch any more', { timeout: 1000 })
  }).toPass({ timeout: 120_000 })
  await expect(cards.first()).toContainText('may pay twice')
  await expect(cards.filter({ hasText: 'OpenAI refused it as a whole' })).toContainText('no access to the model')
  await expect(cards.filter({ hasText: 'did not get done with it in time' })).toContainText('2 pictures, 3 go again')
  await look(page, 'ended')
  await cards.first().getByRole('button', { name: 'Decide' }).click()
  await expect(page.getByRole('button', { name: 'Retry, may pay again' })).toBeVisible()
  await fake.close()
})

test('a plan is written as batch files and its results are read back; a newer sheet says which way it goes', async ({
  app,
  page,
}) => {
  const fake = await startFakeProvider({ batches: { turnaroundMs: 600_000 } })
  await openPlan(page, app.url, fake, sheetOf(3))
  const out = join(app.library, '..', 'out')
  await page.getByRole('button', { name: 'Write batch files' }).click()
  const writing = page.getByRole('dialog', { name: 'Write batch files' })
  await writing.getByRole('textbox', { name: 'Folder' }).fill('out')
  await writing.getByRole('button', { name: 'Write 3 requests' }).click()
  await expect(writing.getByRole('alert')).toContainText('not a whole path')
  await writing.getByRole('textbox', { name: 'Folder' }).fill(out)
  await look(page, 'write-files')
  await writing.getByRole('button', { name: 'Write 3 requests' }).click()
  const written = page.getByRole('dialog', { name: 'The batch files are written' })
  await expect(written.getByRole('row', { name: /openai-1.jsonl gpt-image-2 3/ })).toBeVisible()
  await look(page, 'files-written')
  await written.getByRole('button', { name: 'Close' }).first().click()

  // The batch waits here while somebody else has it made.
  await page.getByRole('button', { name: 'Schedule' }).click()
  await page.getByRole('button', { name: 'At a time' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Run all (at|tomorrow) / }).click()
  await page.getByRole('button', { name: /^Run, at most/ }).click()
  const lines = (await readFile(join(out, 'openai-1.jsonl'), 'utf8')).trimEnd().split('\n')
  const { png } = openPictures()
  const results = lines.map((line, at) => {
    const { custom_id }: { custom_id: string } = JSON.parse(line)
    const body = { data: [{ b64_json: png(`results ${at}`, 64, 64).toString('base64') }] }
    return JSON.stringify({ id: `r${at}`, custom_id, response: { status_code: 200, body }, error: null })
  })
  await writeFile(join(out, 'results.jsonl'), results.join('\n'))
  const menu = page.getByRole('button', { name: 'Loupe, compare, survey, shoot-out' })
  await menu.click()
  await page.getByRole('menuitem', { name: 'Read in batch results…' }).click()
  const reading = page.getByRole('dialog', { name: 'Read in batch results' })
  await reading.getByRole('textbox', { name: 'Results file' }).fill(join(out, 'nowhere.jsonl'))
  await reading.getByRole('button', { name: 'Read in' }).click()
  await expect(reading.getByRole('alert')).toContainText('There is no file')
  await reading.getByRole('textbox', { name: 'Results file' }).fill(join(out, 'results.jsonl'))
  await reading.getByRole('textbox', { name: 'What each picture cost' }).fill('0.02')
  await look(page, 'read-results')
  await reading.getByRole('button', { name: 'Read in' }).click()
  await expect(page.getByText('3 pictures came into')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Undecided 3' })).toBeVisible()
  await expect(page.getByRole('contentinfo')).toContainText('$0.06')
  expect(fake.ledger().requests).toBe(0)

  const newer = { name: 'newer.csv', mimeType: 'text/csv', buffer: Buffer.from(sheetOf(5)) }
  await page.getByLabel('Newer sheet file').setInputFiles(newer)
  const update = page.getByRole('dialog', { name: 'A newer sheet: newer.csv' })
  // As the batch was sent: live, at its time.
  await expect(update.getByRole('button', { name: /^Update and make 2 drafts (at|tomorrow) / })).toBeVisible()
  await update.getByRole('button', { name: /^Within a day / }).click()
  await update.getByRole('button', { name: /^Scheduled/ }).click()
  await page.getByRole('button', { name: 'At once' }).click()
  await page.keyboard.press('Escape')
  await look(page, 'update')
  await update.getByRole('button', { name: /^Update and send 2 drafts as a batch, within a day, \$/ }).click()
  await expect(update).toBeHidden()
  await expect.poll(() => fake.batches.all().length).toBe(1)
  await fake.close()
})
