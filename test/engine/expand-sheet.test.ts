import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ExpansionOptions, expandRow, expandRows, readSheet } from '#engine/sheets/sheets.ts'

const columns = ['id', 'prompt', 'negative', 'seed', 'width', 'height', 'size', 'model', 'n', 'colour']
const mapping = {
  id: 'id',
  prompt: 'prompt',
  negative: 'negative',
  seed: 'seed',
  width: 'width',
  height: 'height',
  size: 'size',
  model: 'model',
  count: 'n',
} as const
const options: ExpansionOptions = { columns, mapping, template: null }

const expanded = (cells: Record<string, string>, over: Partial<ExpansionOptions> = {}) =>
  expandRow(
    { row: 17, line: 18, cells: columns.map((column) => cells[column] ?? (column === 'prompt' ? 'a fox' : '')) },
    { ...options, ...over },
  )

describe('cells', () => {
  test('a full row', () => {
    const { prompts, problems } = expanded({
      id: ' A1 ',
      negative: 'blur',
      seed: '42',
      size: '512 x 768',
      model: 'sketch/pencil',
      n: '3',
      colour: 'red',
    })
    expect(problems).toEqual([])
    expect(prompts).toEqual([
      {
        row: 17,
        line: 18,
        clientId: 'A1',
        text: 'a fox',
        negative: 'blur',
        seed: 42,
        width: 512,
        height: 768,
        model: 'sketch/pencil',
        count: 3,
        references: [],
        columns: expect.objectContaining({ id: ' A1 ', colour: 'red', prompt: 'a fox' }),
      },
    ])
  })

  test('empty cells ask for nothing', () => {
    expect(expanded({ seed: '-1', size: 'auto' }).prompts).toEqual([
      expect.objectContaining({
        clientId: null,
        negative: null,
        seed: null,
        width: null,
        height: null,
        model: null,
        count: null,
      }),
    ])
  })

  test('width and height go before size', () => {
    expect(expanded({ size: '512x512', width: '640px' }).prompts[0]).toMatchObject({ width: 640, height: 512 })
    expect(expanded({ size: '1024×768px' }).prompts[0]).toMatchObject({ width: 1024, height: 768 })
  })

  test.each([
    ['size', '700by', '"700by" is not a size; write it like 1024x1024.'],
    ['size', '0x512', '"0x512" is not a size; write it like 1024x1024.'],
    ['size', '99999x512', '"99999x512" is not a size; write it like 1024x1024.'],
    ['seed', '4.5', '"4.5" is not a seed; write a whole number, like 42.'],
    ['seed', '9007199254740993', '"9007199254740993" is not a seed; write a whole number, like 42.'],
    ['width', 'wide', '"wide" is not a width; write it in pixels, like 1024.'],
    ['height', '1e3', '"1e3" is not a height; write it in pixels, like 1024.'],
    ['n', '65', '"65" is not a count; write a whole number from 1 to 64.'],
    ['n', '0', '"0" is not a count; write a whole number from 1 to 64.'],
    ['prompt', '  ', 'The prompt is empty.'],
    ['prompt', 'x'.repeat(32_001), 'The prompt is longer than 32,000 characters; shorten it.'],
  ])('column %s: %s', (column, cell, message) => {
    expect(expanded({ [column]: cell })).toEqual({ prompts: [], problems: [{ row: 17, line: 18, column, message }] })
  })

  test('every bad cell of a row is named at once', () => {
    expect(expanded({ seed: 'x', n: 'y', prompt: '' }).problems.map((problem) => problem.column)).toEqual([
      'seed',
      'n',
      'prompt',
    ])
  })
})

describe('templates', () => {
  test('without a template the prompt is as it stands, braces and all', () => {
    expect(expanded({ prompt: '{a|b} {{colour}} ' }).prompts.map((prompt) => prompt.text)).toEqual([
      '{a|b} {{colour}} ',
    ])
  })

  test('a template gives all its prompts, with the row and the id of each', () => {
    const { prompts } = expanded({ id: 'A1', colour: 'red {x|y}' }, { template: '{{prompt}}, {{colour}}, {day|night}' })
    expect(prompts.map(({ text, clientId }) => [text, clientId])).toEqual([
      ['a fox, red {x|y}, day', 'A1'],
      ['a fox, red {x|y}, night', 'A1'],
    ])
  })

  test.each<[Partial<ExpansionOptions>, string | null, RegExp]>([
    [{ template: 'a {b' }, null, /^Template, character 3: This \{ is never closed/],
    [
      { template: '{a|b|c|d}'.repeat(20) },
      null,
      /makes 1,099,511,627,776 prompts of each row, and the most is 1,000; take a sample/,
    ],
    [{ mapping: {} }, null, /No column holds the prompt/],
    [{ mapping: { prompt: 'gone' } }, 'gone', /no such column/],
  ])('what is wrong for every row alike is said once: %j', (over, column, message) => {
    const rows = [1, 2, 3].map((row) => ({ row, line: row + 1, cells: columns.map(() => 'x') }))
    const chunks = [...expandRows(rows, { ...options, ...over })]
    expect(chunks).toEqual([
      {
        prompts: [],
        problems: [expect.objectContaining({ row: null, line: null, column, message: expect.stringMatching(message) })],
      },
    ])
    expect(expanded({}, over)).toEqual(chunks[0])
  })

  test('a sample of a template that makes too many, the same every time and another for each row', () => {
    const over = { template: '{a|b|c|d}'.repeat(20), sample: { n: 5, seed: 1 } }
    const one = expanded({}, over).prompts.map((prompt) => prompt.text)
    expect(new Set(one).size).toBe(5)
    expect(expanded({}, over).prompts.map((prompt) => prompt.text)).toEqual(one)
    const next = expandRow({ row: 18, line: 19, cells: columns.map(() => '') }, { ...options, ...over })
    expect(next.prompts.map((prompt) => prompt.text)).not.toEqual(one)
  })

  test('wildcards come from the lookup', () => {
    const wildcards = (name: string): string[] | null => (name === 'time' ? ['day', 'night'] : null)
    expect(expanded({}, { template: '__time__', wildcards }).prompts.map((prompt) => prompt.text)).toEqual([
      'day',
      'night',
    ])
  })

  test('a prompt that its template leaves empty is said', () => {
    expect(expanded({}, { template: '{{colour}}' }).problems).toEqual([
      { row: 17, line: 18, column: null, message: 'The prompt is empty.' },
    ])
  })
})

describe('all rows', () => {
  test('chunks hold every prompt and problem once, in order, and stay small', () => {
    const rows = Array.from({ length: 9000 }, (_, index) => ({
      row: index + 1,
      line: index + 2,
      cells: columns.map((column) =>
        column === 'seed' && index % 1000 === 999 ? 'bad' : column === 'prompt' ? `p${index}` : '',
      ),
    }))
    const chunks = [...expandRows(rows, { ...options, template: '{{prompt}} {a|b|c}' })]
    const prompts = chunks.flatMap((chunk) => chunk.prompts)
    expect(prompts.length).toBe((9000 - 9) * 3)
    expect(chunks.flatMap((chunk) => chunk.problems).map((problem) => problem.row)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((thousand) => thousand * 1000),
    )
    expect(prompts.map((prompt) => prompt.row)).toEqual(
      prompts.map((prompt) => prompt.row).toSorted((one, other) => one - other),
    )
    expect(Math.max(...chunks.map((chunk) => chunk.prompts.length))).toBeLessThanOrEqual(3000)
  })

  test('whatever stands in the cells, a row gives prompts or problems, never both and never neither', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '1', 'a;b')), {
          minLength: 10,
          maxLength: 10,
        }),
        (cells) => {
          const { prompts, problems } = expandRow(
            { row: 1, line: 2, cells },
            { columns, mapping: { seed: 'seed' }, template: '{{prompt|trim}} {a|{{colour|pick: 2|title}}}' },
          )
          expect(prompts.length === 0).toBe(problems.length > 0)
        },
      ),
    )
  })

  test('a sheet with a column called __proto__ keeps its cells', () => {
    const sheet = readSheet({ name: 'a.csv', bytes: new TextEncoder().encode('__proto__,prompt\nx,a\n') })
    const { prompts } = expandRow(sheet.rows[0] ?? expect.fail('no row'), {
      ...sheet,
      template: '{{prompt}} {{__proto__}}',
    })
    expect(prompts[0]?.text).toBe('a x')
    expect(Object.entries(prompts[0]?.columns ?? {})).toEqual([
      ['__proto__', 'x'],
      ['prompt', 'a'],
    ])
  })
})
