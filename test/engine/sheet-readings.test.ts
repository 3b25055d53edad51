import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate } from '#engine/storage/migrate.ts'
import { draftProfile, openTestLibrary, settingsFor, temporaryFolder } from './open-library.ts'
import { sheetData, workbook } from './workbook.ts'

const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64')
const plan = (sheetId: number, mapping = { prompt: 'prompt' }) => ({
  sheetId,
  settings: settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })], { mapping }),
  alwaysNew: false,
  pricePerImageMicros: null,
})

test('a library of the version before takes the tables on, and its sheets stay', async () => {
  const library = join(await temporaryFolder(), 'library')
  await mkdir(join(library, 'sheets'), { recursive: true })
  await writeFile(join(library, 'sheets', 'abc'), 'prompt\na fox\n')
  const database = new Database(join(library, 'library.db'))
  migrate(database, 10)
  database.prepare("INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES ('a.csv', 'abc', 13, 1)").run()
  database.close()
  const { engine } = await openTestLibrary({ library })
  const old = await engine.sheets.get({ sheetId: 1 })
  expect(old).toMatchObject({ name: 'a.csv', rowCount: 1, mapping: { prompt: 'prompt' }, mappingFrom: 'names' })
  expect(await engine.sheets.map({ sheetId: 1, mapping: {} })).toMatchObject({ mapping: {}, mappingFrom: 'remembered' })
})

test('two sheets of a workbook are two sheets and two batches, also after a restart', async () => {
  const opened = await openTestLibrary()
  const { engine } = opened
  const bytesBase64 = base64(
    workbook({
      sheets: { Shoes: sheetData([['prompt'], ['a shoe']]), Hats: sheetData([['prompt'], ['a hat'], ['a cap']]) },
    }),
  )
  const shoes = await engine.sheets.add({ name: 'all.xlsx', bytesBase64 })
  const hats = await engine.sheets.readAgain({ sheetId: shoes.id, part: 'Hats' })
  expect([shoes.name, hats.name]).toEqual(['all.xlsx', 'all.xlsx [Hats]'])
  expect([shoes.part, hats.part, shoes.parts]).toEqual(['Shoes', 'Hats', ['Shoes', 'Hats']])
  expect((await engine.sheets.add({ name: 'all.xlsx', bytesBase64, part: 'Hats' })).id).toBe(hats.id)
  const batches: number[] = []
  for (const { id } of [shoes, hats]) {
    const { planId, highestMicros } = await engine.generation.planDrafts(plan(id))
    const run = { planId, highestMicros, name: null, first: null, capMicros: null }
    batches.push((await engine.generation.run(run)).batchId)
  }
  expect(new Set(batches).size).toBe(2)
  const again = (await opened.reopen()).engine
  expect(await again.sheets.get({ sheetId: hats.id })).toMatchObject({
    name: 'all.xlsx [Hats]',
    part: 'Hats',
    rowCount: 2,
  })
  expect(again.batches.list().map(({ sheetName }) => sheetName)).toEqual(['all.xlsx [Hats]', 'all.xlsx'])
})

test('a delimiter that was chosen stays with the sheet', async () => {
  const { engine } = await openTestLibrary()
  const sheet = await engine.sheets.add({ name: 'a.txt', bytesBase64: base64('prompt/x;b\na fox, red;c\n') })
  const again = await engine.sheets.readAgain({ sheetId: sheet.id, delimiter: ';' })
  expect([sheet.format, again.format]).toEqual(['text', 'csv'])
  expect(again.columns.map(({ name }) => name)).toEqual(['prompt/x', 'b'])
  expect(again.name).toBe('a.txt [semicolons]')
})

test('what columns are for is remembered for every sheet with the same columns, in any order and case', async () => {
  const opened = await openTestLibrary()
  const { engine } = opened
  const first = await engine.sheets.add({ name: 'a.csv', bytesBase64: base64('sku,Text,other\n1,a,b\n') })
  expect(first).toMatchObject({ mapping: { id: 'sku', prompt: 'Text' }, mappingFrom: 'names' })
  const mapping = { id: 'sku', prompt: 'other', 'options.style': 'Text' }
  await engine.sheets.map({ sheetId: first.id, mapping })
  const again = (await opened.reopen()).engine
  const next = await again.sheets.add({ name: 'b.csv', bytesBase64: base64('OTHER,text,sku\nx,y,z\n') })
  expect(next).toMatchObject({
    mapping: { id: 'sku', prompt: 'OTHER', 'options.style': 'text' },
    mappingFrom: 'remembered',
    template: '{{OTHER}}',
  })
  const different = await again.sheets.add({ name: 'c.csv', bytesBase64: base64('sku,Text\n1,a\n') })
  expect(different.mappingFrom).toBe('names')
  await expect(again.sheets.map({ sheetId: next.id, mapping: { prompt: 'nowhere' } })).rejects.toThrow(
    /no column "nowhere"/,
  )
  expect(await again.sheets.map({ sheetId: next.id, mapping: null })).toMatchObject({
    mapping: { id: 'sku', prompt: 'text' },
    mappingFrom: 'names',
  })
})

test('rows override their profile, and a wrong cell is named with its row, line and column', async () => {
  const { engine } = await openTestLibrary()
  const body = {
    model: 'gpt-image-1.5',
    size: '1024x1024',
    quality: 'high',
    output_format: 'webp',
    output_compression: 80,
  }
  const lines = [
    { custom_id: 'a', url: '/v1/images/generations', body: { ...body, prompt: 'a fox' } },
    { custom_id: 'b', url: '/v1/images/generations', body: { ...body, prompt: 'a hen', quality: 'fine' } },
    { custom_id: 'c', url: '/v1/images/generations', body: { ...body, prompt: 'a cat', size: '1000x100' } },
    { custom_id: 'd', url: '/v1/images/generations', body: { ...body, prompt: 'a dog', model: 'sketch/sketch' } },
    { custom_id: 'e', url: '/v1/images/generations', body: { ...body, prompt: 'a cow', size: 'big' } },
    { custom_id: 'f', url: '/v1/images/generations', body: { ...body, prompt: 'a bat', output_format: 'png' } },
    { custom_id: 'g', url: '/v1/images/generations', body: { ...body, prompt: 'an elk', background: 'transparent' } },
    {
      custom_id: 'h',
      url: '/v1/images/generations',
      body: { ...body, prompt: 'a gnu', model: 'sketch/sketch', background: 'transparent' },
    },
  ]
  const sheet = await engine.sheets.add({
    name: 'b.jsonl',
    bytesBase64: base64(lines.map((line) => JSON.stringify(line)).join('\n')),
  })
  const settings = settingsFor([draftProfile('sketch', 'sketch')], { mapping: sheet.mapping })
  const made = await engine.generation.planDrafts({ ...plan(sheet.id), settings })
  const { rows } = await engine.generation.planRows({ planId: made.planId, offset: 0, limit: 10 })
  expect(rows.map(({ row, provider, model, outcome }) => [row, provider, model, outcome])).toEqual([
    [1, 'openai', 'gpt-image-1.5', 'new'],
    [2, 'openai', 'gpt-image-1.5', 'blocked'],
    [3, 'openai', 'gpt-image-1.5', 'blocked'],
    [4, 'sketch', 'sketch', 'new'],
    [6, 'openai', 'gpt-image-1.5', 'blocked'],
    [7, 'openai', 'gpt-image-1.5', 'new'],
    [8, 'sketch', 'sketch', 'blocked'],
  ])
  const told = made.problems.map(({ row, line, column, message }) => [row, line, column, message.slice(0, 34)])
  expect(told).toEqual([
    [5, 5, 'size', '"big" is not a size; write it like'],
    [2, 2, 'quality', '"fine" is no quality of GPT Image 1.5'.slice(0, 34)],
    [3, 3, 'size', '1000x100 is not offered by GPT Ima'],
    [4, 4, 'output_compression', 'Sketch takes no output_compression'],
    [4, 4, 'quality', 'Sketch takes no quality: it is lef'],
    [6, 6, 'output_compression', '“output_compression” is for jpeg a'],
    [8, 8, 'background', 'Sketch cannot leave the background'],
  ])
})
