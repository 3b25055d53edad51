import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { type ReadSheet, readSheet } from '#engine/sheets/sheets.ts'
import { AppError } from '#shared/errors.ts'
import { sheetData, workbook } from './workbook.ts'

const read = (bytes: Uint8Array, part?: string): ReadSheet =>
  readSheet({ name: 'a.xlsx', bytes, reading: part === undefined ? {} : { part } })
const cellsOf = (sheet: ReadSheet): string[][] => sheet.rows.map((row) => row.cells)
const problemsOf = (sheet: ReadSheet): string[] =>
  sheet.problems.map(({ row, line, column, message }) => `row ${row} (line ${line}), column "${column}": ${message}`)
const refused = (bytes: Uint8Array, part?: string): AppError => {
  try {
    read(bytes, part)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('The workbook was read.')
}

describe('XLSX', () => {
  test("a workbook of another program's writer: text, numbers, dates, true and false, and which sheet", async () => {
    const bytes = await writeXlsxFile([
      {
        sheet: 'Spring',
        data: [
          ['id', 'prompt', 'price', 'due', 'new'],
          [
            { value: 7 },
            'größe – 猫 👟 & <b>',
            { value: 0.1 + 0.2 },
            { value: new Date(Date.UTC(2026, 10, 20)), type: Date, format: 'dd/mm/yyyy' },
            true,
          ],
        ],
      },
      { sheet: 'Summer', data: [['prompt'], ['a beach']] },
    ]).toBuffer()
    const sheet = read(new Uint8Array(bytes))
    expect(sheet).toMatchObject({ format: 'xlsx', parts: ['Spring', 'Summer'], part: 'Spring', encoding: null })
    expect(sheet.rows).toEqual([{ row: 1, line: 2, cells: ['7', 'größe – 猫 👟 & <b>', '0.3', '2026-11-20', 'TRUE'] }])
    expect(sheet.problems).toEqual([])
    expect(cellsOf(read(new Uint8Array(bytes), 'summer'))).toEqual([['a beach']])
    expect(refused(new Uint8Array(bytes), 'Autumn').message).toBe(
      '"a.xlsx" has no sheet "Autumn". It has "Spring", "Summer".',
    )
  })

  test('shared and rich strings, escapes, readings left out; formulas give what was stored with them', () => {
    const sheet = read(
      workbook({
        sheets: {
          A: `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
            <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>
            <row r="4"><c r="A4" t="str"><f>"a "&amp;"fox"</f><v>a fox</v></c><c r="B4"><f>1+1</f><v>2</v></c></row>
            <row r="5"><c r="A5"><f>NOW()</f></c><c r="B5" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData>`,
        },
        strings: [
          'prompt',
          'note',
          '<r><t>a </t></r><r><rPr><b/></rPr><t>red</t></r><rPh><t>never</t></rPh>',
          'two_x000D_',
        ],
      }),
    )
    expect(sheet.rows).toEqual([
      { row: 1, line: 2, cells: ['a red', 'two\r'] },
      { row: 2, line: 4, cells: ['a fox', '2'] },
    ])
    expect(sheet.problems.map(({ line, column, message }) => [line, column, message.slice(0, 37)])).toEqual([
      [5, 'prompt', 'The formula has no stored value, so i'],
      [5, 'note', 'The cell shows the error #DIV/0!, so '],
    ])
  })

  test.each<[string, number, string, string]>([
    ['yyyy-mm-dd', 46_346, 'a date', '2026-11-20'],
    ['yyyy-mm-dd', 1, 'the first day there is', '1900-01-01'],
    ['d. mmm yy hh:mm', 46_346.604_166_666_7, 'a date with its time', '2026-11-20 14:30'],
    ['[h]:mm:ss', 0.604_178_240_741, 'a time', '14:30:01'],
    ['00000', 123, 'an article number with zeros in front', '00123'],
    ['#,##0.00 "days"', 12.5, 'a number with a word behind it', '12.5'],
    ['[Red]0.00', 46_346, 'a number in red', '46346'],
    ['General', 1e21, 'a large number', '1e+21'],
  ])('the format %s', (code, value, _what, text) => {
    const styles = `<numFmts><numFmt numFmtId="164" formatCode="${code.replaceAll('"', '&quot;')}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>`
    const data = `<sheetData><row r="1"><c r="A1" t="str"><v>prompt</v></c><c r="B1" t="str"><v>b</v></c></row><row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2" s="1"><v>${value}</v></c></row></sheetData>`
    expect(cellsOf(read(workbook({ sheets: { A: data }, styles })))).toEqual([['a', text]])
    if (text === '2026-11-20') {
      const from1904 = workbook({
        sheets: { A: data.replace('46346', '44884') },
        styles,
        workbook: '<workbookPr date1904="1"/>',
      })
      expect(cellsOf(read(from1904))).toEqual([['a', text]])
    }
  })

  test('titles, merged headers over two rows, merged cells, gaps', () => {
    const merged = (...refs: string[]) =>
      `<mergeCells>${refs.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`
    const rows = [
      ['', 'Spring campaign', '', '', ''],
      [],
      ['', 'Product', '', 'Picture', ''],
      ['', 'SKU', 'Name', 'Prompt', 'Size'],
      ['', 'A1', 'shoe', 'a red shoe', '512x512'],
      ['', '', 'boot', 'a boot', ''],
    ]
    const sheet = read(workbook({ sheets: { A: sheetData(rows) + merged('B1:E1', 'B3:C3', 'D3:E3', 'B5:B6') } }))
    expect(sheet.columns).toEqual(['SKU', 'Name', 'Prompt', 'Size'])
    expect(sheet.rows).toEqual([
      { row: 1, line: 5, cells: ['A1', 'shoe', 'a red shoe', '512x512'] },
      { row: 2, line: 6, cells: ['A1', 'boot', 'a boot', ''] },
    ])
    const values = [
      ['prompt', 'note', ''],
      ['a fox', 'one', 'two'],
    ]
    const spanning = read(workbook({ sheets: { A: sheetData(values) + merged('B1:C1') } }))
    expect(spanning.columns).toEqual(['prompt', 'note', 'note (2)'])
    expect(cellsOf(spanning)).toEqual([['a fox', 'one', 'two']])
  })

  test('a column of prompts needs no header; the first sheet that is not hidden counts', () => {
    const bytes = workbook({
      sheets: { Notes: sheetData([['x', 'y']]), Prompts: sheetData([['a fox'], [], ['a hen']]) },
      hidden: ['Notes'],
    })
    expect(read(bytes)).toMatchObject({ part: 'Prompts', columns: ['prompt'], mapping: { prompt: 'prompt' } })
    expect(read(bytes).rows.map(({ row, line }) => [row, line])).toEqual([
      [1, 1],
      [2, 3],
    ])
    expect(cellsOf(read(workbook({ sheets: { A: sheetData([['Prompt'], ['a fox']]) } })))).toEqual([['a fox']])
  })
})

describe('hostile workbooks', () => {
  const blanks = Buffer.alloc(260 * 1024 * 1024, ' ')
  blanks.write('<sst>')
  const bomb = zipSync({ 'xl/sharedStrings.xml': blanks }, { level: 1 })

  test('a zip bomb is found by what comes out, whatever it says of itself', () => {
    expect(bomb.length).toBeLessThan(4_000_000)
    expect(refused(bomb).message).toMatch(/unpacks to more than 256 MB/)
    // Its header says that 10 bytes come out.
    const lying = bomb.slice()
    const view = new DataView(lying.buffer)
    view.setUint32(22, 10, true)
    expect(refused(lying).message).toMatch(/unpacks to more than 256 MB/)
  })

  test.each<[string, () => Uint8Array, RegExp]>([
    [
      '10,001 files',
      () => zipSync(Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`f${at}`, new Uint8Array(0)]))),
      /unpacks to more/,
    ],
    [
      'entities that multiply',
      () =>
        workbook({
          sheets: { A: '<sheetData/>' },
          files: {
            'xl/sharedStrings.xml': new TextEncoder().encode(
              '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>',
            ),
          },
        }),
      /is damaged/,
    ],
    [
      '10,000 columns',
      () => workbook({ sheets: { A: '<sheetData><row r="1"><c r="NTP1" t="str"><v>x</v></c></row></sheetData>' } }),
      /more than 1,000 columns/,
    ],
    ['XML cut off', () => workbook({ sheets: { A: '<sheetData><row r="1">' } }), /is damaged/],
    [
      'another packed file',
      () => zipSync({ mimetype: new TextEncoder().encode('application/vnd.oasis.opendocument.spreadsheet') }),
      /no XLSX workbook/,
    ],
    ['no sheet', () => workbook({ sheets: {} }), /has no sheet with cells/],
    ['an empty sheet', () => workbook({ sheets: { A: '<sheetData/>' } }), /no row that can be read/],
  ])('%s', (_name, bytes, sentence) => {
    const error = refused(bytes())
    expect(error.code).toBe('invalid-input')
    expect(error.message).toMatch(sentence)
  })

  test('cut off anywhere, or with a changed byte, it is a sheet or an error with a code', () => {
    const whole = workbook({
      sheets: {
        A: sheetData([
          ['prompt', 'n'],
          ['a fox', '2'],
        ]),
      },
      strings: ['x'],
    })
    for (let cut = 0; cut < whole.length; cut += 7) {
      for (const bytes of [whole.subarray(0, cut), whole.with(cut, (whole[cut] ?? 0) ^ 0x55)]) {
        try {
          read(bytes)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          expect(error.code).toBe('invalid-input')
        }
      }
    }
  })

  test('problems name row, line and column', () => {
    const sheet = read(
      workbook({
        sheets: {
          A: '<sheetData><row r="3"><c r="B3" t="str"><v>prompt</v></c><c r="C3" t="str"><v>n</v></c></row><row r="5"><c r="B5" t="str"><v>a</v></c><c r="C5" t="e"><v>#REF!</v></c></row></sheetData>',
        },
      }),
    )
    expect(problemsOf(sheet)).toEqual([
      'row 1 (line 5), column "n": The cell shows the error #REF!, so it was read as empty; correct its formula.',
    ])
  })
})
