import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate } from '#engine/storage/migrate.ts'
import { makeOlder } from './older-library.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, type TestLibrary } from './open-library.ts'

const sheet = [
  'sku,colour,prompt',
  'AB-1,Ivory,"A Sneaker on wet sand"',
  'AB-2,藍色,"Кроссовка КОБАЛЬТ, 100% ""new"""',
  'CD-3,rosé,"A desk lamp, Größe M"',
].join('\n')

const openWith = async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheet, settingsFor([draftProfile('sketch', 'sketch')]))
  await library.engine.generation.whenIdle(batchId)
  return { library, batchId }
}
type Filter = Parameters<TestLibrary['engine']['tiles']['ids']>[0]['filter']
const found = ({ engine }: Pick<TestLibrary, 'engine'>, batchId: number, filter: Filter) =>
  engine.tiles
    .many({ tileIds: engine.tiles.ids({ batchId, filter, order: 'sheet' }).ids })
    .map((tile) => tile.columns.sku)

/** Word -> the rows that hold it. Long words are looked up, short ones read for; both find parts of words in any script. */
const searches: readonly (readonly [search: string, skus: readonly string[]])[] = [
  ['NEAK', ['AB-1']],
  ['wet sneaker', ['AB-1']],
  ['wet lamp', []],
  ['ab-', ['AB-1', 'AB-2']],
  ['ab', ['AB-1', 'AB-2']],
  ['b-2', ['AB-2']],
  ['藍', ['AB-2']],
  ['藍色', ['AB-2']],
  ['кобальт', ['AB-2']],
  ['КРОСС', ['AB-2']],
  ['ко', ['AB-2']],
  ['ивор', []],
  ['ROSÉ', ['CD-3']],
  ['größe', ['CD-3']],
  ['100%', ['AB-2']],
  ['"new"', ['AB-2']],
  ['0%', ['AB-2']],
  ['sku', []],
  ['*', []],
  ['a*b" OR "x', []],
  ['ivory NEAR sand', []],
  ['', ['AB-1', 'AB-2', 'CD-3']],
]

test('a search finds parts of words in any script and case, in prompts, ids and columns, and takes no operators', async () => {
  const { library, batchId } = await openWith()
  for (const [search, skus] of searches) expect([search, found(library, batchId, { search })]).toEqual([search, skus])
  expect(found(library, batchId, { search: 'sneak', columns: { colour: 'ivo' } })).toEqual(['AB-1'])
  expect(found(library, batchId, { columns: { colour: 'sneaker' } })).toEqual([])
})

test('an edited prompt is found by its new words, and by its id as before', async () => {
  const library = await openTestLibrary()
  // Wider than the model draws: it fails at once, and a failed draft can be asked for in other words.
  const profile = draftProfile('sketch', 'sketch', { width: 5000, height: 512 })
  const batchId = await runSheet(library, 'sku,prompt\nT-1,"A teapot"', settingsFor([profile]))
  await library.engine.generation.whenIdle(batchId)
  const [tileId = 0] = library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids
  expect(found(library, batchId, { search: 'teapot' })).toEqual(['T-1'])
  await library.engine.generation.editPrompt({ tileId, prompt: 'A samovar', profile: null })
  expect(found(library, batchId, { search: 'samovar' })).toEqual(['T-1'])
  expect(found(library, batchId, { search: 't-1' })).toEqual(['T-1'])
})

test('a library of version 45 finds the same before, while and after its prompts are indexed, in slices', async () => {
  const { library, batchId } = await openWith()
  await library.engine.close()
  const file = join(library.folder, 'library.db')
  const database = new Database(file)
  // As it was before: no index, and prompts enough for several slices.
  makeOlder(database, 45)
  const last = database.prepare('SELECT max(id) FROM prompt').pluck().get()
  database
    .prepare(
      `INSERT INTO prompt (batch_id, row, line, text, columns_json)
       WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 900)
       SELECT ?, 1000 + n, 1000 + n, 'filler number ' || n, '{}' FROM number`,
    )
    .run(batchId)
  database.close()
  await copyFile(file, `${file}.before`)

  const again = await library.reopen()
  const left = () => {
    const reader = new Database(file, { readonly: true })
    try {
      return Number(reader.prepare('SELECT below FROM prompt_search_left').pluck().get())
    } finally {
      reader.close()
    }
  }
  expect(left()).toBeGreaterThan(Number(last))
  for (const [search, skus] of searches) expect([search, found(again, batchId, { search })]).toEqual([search, skus])
  for (let tries = 0; tries < 200 && left() > 1; tries++) await wait(20)
  expect(left()).toBe(1)
  for (const [search, skus] of searches) expect([search, found(again, batchId, { search })]).toEqual([search, skus])
  await again.engine.close()

  const reader = new Database(file, { readonly: true })
  const indexed = (word: string) =>
    reader.prepare('SELECT count(*) FROM prompt_search WHERE prompt_search MATCH ?').pluck().get(`"${word}"`)
  expect(indexed('filler')).toBe(900)
  expect(indexed('sneaker')).toBe(1)
  expect(reader.pragma('integrity_check', { simple: true })).toBe('ok')
  reader.close()
  const before = new Database(`${file}.before`)
  migrate(before)
  expect(before.pragma('user_version', { simple: true })).toBeGreaterThanOrEqual(50)
  before.close()
})
