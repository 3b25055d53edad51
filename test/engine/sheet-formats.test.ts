import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandRows, type ReadSheet, readSheet } from '#engine/sheets/sheets.ts'
import type { SheetReading } from '#shared/contract/sheets.ts'
import { quoteCell } from '#shared/csv.ts'
import { sheetData, workbook } from './workbook.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (name: string, content: string | Uint8Array, reading: SheetReading = {}): ReadSheet =>
  readSheet({ name, bytes: typeof content === 'string' ? utf8(content) : content, reading })
const cellsOf = (sheet: ReadSheet): string[][] => sheet.rows.map((row) => row.cells)
const problemsOf = (sheet: ReadSheet): string[] =>
  sheet.problems.map(({ row, line, message }) => `row ${row} (line ${line}): ${message}`)
const promptsOf = ({ rows, columns, mapping, template }: ReadSheet) =>
  [...expandRows(rows, { columns, mapping, template: mapping.prompt === undefined ? template : null })].flatMap(
    ({ prompts, problems }) => [...prompts, ...problems],
  )

describe('JSON', () => {
  test.each([
    [
      'a list',
      '[\n {"id": 1, "prompt": "a ]} fox \\\\"},\n\n {"id": 2, "prompt": "b", "shop": {"sku": [1, {"a": 2}]}}\n]',
      [2, 4],
    ],
    [
      'an object with rows',
      '{"version": {"rows": [1]}, "list": [],\n"rows": [{"id": 1, "prompt": "a ]} fox \\\\"}, {"id": 2, "prompt": "b", "shop": {"sku": [1, {"a": 2}]}}], "end": {}}',
      [2, 2],
    ],
  ])('%s: rows with their lines', (_name, text, lines) => {
    const sheet = read('a.json', text)
    expect(sheet).toMatchObject({ format: 'json', columns: ['id', 'prompt', 'shop.sku'], problems: [] })
    expect(cellsOf(sheet)).toEqual([
      ['1', 'a ]} fox \\', ''],
      ['2', 'b', '[1,{"a":2}]'],
    ])
    expect(sheet.rows.map((row) => row.line)).toEqual(lines)
  })

  test('a single object is a row; a bad entry is a problem; a list that is cut off is said', () => {
    expect(cellsOf(read('a.json', '{\n"prompt": "a fox",\n"n": 2\n}'))).toEqual([['a fox', '2']])
    const sheet = read('pasted.txt', '[{"prompt": "a"},\n{"prompt": b},\n7,\n{"prompt": "c"},\n{"prompt": "d')
    expect(sheet.format).toBe('json')
    expect(cellsOf(sheet)).toEqual([['a'], ['c']])
    expect(problemsOf(sheet).map((text) => text.slice(0, 50))).toEqual([
      'row 2 (line 2): The entry is not valid JSON: Unexp',
      'row 3 (line 3): The entry is not a JSON object, li',
      'row 5 (line 5): The entry is not valid JSON: Unter',
      'row null (line 5): The list does not end; the file',
    ])
  })

  test('a whole document in one line is longer than a line may be, an entry may not', () => {
    const entries = Array.from({ length: 30_000 }, (_, at) => ({ id: at, prompt: `a fox, number ${at}` }))
    expect(read('a.json', JSON.stringify(entries)).rows.length).toBe(30_000)
    expect(() => read('a.json', JSON.stringify([{ prompt: 'x'.repeat(1_000_001) }]))).toThrow(/longer than 1,000,000/)
  })
})

describe('lines that were written for another program', () => {
  test("OpenAI's batch lines bring size, quality, seed, model, format, background and options along", () => {
    const body = {
      model: 'gpt-image-1',
      prompt: 'a fox',
      n: 2,
      size: '1024x1536',
      quality: 'high',
      background: 'transparent',
      output_format: 'webp',
      output_compression: 80,
    }
    const line = (id: string, more: object) =>
      JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/images/generations', body: { ...body, ...more } })
    const sheet = read(
      'batch.jsonl',
      `${line('a', {})}\n${line('b', { size: 'auto', quality: 'auto', background: 'opaque', n: 1 })}\n${line('c', { image: 'x' })}\n`,
    )
    expect(sheet).toMatchObject({ format: 'jsonl', writtenFor: 'openai' })
    expect(promptsOf(sheet)).toMatchObject([
      {
        clientId: 'a',
        text: 'a fox',
        model: 'gpt-image-1',
        count: 2,
        width: 1024,
        height: 1536,
        overrides: {
          quality: 'high',
          outputFormat: 'webp',
          options: { transparent: true, output_compression: 80 },
          ratio: null,
        },
      },
      { clientId: 'b', count: 1, width: null, overrides: { quality: null, options: { output_compression: 80 } } },
    ])
    expect(problemsOf(sheet)[0]).toMatch(/^row 3 \(line 3\): The request sends pictures along/)
  })

  test("Gemini's batch lines, in both spellings", () => {
    const sheet = read(
      'batch.jsonl',
      [
        {
          key: 'k1',
          request: {
            contents: [{ parts: [{ text: 'a fox' }, { text: 'at dusk' }] }],
            generationConfig: { seed: 7, imageConfig: { aspectRatio: '16:9', imageSize: '2K' } },
          },
        },
        {
          key: 'k2',
          request: {
            contents: [{ role: 'user', parts: [{ text: 'a hen' }] }],
            generation_config: { image_config: { aspect_ratio: '3:4' } },
          },
        },
        { key: 'k3', request: { contents: [{ parts: [{ text: 'x' }, { inline_data: { data: '' } }] }] } },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    )
    expect(sheet).toMatchObject({
      writtenFor: 'gemini',
      mapping: { id: 'key', prompt: 'prompt', ratio: 'aspect_ratio', size: 'image_size', seed: 'seed' },
    })
    expect(promptsOf(sheet)).toMatchObject([
      { clientId: 'k1', text: 'a fox\nat dusk', seed: 7, width: 2048, height: 1152 },
      { clientId: 'k2', text: 'a hen', seed: null, width: null, overrides: { ratio: 0.75 } },
    ])
    expect(problemsOf(sheet)[0]).toMatch(/^row 3 \(line 3\): The request sends pictures along/)
  })

  test("A1111's lines of options, and prompts between them", () => {
    const sheet = read(
      'prompts.txt',
      `--prompt "a fox, \\"big\\"" --seed 1 --negative_prompt "blur" --width 512 --height 768 --steps 20 --cfg_scale 7.5
a hen, on a mat
--prompt photo of a dog --n_iter 2 --sampler_name 'Euler a'
--prompt "open
`,
    )
    expect(sheet).toMatchObject({ format: 'text', writtenFor: 'a1111' })
    expect(promptsOf(sheet)).toMatchObject([
      {
        text: 'a fox, "big"',
        seed: 1,
        negative: 'blur',
        width: 512,
        height: 768,
        overrides: { options: { steps: 20, cfg_scale: 7.5 } },
      },
      { text: 'a hen, on a mat', seed: null },
      { text: 'photo of a dog', count: 2, overrides: { options: { sampler_name: 'Euler a' } } },
    ])
    expect(problemsOf(sheet)).toEqual(['row 4 (line 4): The quote at character 10 is not closed.'])
  })
})

describe('Markdown tables and pasted cells', () => {
  test('a table between other text, with alignments, escaped bars and breaks', () => {
    const sheet = read(
      'notes.md',
      '# Prompts\n\n| id | prompt |\n|:---|-----:|\n| 1 | a \\| b<br>c |\n 2 | d\n\nThe end | here\n',
    )
    expect(sheet).toMatchObject({ format: 'markdown', columns: ['id', 'prompt'], problems: [] })
    expect(sheet.rows).toEqual([
      { row: 1, line: 5, cells: ['1', 'a | b\nc'] },
      { row: 2, line: 6, cells: ['2', 'd'] },
    ])
  })

  test('cells copied from a spreadsheet; a delimiter that a person chose', () => {
    expect(cellsOf(read('pasted.tsv', 'id\tprompt\r\n1\t"two\nlines"\r\n'))).toEqual([['1', 'two\nlines']])
    const text = 'a;b\nx, y;z\n'
    expect(read('a.txt', text)).toMatchObject({ format: 'text', delimiter: null })
    expect(read('a.txt', text, { delimiter: ';' })).toMatchObject({
      format: 'csv',
      delimiter: ';',
      columns: ['a', 'b'],
    })
  })
})

describe('encodings', () => {
  const text = 'id;prompt\n1;größe\n2;naïve café\n'
  const wide = (little: boolean): Uint8Array => {
    const bytes = Buffer.from(text, 'utf16le')
    return little ? bytes : bytes.swap16()
  }
  test.each([
    ['utf-16le', wide(true)],
    ['utf-16be', wide(false)],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ] as const)('%s without a mark', (encoding, bytes) => {
    const sheet = read('a.csv', new Uint8Array(bytes))
    expect(sheet.encoding).toBe(encoding)
    expect(cellsOf(sheet)).toEqual([
      ['1', 'größe'],
      ['2', 'naïve café'],
    ])
  })
  test('what a person chose goes first, and what it cannot read is said', () => {
    const sheet = read('a.csv', new Uint8Array(Buffer.from(text, 'latin1')), { encoding: 'utf-8' })
    expect(sheet.rows[0]?.cells[1]).toBe('gr��e')
    expect(sheet.problems[0]?.message).toMatch(/are no letters in this encoding/)
    expect(read('a.csv', utf8(text), { encoding: 'windows-1252' }).rows[0]?.cells[1]).toBe('grÃ¶ÃŸe')
  })
})

test('columns by their usual names in other languages; a stock is no count', () => {
  expect(read('a.csv', 'Artikelnummer;Beschreibung;Breite;HÖHE;Qualität;Anzahl\n1;a;512;512;hoch;5\n').mapping).toEqual(
    {
      id: 'Artikelnummer',
      prompt: 'Beschreibung',
      width: 'Breite',
      height: 'HÖHE',
    },
  )
  expect(
    read('a.csv', 'référence,texte,aspect ratio,graine,options.style,cfg scale\nA,a,16:9,3,bold,7\n').mapping,
  ).toEqual({
    id: 'référence',
    prompt: 'texte',
    ratio: 'aspect ratio',
    seed: 'graine',
    'options.style': 'options.style',
    'options.cfg_scale': 'cfg scale',
  })
})

describe('every format reads the same rows', () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', 'é', '猫', '"', ',', ';', '|', '{', "'", '-', '0', ' '), maxLength: 8 })
    .map((text) => `x${text.trim()}`)
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 })

  test('CSV, TSV, JSONL, JSON, XLSX and Markdown', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const header = ['id', 'prompt']
        const objects = cells.map(([id, prompt]) => ({ id, prompt }))
        const lines = (delimiter: string) =>
          [header, ...cells].map((row) => row.map((one) => quoteCell(one, delimiter)).join(delimiter)).join('\r\n')
        const bars = (row: readonly string[]) => `| ${row.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |`
        const files: Record<string, string | Uint8Array> = {
          'a.csv': lines(','),
          'a.tsv': lines('\t'),
          'a.jsonl': objects.map((row) => JSON.stringify(row)).join('\n'),
          'a.json': JSON.stringify({ rows: objects }, null, 1),
          'a.xlsx': workbook({ sheets: { A: sheetData([header, ...cells]) } }),
          'a.md': [bars(header), '|---|---|', ...cells.map(bars)].join('\n'),
        }
        for (const [name, content] of Object.entries(files)) {
          const sheet = read(name, content)
          expect([name, sheet.columns, cellsOf(sheet), sheet.problems]).toEqual([name, header, cells, []])
          expect(read(name, content)).toEqual(sheet)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('round trips in every encoding', () => {
    const latin = fc
      .string({ unit: fc.constantFrom('a', 'é', 'ß', '"', ',', ';', '\n', '\t', ' '), maxLength: 8 })
      .map((text) => `ü${text}`)
    fc.assert(
      fc.property(
        fc.array(latin, { minLength: 4, maxLength: 12 }),
        fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
        fc.constantFrom(',', ';', '\t', '|'),
        (prompts, encoding, delimiter) => {
          const all = [['id', 'prompt'], ...prompts.map((prompt, at) => [`${at}`, prompt])]
          const text = all.map((row) => row.map((one) => quoteCell(one, delimiter)).join(delimiter)).join('\n')
          const bytes =
            encoding === 'utf-8'
              ? Buffer.from(text)
              : encoding === 'windows-1252'
                ? Buffer.from(text, 'latin1')
                : Buffer.from(text, 'utf16le')
          const sheet = read('a.csv', new Uint8Array(encoding === 'utf-16be' ? bytes.swap16() : bytes))
          expect(sheet.encoding).toBe(encoding)
          expect(sheet.delimiter).toBe(delimiter)
          expect(cellsOf(sheet)).toEqual(all.slice(1))
        },
      ),
      { numRuns: 300 },
    )
  })
})
