import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareRows, type RowPair, type SheetRow } from '#engine/sheets/sheets.ts'
import { tilesOf, update } from './change-sheet.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'
import { openPaidLibrary } from './paid-library.ts'

const killed = fileURLToPath(new URL('./sheet-change-killed.ts', import.meta.url))
const header = 'sku,prompt,note'
const words = fc.constantFrom('red', 'blue', 'green', 'shoe', 'cup', 'lamp')
const prompt = fc.array(words, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '))
const rowOf = fc.record({ sku: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), prompt, note: fc.constantFrom('', 'n') })
const sheet = fc.uniqueArray(rowOf, { selector: ({ sku }) => sku, minLength: 1, maxLength: 6 })

function pairsOf(older: readonly string[][], newer: readonly string[][], by: { id: string | null; prompt: string }) {
  const table = (rows: readonly string[][]) => ({
    columns: ['id', 'prompt', 'note'],
    rows: rows.map((cells, at): SheetRow => ({ row: at + 1, line: at + 2, cells: [...cells] })),
  })
  const steps = compareRows(table(older), table(newer), by)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
const isOneToOne = (pairs: readonly RowPair[]): boolean => {
  const olds = pairs.flatMap(({ old }) => (old === -1 ? [] : [old]))
  return new Set(olds).size === olds.length
}
const anyRows = fc.array(fc.tuple(fc.constantFrom('', 'A', 'B', 'C'), prompt, fc.constantFrom('', 'x', 'y')), {
  maxLength: 12,
})

test('a row is at most one older row; equal rows are found in any order; ids never mix', () => {
  fc.assert(
    fc.property(anyRows, anyRows, fc.constantFrom('id', null), (older, newer, id) => {
      const pairs = pairsOf(older, newer, { id, prompt: 'prompt' })
      expect(pairs.map(({ next }) => next)).toEqual(newer.map((_, at) => at))
      expect(isOneToOne(pairs)).toBe(true)
      for (const { next, old } of pairs)
        if (old !== -1 && id !== null) expect(newer[next]?.[0].trim()).toBe(older[old]?.[0].trim())
    }),
  )
  fc.assert(
    fc.property(anyRows, fc.infiniteStream(fc.nat()), (older, chance) => {
      const newer = older
        .map((row) => ({ row, key: chance.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key)
        .map(({ row }) => row)
      for (const { next, old } of pairsOf(older, newer, { id: null, prompt: 'prompt' }))
        expect(older[old]).toEqual(newer[next])
    }),
  )
})

test('an older row that stands between rows which changed places is one row of the newer sheet, not two', () => {
  const older = [
    ['C', 'red', ''],
    ['', 'shoe', 'x'],
    ['B', 'red', ''],
  ]
  const newer = [
    ['', 'shoe', ''],
    ['B', 'red', ''],
    ['C', 'red', ''],
    ['', 'shoe', ''],
  ]
  expect(pairsOf(older, newer, { id: 'id', prompt: 'prompt' }).map(({ old }) => old)).toEqual([1, 2, 0, -1])
})

test('over any edits nothing is paid for twice, and decisions stay with the right rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sheet, { minLength: 2, maxLength: 5 }), async (versions) => {
      const { library, fake } = await openPaidLibrary({ factor: 100 })
      const csv = (rows: (typeof versions)[number]) =>
        sheetOf(
          rows.map((row) => `${row.sku},${row.prompt},${row.note}`),
          header,
        )
      const [first = [], ...later] = versions
      const profile = draftProfile('openai-compatible', 'fake-image', { width: 64, height: 64 })
      const settings = settingsFor([profile], { mapping: { id: 'sku', prompt: 'prompt' } })
      const batchId = await runSheet(library, csv(first), settings)
      await library.engine.generation.whenIdle(batchId)
      let shown = first
      for (const next of later) {
        const approve = (tileIds: number[]) =>
          library.engine.review.apply({ targets: { kind: 'tiles', tileIds }, verb: { kind: 'approve' } })
        approve(tilesOf(library, batchId).flatMap((tile, at) => (at % 2 === 0 ? [tile.id] : [])))
        const decided = new Map(tilesOf(library, batchId).map((tile) => [tile.label, tile.image?.decision]))
        await update(library, batchId, csv(next))
        const tiles = tilesOf(library, batchId)
        expect(tiles.map((tile) => [tile.row, tile.label, tile.prompt, tile.columns.note, tile.state])).toEqual(
          next.map((row, at) => [at + 1, row.sku, row.prompt, row.note, 'done']),
        )
        for (const [at, row] of next.entries()) {
          const before = shown.find(({ sku }) => sku === row.sku)
          if (before?.prompt === row.prompt) expect(tiles[at]?.image?.decision).toBe(decided.get(row.sku))
        }
        shown = next
      }
      const prompts = new Set(versions.flat().map((row) => row.prompt))
      expect(fake.ledger().entries).toHaveLength(prompts.size)
      const status = library.engine.batches.get({ batchId })
      expect(status).toMatchObject({ tiles: shown.length, prompts: shown.length, drafts: { done: shown.length } })
      await library.engine.close(1000)
      await fake.close()
    }),
    { numRuns: 8 },
  )
}, 120_000)

function changesIn(folder: string): number {
  const database = new Database(join(folder, 'library.db'))
  const count = database.prepare<[], number>('SELECT count(*) FROM sheet_change').pluck().get() ?? 0
  database.close()
  return count
}

test('killed at any time, an update is either not begun or carried to its end', async () => {
  const library = await openTestLibrary()
  const rows = Array.from({ length: 300 }, (_, at) => `S${at},prompt ${at},n`)
  const settings = settingsFor([draftProfile('sketch', 'sketch', { width: 16, height: 16 })], {
    mapping: { id: 'sku', prompt: 'prompt' },
  })
  const batchId = await runSheet(library, sheetOf(rows, header), settings, { first: 1 })
  await library.engine.generation.whenIdle(batchId)
  let { reopen } = library
  await library.engine.close(1000)
  const versions = [
    rows,
    [...rows.slice(150), ...Array.from({ length: 400 }, (_, at) => `N${at},new ${at},n`)].reverse(),
  ]
  let halfWay = 0
  for (const [run, delayMs] of [0, 8, 16, 25, 40, 60, 90, 130].entries()) {
    const text = sheetOf(versions[(run + 1) % 2] ?? [], header)
    const child = spawn(
      process.execPath,
      [killed, library.folder, join(library.folder, '..', 'keys.json'), text, String(delayMs)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    await once(child, 'exit')
    halfWay += changesIn(library.folder)
    const opened = await reopen({ goesOn: false })
    reopen = opened.reopen
    const tiles = tilesOf(opened, batchId)
    const { rows: count, paused } = opened.engine.batches.get({ batchId })
    const skus = tiles.map((tile) => tile.label)
    const whole = versions.find((version) => version.length === count) ?? []
    expect(skus).toEqual(whole.map((row) => row.split(',')[0]))
    expect(tiles.map((tile) => tile.row)).toEqual(whole.map((_, at) => at + 1))
    expect(paused).toBe(false)
    expect(opened.engine.batches.list()).toHaveLength(1)
    expect(await opened.engine.library.verify()).toMatchObject({ ok: true })
    await opened.engine.close(1000)
  }
  // Some were killed while the change was being written down or carried out.
  expect(halfWay).toBeGreaterThan(0)
}, 120_000)
