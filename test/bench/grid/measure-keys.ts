import type { Page } from 'playwright'
import type { Tile } from '#shared/contract/tiles.ts'
import { atLeast, atMost, type Row } from '../rows.ts'
import { percentile } from './figures.ts'
import type { Measured } from './measured.ts'

/** What is said of a draft; null for a tile without a picture. */
type Said = Pick<NonNullable<Tile['image']>, 'decision' | 'hires' | 'reroll' | 'rating' | 'label'>
type AllSaid = Map<number, Said | null>

const betweenMs = 1000 / 30

/** Key presses to painted marks; then keys at 30 a second, and every stored decision of the batch compared. */
export async function keyRows(measured: Measured): Promise<Row[]> {
  const { library, host, window: bench, quick, size, say } = measured
  const { page, openBatch } = bench
  await host.client.settings.set({ autoAdvanceGrid: false })
  await openBatch(library.batchId)
  await page.evaluate(() => window.benchProbe.painted())
  await page.locator('[data-region=grid]').focus()
  await page.keyboard.press('Home')
  await page.evaluate(() => window.benchProbe.marks.splice(0))
  for (let tile = 0; tile < (quick ? 20 : 120); tile++) {
    for (const key of ['p', 'x']) {
      await page.keyboard.press(key)
      await page.waitForTimeout(45 + ((tile * 7) % 17))
    }
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(30)
  }
  const marks = await page.evaluate(() => [...window.benchProbe.marks])
  const at = (share: number): string => percentile(marks, share).toFixed(1)
  say(`  ${size}, ${marks.length} marks painted after ${at(0.5)} ms (median), ${at(0.95)} (95th), ${at(1)} (slowest)`)

  await host.client.settings.set({ autoAdvanceGrid: true })
  await openBatch(library.batchId)
  await page.evaluate(() => window.benchProbe.painted())
  const held = await keysAtSpeed(
    measured,
    'held',
    Array.from({ length: quick ? 60 : 300 }, () => 'p'),
  )
  const mixed = await keysAtSpeed(measured, 'mixed', mixedKeys(quick ? 90 : 600))
  await host.client.settings.set({ autoAdvanceGrid: false })
  return [
    atMost(
      `${size}: key press to painted mark (95th percentile of ${marks.length})`,
      percentile(marks, 0.95),
      'ms',
      50,
    ),
    ...held,
    ...mixed,
  ]
}

const mixedKeys = (count: number): string[] => {
  const keys = ['p', 'x', 'p', '4', 'h', 'x', 'r', 'x', 'p', '7', 'x', 'p', 'p'] as const
  return Array.from({ length: count }, (_, press) => keys[(press * 5 + Math.floor(press / 13)) % keys.length] ?? 'p')
}

/** Presses every key 1/30 s after the one before and then compares each draft of the batch with what it should be. */
async function keysAtSpeed(measured: Measured, how: 'held' | 'mixed', keys: readonly string[]): Promise<Row[]> {
  const { library, host, window: bench, size, say } = measured
  const { page } = bench
  const { ids } = await host.client.tiles.ids({ batchId: library.batchId })
  const expected = await allSaid(measured, ids)
  await page.locator('[data-region=grid]').focus()
  await page.keyboard.press(how === 'held' ? 'Home' : 'End')
  if (how === 'mixed') for (let page_ = 0; page_ < 40; page_++) await page.keyboard.press('PageUp')
  const focused = await focusedTile(page)
  say(`  ${size}, keys ${how}: from tile ${focused} on`)
  expect(expected, ids, ids.indexOf(focused), keys)

  const heardBefore = await heard(page)
  const startMs = performance.now()
  const sent: Promise<void>[] = []
  for (const [at, key] of keys.entries()) {
    const waitMs = startMs + at * betweenMs - performance.now()
    if (waitMs > 0) await page.waitForTimeout(waitMs)
    // A key that is held goes down again and again, and up once.
    sent.push(how === 'held' ? page.keyboard.down(key) : page.keyboard.press(key))
  }
  await Promise.all(sent)
  const seconds = (performance.now() - startMs) / 1000
  if (how === 'held') await page.keyboard.up(keys[0] ?? 'p')
  const presses = (await heard(page)) - heardBefore
  const wrong = await wrongAfterAll(measured, ids, expected)
  say(
    `  ${size}, keys ${how}: ${presses} presses in ${seconds.toFixed(1)} s, ${wrong} of ${ids.length} drafts not as they should be`,
  )
  const what = `${size}: ${keys.length} keys ${how} at 30 a second`
  return [
    atLeast(`${what}: presses a second`, presses / seconds, 'presses', 29),
    atMost(`${what}: drafts of ${ids.length} stored otherwise than pressed`, wrong, 'drafts', 0),
  ]
}

/** What the keys make of the drafts, from the one in focus on: auto-advance moves on after decisions and re-rolls. */
function expect(said: AllSaid, ids: readonly number[], from: number, keys: readonly string[]): void {
  let at = from
  for (const key of keys) {
    const tileId = ids[at] ?? 0
    const before = said.get(tileId) ?? null
    if (before) said.set(tileId, afterKey(before, key))
    if ('pxhr'.includes(key)) at = Math.min(ids.length - 1, at + 1)
  }
}

function afterKey(said: Said, key: string): Said {
  switch (key) {
    case 'p':
      return { ...said, decision: 'approved' }
    case 'x':
      return { ...said, decision: 'rejected', hires: false }
    case 'h':
      return { ...said, decision: 'approved', hires: true }
    case 'r':
      return { ...said, reroll: true }
    case '4':
      return { ...said, rating: 4 }
    case '7':
      return { ...said, label: 'yellow' }
    default:
      throw new Error(`The bench does not know the key ${key}.`)
  }
}

const focusedTile = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Number(document.querySelector('[data-region=grid]')?.getAttribute('aria-activedescendant')?.replace('tile-', '')),
  )

const heard = (page: Page): Promise<number> =>
  page.evaluate(() => Object.values(window.benchProbe.heard).reduce((sum, count) => sum + count, 0))

async function allSaid({ host }: Measured, ids: readonly number[]): Promise<AllSaid> {
  const all: AllSaid = new Map()
  for (let from = 0; from < ids.length; from += 1000) {
    for (const { id, image } of await host.client.tiles.many({ tileIds: ids.slice(from, from + 1000) })) {
      const { decision, hires, reroll, rating, label } = image ?? {}
      const isSaid = decision !== undefined && hires !== undefined && reroll !== undefined && rating !== undefined
      all.set(id, isSaid ? { decision, hires, reroll, rating, label: label ?? null } : null)
    }
  }
  return all
}

/** Drafts that are stored otherwise than expected, once as many as ever will be are stored. */
async function wrongAfterAll(measured: Measured, ids: readonly number[], expected: AllSaid): Promise<number> {
  let wrong = ids.length
  for (let look = 0; look < 5 && wrong > 0; look++) {
    await measured.window.page.waitForTimeout(look * 1000)
    const stored = await allSaid(measured, ids)
    wrong = ids.filter((id) => JSON.stringify(stored.get(id)) !== JSON.stringify(expected.get(id))).length
  }
  return wrong
}
