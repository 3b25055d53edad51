import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLine, guardCell, quoteCell, unguardCell } from '#shared/csv.ts'

/** What spreadsheet programs take for a formula or a command, apart from plain numbers. */
const runsAsFormula = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell)

/** Cells made mostly of the characters that matter. */
const hostileCell = fc.oneof(
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', "'", '"', ',', ';', ' ', '1', 'a', '＝') }),
  fc.string({ unit: 'binary' }),
)

describe('guarding cells', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+SUM(A1)', "'+SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['@cmd', "'@cmd"],
    ['\t=1', "'\t=1"],
    ['\rx', "'\rx"],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ["'=1", "''=1"],
    ['-5', '-5'],
    ['+0.25', '+0.25'],
    ["it's", "it's"],
    ["'quoted'", "'quoted'"],
    ['a=b', 'a=b'],
    ['', ''],
  ])('%j is written as %j', (cell, written) => {
    expect(guardCell(cell)).toBe(written)
    expect(unguardCell(written)).toBe(cell)
  })

  test('no guarded cell is a formula, and every cell comes back', () => {
    fc.assert(
      fc.property(hostileCell, (cell) => {
        expect(runsAsFormula(guardCell(cell))).toBe(false)
        expect(unguardCell(guardCell(cell))).toBe(cell)
      }),
      { numRuns: 2000 },
    )
  })

  test('a cell that nobody guarded is left alone', () => {
    expect(unguardCell("'twas")).toBe("'twas")
    expect(unguardCell("'-5")).toBe("'-5")
    expect(unguardCell('=1')).toBe('=1')
  })
})

describe('csvLine', () => {
  test('quotes what needs it, guards text, leaves numbers and empty cells plain', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', -5, null, '=1', ' x', 'two\nlines'])).toBe(
      'a,"b,c","say ""hi""",-5,,\'=1," x","two\nlines"',
    )
  })

  test('another delimiter is quoted too', () => {
    expect(csvLine(['a^b', 'c'], '^')).toBe('"a^b"^c')
    expect(quoteCell('a;b', ',')).toBe('"a;b"')
  })

  test('a single empty cell is still a row', () => {
    expect(csvLine([''])).toBe('""')
    expect(csvLine([null])).toBe('""')
    expect(csvLine(['', ''])).toBe(',')
  })
})
