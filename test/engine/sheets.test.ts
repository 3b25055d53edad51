import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type ReadSheet, readSheet, readSheetInSlices } from '#engine/sheets/sheets.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (name: string, content: string | Uint8Array): ReadSheet =>
  readSheet({ name, bytes: typeof content === 'string' ? utf8(content) : content })
const cellsOf = (sheet: ReadSheet): string[][] => sheet.rows.map((row) => row.cells)

/** Problems as a person reads them: `row 17 (line 18), column "size": ...`. */
const problemsOf = (sheet: ReadSheet): string[] =>
  sheet.problems.map(
    ({ row, line, column, message }) =>
      `${row === null ? '' : `row ${row} (line ${line})`}${column === null ? '' : `, column "${column}"`}: ${message}`,
  )

describe('CSV', () => {
  test.each([',', ';', '\t', '|'])('the delimiter %j is found', (delimiter) => {
    const sheet = read('a.csv', `id${delimiter}prompt\n1${delimiter}"a, b; c | d\te"\n2${delimiter}x\n`)
    expect(sheet.columns).toEqual(['id', 'prompt'])
    expect(cellsOf(sheet)).toEqual([
      ['1', 'a, b; c | d\te'],
      ['2', 'x'],
    ])
    expect(sheet.format).toBe(delimiter === '\t' ? 'tsv' : 'csv')
    expect(sheet.problems).toEqual([])
  })

  test('quotes, empty cells, cells over several lines, and lines counted as in the file', () => {
    const sheet = read('a.csv', 'id,prompt,note\r\n1,"two\r\nlines, ""quoted""",\r\n\r\n2,,""\n,,\n3,end,"x"')
    expect(sheet.rows).toEqual([
      { row: 1, line: 2, cells: ['1', 'two\r\nlines, "quoted"', ''] },
      { row: 2, line: 5, cells: ['2', '', ''] },
      { row: 3, line: 7, cells: ['3', 'end', 'x'] },
    ])
    expect(sheet.problems).toEqual([])
  })

  test('line ends may be mixed, or carriage returns alone', () => {
    expect(cellsOf(read('a.csv', 'id,prompt\r1,a\r2,b'))).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ])
    expect(read('a.csv', 'id,prompt\r\n1,a\n2,b\r3,c\r\n').rows.map((row) => row.line)).toEqual([2, 3, 4])
  })

  test('problems name row and line, and the good rows stay', () => {
    const sheet = read('a.csv', 'id,prompt,note\n1,a cat, on a mat,x\n2,a dog\n3,"open,y\n4,"in" side,z\n5,fine,z,,\n')
    expect(sheet.rows.map((row) => [row.row, row.line, ...row.cells])).toEqual([
      [2, 3, '2', 'a dog', ''],
      [3, 4, '3', '"open', 'y'],
      [4, 5, '4', '"in" side', 'z'],
      [5, 6, '5', 'fine', 'z'],
    ])
    const quote =
      'The cell begins with a quote that is not closed at its end, so it was read as plain text; ' +
      'put quotes around the whole cell and write "" for each quote in it.'
    expect(problemsOf(sheet)).toEqual([
      'row 1 (line 2): The row has 4 cells and the header 3, so it was left out; put quotes around a cell that holds a comma.',
      'row 2 (line 3): The row has 2 cells and the header 3; the missing ones were read as empty.',
      `row 3 (line 4), column "prompt": ${quote}`,
      `row 4 (line 5), column "prompt": ${quote}`,
    ])
  })

  test('header names are never empty nor alike', () => {
    const sheet = read('a.csv', ' prompt ,,Note,note,note (2),\na,b,c,d,e,f\n')
    expect(sheet.columns).toEqual(['prompt', 'column 2', 'Note', 'note (2)', 'note (2) (2)', 'column 6'])
  })

  test('one column needs no delimiter: commas in its prompts are text', () => {
    const sheet = read('a.csv', 'Prompt\na cat, on a mat\n"a dog, ""big"""\n')
    expect(sheet.format).toBe('csv')
    expect(cellsOf(sheet)).toEqual([['a cat, on a mat'], ['a dog, "big"']])
    expect(sheet.problems).toEqual([])
  })

  test("Excel's sep= line names the delimiter and is no row", () => {
    const sheet = read('a.csv', 'sep=;\nid;prompt\n1;a, b\n')
    expect(sheet.rows).toEqual([{ row: 1, line: 3, cells: ['1', 'a, b'] }])
  })

  test('a header without rows is said', () => {
    expect(problemsOf(read('a.csv', 'id,prompt\n'))).toEqual([': There is no row under the header.'])
  })
})

describe('TSV', () => {
  test('quotes inside unquoted cells are text; a cell that begins with a quote and closes properly is quoted', () => {
    const sheet = read('a.tsv', 'Prompt\tNote\nsay "hi" twice\t5" wide\n"BE KIND" on a wall\tx\n"a\tb"\t"c ""d"""\n')
    expect(cellsOf(sheet)).toEqual([
      ['say "hi" twice', '5" wide'],
      ['"BE KIND" on a wall', 'x'],
      ['a\tb', 'c "d"'],
    ])
    expect(sheet.problems).toEqual([])
  })

  test('a quote that is never closed is said and does not swallow the rows behind it', () => {
    const sheet = read('a.tsv', 'Prompt\tNote\n"open\tx\nnext\ty\n')
    expect(cellsOf(sheet)).toEqual([
      ['"open', 'x'],
      ['next', 'y'],
    ])
    expect(problemsOf(sheet)[0]).toMatch(/^row 1 \(line 2\), column "Prompt": The cell begins with a quote/)
  })
})

describe('JSONL', () => {
  test('OpenAI batch lines give their body as columns', () => {
    const line = (id: string, prompt: string): string =>
      JSON.stringify({
        custom_id: id,
        url: '/v1/images/generations',
        body: { model: 'm', prompt, size: '512x512', n: 2 },
      })
    const sheet = read('batch.jsonl', `${line('a', 'a fox')}\n\n${line('b', 'a "hen"')}\n`)
    expect(sheet.format).toBe('jsonl')
    expect(sheet.columns).toEqual(['custom_id', 'url', 'model', 'prompt', 'size', 'n'])
    expect(sheet.mapping).toEqual({ prompt: 'prompt', id: 'custom_id', model: 'model', size: 'size', count: 'n' })
    expect(sheet.rows[1]).toEqual({
      row: 2,
      line: 3,
      cells: ['b', '/v1/images/generations', 'm', 'a "hen"', '512x512', '2'],
    })
  })

  test('keys come as they appear, objects are flattened, lists stay JSON, long numbers keep their digits', () => {
    const sheet = read(
      'a.txt',
      '{"prompt":"a","shop":{"sku":7,"tags":["x",1]},"ok":true}\n{"id":12345678901234567890,"none":null,"prompt":"b","body":{"prompt":"c"}}\n',
    )
    expect(sheet.columns).toEqual(['prompt', 'shop.sku', 'shop.tags', 'ok', 'id', 'none', 'body.prompt'])
    expect(cellsOf(sheet)).toEqual([
      ['a', '7', '["x",1]', 'true', '', '', ''],
      ['b', '', '', '', '12345678901234567890', '', 'c'],
    ])
  })

  test('a bad line is a problem and the others stay', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const sheet = read('a.jsonl', `{"prompt":"a"}\n{"prompt":\n["b"]\n${deep}\n{"prompt":"c"}`)
    expect(sheet.rows.map(({ row, line, cells }) => [row, line, cells[0]])).toEqual([
      [1, 1, 'a'],
      [5, 5, 'c'],
    ])
    expect(problemsOf(sheet)[0]).toMatch(/^row 2 \(line 2\): The line is not valid JSON: /)
    expect(problemsOf(sheet)[1]).toBe('row 3 (line 3): The line is not a JSON object, like {"prompt": "a red fox"}.')
    expect(problemsOf(sheet)[2]).toMatch(/^row 4 \(line 4\): The line is not valid JSON: /)
  })

  test('nothing readable at all is an error', () => {
    expect(() => read('a.jsonl', 'no json\n')).toThrow(/no row that can be read/)
    expect(() => read('a.json', '[]')).toThrow(/no row that can be read/)
  })
})

describe('text', () => {
  test('one prompt a line, commas and braces and all', () => {
    const sheet = read('prompts.txt', 'a cat, on a mat\n\n{a|b} dog, big\r\n"quoted", she said')
    expect(sheet.format).toBe('text')
    expect(sheet.columns).toEqual(['prompt'])
    expect(sheet.rows.map(({ row, line, cells }) => [row, line, cells[0]])).toEqual([
      [1, 1, 'a cat, on a mat'],
      [2, 3, '{a|b} dog, big'],
      [3, 4, '"quoted", she said'],
    ])
    expect(sheet.mapping).toEqual({ prompt: 'prompt' })
    expect(sheet.problems).toEqual([])
  })

  test('a first line that only says "prompt" is a header', () => {
    expect(cellsOf(read('prompts.txt', 'Prompt\na, b\n'))).toEqual([['a, b']])
  })

  test('a header or pasted cells make a table of it', () => {
    expect(read('pasted', 'SKU\tName\n1\tshoe\n').format).toBe('tsv')
    expect(read('pasted.txt', 'id;prompt\n1;a\n').format).toBe('csv')
    expect(read('pasted.txt', 'id;prompt\n1;a\n').columns).toEqual(['id', 'prompt'])
  })
})

describe('encodings', () => {
  const text = 'id;prompt\n1;größe – 猫 👟\n'
  const utf16 = (littleEndian: boolean): Uint8Array => {
    const bytes = new Uint8Array(2 + text.length * 2)
    const view = new DataView(bytes.buffer)
    for (const [at, unit] of ['\ufeff', ...text.split('')].entries())
      view.setUint16(at * 2, unit.charCodeAt(0), littleEndian)
    return bytes
  }

  test.each([
    ['UTF-8', utf8(text)],
    ['UTF-8 with its mark', utf8(`\ufeff${text}`)],
    ['UTF-16 LE', utf16(true)],
    ['UTF-16 BE', utf16(false)],
  ])('%s', (_name, bytes) => {
    const sheet = read('a.csv', bytes)
    expect(sheet.columns).toEqual(['id', 'prompt'])
    expect(cellsOf(sheet)).toEqual([['1', 'größe – 猫 👟']])
    expect(sheet.problems).toEqual([])
  })

  test('Windows-1252, where it is not UTF-8, is said', () => {
    const sheet = read('a.csv', Uint8Array.of(...utf8('id,prompt\n1,gr'), 0xf6, 0xdf, ...utf8('e '), 0x96, 0x80, 10))
    expect(cellsOf(sheet)).toEqual([['1', 'größe –€']])
    expect(problemsOf(sheet)[0]).toMatch(/^: The file is not UTF-8, so it was read as Windows-1252/)
  })
})

describe('columns by their usual names', () => {
  const mapped = (header: string, row: string): ReadSheet['mapping'] => read('a.csv', `${header}\n${row}\n`).mapping

  test('without case, blanks and underscores', () => {
    expect(mapped('PROMPT TEXT,Custom_ID,negative prompt,Seed,Width,HEIGHT', 'a,b,c,1,512,512')).toEqual({
      prompt: 'PROMPT TEXT',
      id: 'Custom_ID',
      negative: 'negative prompt',
      seed: 'Seed',
      width: 'Width',
      height: 'HEIGHT',
    })
  })

  test('the better name wins, whatever the order', () => {
    expect(mapped('name,description,sku,text,handle', 'a,b,c,d,e')).toEqual({ prompt: 'text', id: 'sku' })
    expect(mapped('name,description', 'a,b')).toEqual({ prompt: 'description', id: 'name' })
  })

  test("a product's own size, width or model is no setting of a picture", () => {
    expect(mapped('prompt,size,width,model,count', 'a,42,45,Air Max 90,500')).toEqual({ prompt: 'prompt' })
    expect(mapped('prompt,size,model,n', 'a,700by,openai/gpt-image-1,x')).toEqual({
      prompt: 'prompt',
      size: 'size',
      model: 'model',
      count: 'n',
    })
  })

  test('the first template is the prompt column or what describes the picture', () => {
    expect(read('a.csv', 'id,Prompt\n1,a\n').template).toBe('{{Prompt}}')
    expect(read('a.csv', 'sku,name,colour,seed\n1,shoe,red,7\n').template).toBe('{{name}}, {{colour}}')
    expect(read('a.csv', 'name,colour\nshoe,red\n').template).toBe('{{name}}, {{colour}}')
  })
})

test('reading in slices stops often and gives the same sheet', () => {
  const bytes = utf8(
    `id,prompt\n${Array.from({ length: 40_000 }, (_, at) => `${at},a prompt about number ${at}\n`).join('')}`,
  )
  const reading = readSheetInSlices({ name: 'a.csv', bytes })
  let slices = 0
  let step = reading.next()
  while (step.done !== true) {
    slices += 1
    step = reading.next()
  }
  expect(slices).toBeGreaterThanOrEqual(bytes.byteLength / 300_000)
  expect(step.value).toEqual(readSheet({ name: 'a.csv', bytes }))
})

const partiPrompts = fileURLToPath(new URL('../../../shared/data/PartiPrompts.tsv', import.meta.url))
test.skipIf(!existsSync(partiPrompts))('PartiPrompts: 1,632 rows, 0 problems, every cell as it stands', () => {
  const text = readFileSync(partiPrompts, 'utf8')
  const sheet = read('PartiPrompts.tsv', text)
  expect(sheet.rows.length).toBe(1632)
  expect(sheet.problems).toEqual([])
  expect(sheet.mapping).toEqual({ prompt: 'Prompt' })
  const lines = text.split(/\r?\n/)
  for (const row of sheet.rows) expect(row.cells.join('\t')).toBe(lines[row.line - 1])
})
