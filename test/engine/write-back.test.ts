import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { readSheet, writeBack } from '#engine/sheets/sheets.ts'
import { ownColumns } from '#shared/own-columns.ts'
import { draftProfile, openTestLibrary, settingsFor } from './open-library.ts'

const values = (row: number) => ['draft', 'approved', `=row ${row}`, 'sketch/sketch', '1', '$0.04']

function written(name: string, bytes: Uint8Array) {
  const sheet = readSheet({ name, bytes })
  const steps = writeBack({ name, bytes, reading: {}, sheet }, values)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, before: sheet, after: readSheet(step.value) }
  }
}
const utf8 = (text: string) => Buffer.from(text, 'utf8')
const latin = (text: string) => Buffer.from(text, 'latin1')
const csv = 'sku,prompt\r\n"A ""1""",=SUM(A1)\r\n\r\n B ,"two\nlines, ""x"""\r\n'

const sheets: readonly (readonly [string, string, Uint8Array])[] = [
  ['CSV with quotes, blank lines and CRLF', 'a.csv', utf8(csv)],
  [
    'CSV with a mark and no last line end',
    'a.csv',
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8('id,prompt\na,naïve')]),
  ],
  ['CSV of Excel with its own delimiter', 'a.csv', utf8('sep=;\r\nid;prompt\r\n1;a;\r\n2;-b, c\r\n')],
  ['quotes around everything', 'a.csv', utf8('"id","prompt"\n"1","a"\n"2","b"\n')],
  ['rows that are short or shifted', 'a.csv', utf8('id,prompt,note\n1,a\n2,b,c,d\n3,c,\n')],
  ['TSV in UTF-16', 'a.tsv', Buffer.from('\ufeffid\tprompt\n1\ta "b" c\n', 'utf16le')],
  ['Windows-1252', 'a.csv', latin('id,prompt\n1,caf\xe9 \x80\n')],
  ['JSONL', 'a.jsonl', utf8('{"id": 1, "prompt":"a } b"}\n\n{"prompt":"c","n":12345678901234567890}\n')],
  ['JSON, indented', 'a.json', utf8('[\n  {\n    "prompt": "a",\n    "deep": {"x": 1}\n  },\n  {"prompt": "b"}\n]\n')],
]

test.each(sheets)('%s: the client’s cells stay, and ours are passed over when it is read again', (_, name, bytes) => {
  const once = written(name, bytes)
  expect(once.after.columns).toEqual(once.before.columns)
  expect(once.after.rows.map(({ cells }) => cells)).toEqual(once.before.rows.map(({ cells }) => cells))
  expect(once.after.encoding).toBe(once.before.encoding)
  // Without what is ours, it is the same file, byte for byte; and written twice, it is as written once.
  const twice = written(name, once.bytes)
  expect(Buffer.from(twice.bytes).equals(Buffer.from(once.bytes))).toBe(true)
})

test('what stands between and around the client’s cells stays as it is; only our cells are guarded', () => {
  const { bytes } = written('a.csv', utf8(csv))
  const own = (row: number) => `draft,approved,'=row ${row},sketch/sketch,1,$0.04`
  expect(Buffer.from(bytes).toString()).toBe(
    `sku,prompt,${ownColumns.join(',')}\r\n"A ""1""",=SUM(A1),${own(1)}\r\n\r\n B ,"two\nlines, ""x""",${own(2)}\r\n`,
  )
  const json = written('a.jsonl', utf8('{"id": 1, "prompt":"a } b"}\n'))
  expect(Buffer.from(json.bytes).toString()).toContain('{"id": 1, "prompt":"a } b", "proofsheet status": "draft"')
  expect(Buffer.from(json.bytes).toString()).toContain('"proofsheet file": "=row 1"')
  const text = written('a.txt', utf8('a fox, red\n=b\n'))
  expect(text.name).toBe('a.csv')
  expect(text.after.rows.map(({ cells }) => cells)).toEqual([['a fox, red'], ['=b']])
})

test('a workbook keeps its other sheets, its styles and every cell', async () => {
  const workbook = await writeXlsxFile([
    {
      sheet: 'Shoes',
      data: [
        ['sku', 'prompt', 'price'],
        ['0012', 'a red shoe & <laces>', 12.5],
        [null, 'a blue shoe', null],
      ].map((row) => row.map((value) => (value === null ? null : { value }))) as never,
    },
    { sheet: 'Notes', data: [[{ value: 'keep me' }]] },
  ]).toBuffer()
  const once = written('a.xlsx', workbook)
  expect(once.after).toMatchObject({ columns: once.before.columns, rows: once.before.rows, parts: ['Shoes', 'Notes'] })
  const [old, next] = [unzipSync(workbook), unzipSync(once.bytes)]
  expect(Object.keys(next)).toEqual(Object.keys(old))
  const changed = Object.keys(old).filter((path) => !Buffer.from(old[path] ?? []).equals(Buffer.from(next[path] ?? [])))
  expect(changed).toEqual(['xl/worksheets/sheet1.xml'])
  const xml = Buffer.from(next['xl/worksheets/sheet1.xml'] ?? []).toString()
  expect(xml).toContain('<c r="D1" t="inlineStr"><is><t xml:space="preserve">proofsheet status</t></is></c>')
  expect(xml).toContain('<c r="F2" t="inlineStr"><is><t xml:space="preserve">=row 1</t></is></c>')
  const twice = written('a.xlsx', once.bytes)
  expect(Buffer.from(unzipSync(twice.bytes)['xl/worksheets/sheet1.xml'] ?? []).toString()).toBe(xml)
})

test('a batch’s sheet, written back and loaded as a newer version, shows no changes', async () => {
  const { engine } = await openTestLibrary()
  const add = (bytes: Buffer) => engine.sheets.add({ name: 'a.csv', bytesBase64: bytes.toString('base64') })
  const sheet = await add(Buffer.from('sku,prompt\nA,a shoe\nB,a cup\n'))
  const settings = settingsFor([draftProfile('sketch', 'sketch')], { mapping: { id: 'sku', prompt: 'prompt' } })
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings,
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const { batchId } = await engine.generation.run({
    planId: plan.planId,
    highestMicros: 0,
    name: null,
    first: null,
    capMicros: null,
  })
  await engine.generation.whenIdle(batchId)
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'rows:2' }, verb: { kind: 'approve' } })
  const { name, bytesBase64 } = await engine.batches.writeSheet({ batchId })
  const lines = Buffer.from(bytesBase64, 'base64').toString().split('\n')
  expect(name).toBe('a.csv')
  expect(lines[1]).toBe('A,a shoe,draft,undecided,,,,$0.00')
  expect(lines[2]).toMatch(/^B,a cup,draft,approved,pictures\/[0-9a-f]{2}\/[0-9a-f]{64}\.\w+,sketch\/sketch,1,\$0\.00$/)
  const again = await add(Buffer.from(bytesBase64, 'base64'))
  const compared = await engine.batches.compareSheet({ batchId, sheetId: again.id, pricePerImageMicros: null })
  expect(compared).toMatchObject({ same: 2, added: 0, changed: 0, removed: 0, columns: { added: [], removed: [] } })
  expect(compared.plan.requests).toBe(0)
})
