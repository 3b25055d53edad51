import fc from 'fast-check'
import { inferSchema, initParser } from 'udsv'
import { describe, expect, test } from 'vitest'
import { type ReadSheet, readSheet } from '#engine/sheets/sheets.ts'
import { AppError } from '#shared/errors.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (name: string, content: string | Uint8Array): ReadSheet =>
  readSheet({ name, bytes: typeof content === 'string' ? utf8(content) : content })
const cellsOf = (sheet: ReadSheet): string[][] => sheet.rows.map((row) => row.cells)

describe('hostile sheets', () => {
  const refused = (bytes: string | Uint8Array, name = 'a.csv'): AppError => {
    try {
      read(name, bytes)
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
    throw new Error('The sheet was read.')
  }

  test.each<[string, () => string | Uint8Array, RegExp]>([
    ['over 64 MB', () => new Uint8Array(64 * 1024 * 1024 + 1), /over 64 MB/],
    ['a line over 1 MB', () => `id,prompt\n1,${'x'.repeat(1_000_001)}\n`, /Line 2 .*longer than 1,000,000/],
    [
      'a line over 1 MB between carriage returns',
      () => `id,prompt\r1,${'x'.repeat(1_000_001)}\r`,
      /longer than 1,000,000/,
    ],
    ['10,000 columns', () => `${'c,'.repeat(10_000)}\n1\n`, /more than 1,000 columns/],
    [
      '10,000 keys',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 1]))),
      /more than 1,000 columns/,
    ],
    ['200,001 rows', () => `id,prompt\n${'1,a\n'.repeat(200_001)}`, /more than 200,000 rows/],
    ['few bytes for many cells', () => `${'c,'.repeat(999)}c\n${'1\n'.repeat(10_001)}`, /more than 10,000,000 cells/],
    ['NUL bytes', () => 'id,prompt\n1,a\0b\n', /NUL bytes/],
    ['UTF-16 with NULs in it', () => Buffer.from('id,prompt\n1,a\0b\n', 'utf16le'), /NUL bytes/],
    ['a packed file that is no workbook', () => Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /no XLSX workbook/],
    ['an old workbook', () => Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), /save the sheet as CSV/],
    ['nothing', () => '', /is empty/],
    ['blanks', () => '\ufeff \r\n\n', /is empty/],
  ])('%s', (_name, bytes, sentence) => {
    const error = refused(bytes())
    expect(error.code).toBe('invalid-input')
    expect(error.message).toMatch(sentence)
  })

  test('exactly the most rows and a line of exactly the most characters are read', () => {
    expect(read('a.csv', `id,prompt\n${'1,a\n'.repeat(200_000)}`).rows.length).toBe(200_000)
    const longest = 'x'.repeat(999_998)
    expect(read('a.csv', `id,prompt\n1,${longest}\n2,b\n`).rows[0]?.cells[1]).toBe(longest)
  })

  test('many quotes, delimiters or blank lines are read in time, and no row is lost behind them', () => {
    for (const piece of ['"', '""\n', '"a\n', '"",', ',\n', '"x",\n"', '\r']) {
      // A scan that went to the end of the file for each of them would take minutes.
      const sheet = read('a.csv', `id,prompt\n${piece.repeat(150_000)}\nlast,row\n`)
      expect(sheet.rows.at(-1)?.cells).toEqual(['last', 'row'])
    }
  })

  test('any bytes at all give a sheet or an error with a code', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .string({
          unit: fc.constantFrom('"', ',', ';', '\t', '|', '\n', '\r', '{', '}', ':', 'a', 'é', ' '),
          maxLength: 200,
        })
        .map(utf8),
    )
    fc.assert(
      fc.property(bytes, fc.constantFrom('a.csv', 'a.tsv', 'a.jsonl', 'a.txt', 'a'), (input, name) => {
        try {
          const sheet = readSheet({ name, bytes: input })
          for (const row of sheet.rows) expect(row.cells.length).toBe(sheet.columns.length)
          const lines = sheet.rows.map((row) => row.line)
          expect(lines).toEqual(lines.toSorted((one, other) => one - other))
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          expect(error.code).toBe('invalid-input')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('round trips', () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'é', '猫', '"', ',', ';', '\t', '|', '\n', ' ', "'", '{'), maxLength: 8 }),
    fc.string({ unit: 'grapheme-composite', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
  )
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      header: fc.constant(['id', 'prompt', 'one', 'two', 'three'].slice(0, width + 1)),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    }),
  )
  const quoted = (text: string, always: boolean): string =>
    always || /[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

  test('every table comes back, in any delimiter, quote style, line end and encoding, with its lines', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        ({ header, rows }, delimiter, lineEnd, always, mark) => {
          const all = [header, ...rows.map((cells, index) => [`${index + 1}`, ...cells])]
          const lines = all.map((cells) => cells.map((text) => quoted(text, always)).join(delimiter))
          const sheet = read('a.csv', utf8(`${mark ? '\ufeff' : ''}${lines.join(lineEnd)}${mark ? lineEnd : ''}`))
          expect(sheet.columns).toEqual(header)
          expect(cellsOf(sheet)).toEqual(all.slice(1))
          expect(sheet.problems).toEqual([])
          let line = 1
          for (const [index, row] of sheet.rows.entries()) {
            line += (lines[index]?.match(/\n/g)?.length ?? 0) + 1
            expect([row.row, row.line]).toEqual([index + 1, line])
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('on clean files it reads what uDSV reads', () => {
    fc.assert(
      fc.property(table, ({ header, rows }) => {
        const all = [header, ...rows.map((cells, index) => [`${index + 1}`, ...cells])]
        const text = `${all.map((cells) => cells.map((one) => quoted(one, true)).join(',')).join('\n')}\n`
        const parsed = initParser(inferSchema(text, { col: ',', row: '\n' })).stringArrs(text)
        expect(cellsOf(read('a.csv', text))).toEqual(parsed)
      }),
      { numRuns: 300 },
    )
  })
})
