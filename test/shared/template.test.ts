import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import {
  type Cells,
  countPrompts,
  literalTemplate,
  parseTemplate,
  partsAt,
  promptsOf,
  type Template,
  type WildcardLookup,
} from '#shared/template/template.ts'

const expandTemplate = (template: Template, cells: Cells, wanted: { limit: number }): string[] =>
  promptsOf(template, cells, wanted).map((prompt) => prompt.text)
const sampleTemplate = (template: Template, cells: Cells, seed: number, limit: number): string[] =>
  promptsOf(template, cells, { limit, sample: true, seeds: [seed] }).map((prompt) => prompt.text)
const templateParts = (template: Template, cells: Cells) => partsAt(template, cells, { index: 0, isDrawn: false }).text

const columns = ['product', 'Colour', 'list', 'empty', 'a|b']
const cells = { product: 'shoe', Colour: 'RED {x|y}', list: 'one; two ;three', empty: ' ', 'a|b': 'bar' }
const wildcardFiles: Readonly<Record<string, readonly string[]>> = {
  season: ['summer', '{autumn|fall}', 'winter'],
  people: ['__africa__', 'Finn'],
  africa: ['Namibian', 'Basotho'],
  'colours*': ['blue', 'red'],
  loop: ['again __loop__'],
}
const wildcards: WildcardLookup = (name) => wildcardFiles[name] ?? null

const expand = (text: string, limit = 1000): string[] => {
  const { template, mistakes } = parseTemplate(text, columns, wildcards)
  expect(mistakes).toEqual([])
  const prompts = expandTemplate(template, cells, { limit })
  if (countPrompts(template) <= limit) expect(prompts.length).toBe(Number(countPrompts(template)))
  return prompts
}
const mistakesOf = (text: string): [number, number, string][] =>
  parseTemplate(text, columns, wildcards).mistakes.map(({ at, length, message }) => [at, length, message])

describe('columns and filters', () => {
  test.each([
    ['a {{product}}', 'a shoe'],
    ['{{ PRODUCT }}', 'shoe'],
    ['{{Colour}}', 'RED {x|y}'],
    ['{{colour|lower}}', 'red {x|y}'],
    ['{{empty|default: white}}', 'white'],
    ['{{product|default: white}}', 'shoe'],
    ['{{empty|default: a\\|b|upper}}', 'A|B'],
    ['{{product|title}}', 'Shoe'],
    ['{{empty|trim}}.', '.'],
    ['{{list|pick}}', 'one'],
    ['{{list|pick: 2|upper}}', 'TWO'],
    ['{{list|pick: -1}}', 'three'],
    ['{{list|pick: 9|default: none}}', 'none'],
    ['{{a|b}}', 'bar'],
  ])('%j -> %j', (text, prompt) => expect(expand(text)).toEqual([prompt]))

  test('what is no column, or does not close with }}, is nested choices', () => {
    expect(expand('{{rose|white}}')).toEqual(['rose', 'white'])
    expect(expand('{{rose|white} gold|{{product}}}')).toEqual(['rose gold', 'white gold', 'shoe'])
    expect(expand('{{{product}}|x}')).toEqual(['shoe', 'x'])
    expect(expand('{{product} x|y}')).toEqual(['product x', 'y'])
  })

  test('a column called like a thing every object has is only a column', () => {
    const { template } = parseTemplate('{{constructor}}{{__proto__}}', ['constructor', '__proto__'])
    expect(expandTemplate(template, {}, { limit: 1 })).toEqual([''])
  })
})

describe('the documented syntax of sd-dynamic-prompts', () => {
  test.each<[string, string[]]>([
    ['{summer|winter} is coming', ['summer is coming', 'winter is coming']],
    ['{0.5::summer|.1::autumn|winter}', ['summer', 'autumn', 'winter']],
    ['{2$$a|b|c}', ['a, b', 'a, c', 'b, a', 'b, c', 'c, a', 'c, b']],
    ['{2$$ and $$a|b}', ['a and b', 'b and a']],
    ['{1-2$$ and $$a|b}', ['a', 'b', 'a and b', 'b and a']],
    ['{-2$$a|b}', ['a', 'b', 'a, b', 'b, a']],
    ['{1-$$a|b}', ['a', 'b', 'a, b', 'b, a']],
    ['{4$$a|b}', ['a, b', 'b, a']],
    ['{0-1$$a|b}', ['', 'a', 'b']],
    ['{2$$ \\| $$a|b}', ['a | b', 'b | a']],
    ['__season__!', ['summer!', 'autumn!', 'fall!', 'winter!']],
    ['{2$$__colours*__}', ['blue, red', 'red, blue']],
    ['{__africa__|x}', ['Namibian', 'Basotho', 'x']],
    ['__people__', ['Namibian', 'Basotho', 'Finn']],
    ['{\n  a\n  |b\n}', ['a', 'b']],
    ['{red |}car', ['red car', 'car']],
    ['\\{a\\|b\\} \\_\\_season\\_\\_ \\(film\\) c:\\dir \\\\', ['{a|b} __season__ \\(film\\) c:\\dir \\']],
    ['a | b $$ 3::c _x_', ['a | b $$ 3::c _x_']],
    ['', ['']],
  ])('%j', (text, prompts) => expect(expand(text)).toEqual(prompts))
})

describe('mistakes are marked at their characters', () => {
  test.each<[string, [number, number, RegExp][]]>([
    ['a {b|c', [[2, 1, /never closed/]]],
    ['a } b', [[2, 1, /closes nothing/]]],
    ['x {{prodct}}', [[2, 10, /no column "prodct"/]]],
    ['{{prodct|default: x}}', [[0, 21, /no column "prodct"/]]],
    ['{{product|shout}}', [[0, 17, /"shout" is not a filter; there are default, lower/]]],
    ['{{product|default}}', [[0, 19, /needs a value/]]],
    ['{{list|pick: two}}', [[0, 18, /number of an item/]]],
    ['{{list|lower: 1}}', [[0, 17, /takes no value/]]],
    ['a __nothing__', [[2, 11, /no wildcard "nothing"/]]],
    ['__loop__', [[0, 8, /refers to itself: __loop__ → __loop__\.$/]]],
    ['__season(1)__', [[0, 13, /season\(variable=value\)/]]],
    ['a $'.concat('{x} b'), [[2, 4, /"x" is not set/]]],
    ['$'.concat('{x=a|b}'), [[5, 1, /braces of its own/]]],
    ['$'.concat('{x=a'), [[0, 4, /never closed/]]],
    ['%{a ... b$$c}', [[0, 13, /Wraps/]]],
    ['{3-1$$a|b}', [[0, 6, /lower number/]]],
    ['{99$$a|b}', [[0, 5, /At most 32/]]],
    ['{}', [[0, 2, /empty/]]],
    ['{0::a|0::b}', [[0, 11, /weight 0/]]],
  ])('%j', (text, expected) => {
    const found = mistakesOf(text)
    expect(found.map(([at, length]) => [at, length])).toEqual(expected.map(([at, length]) => [at, length]))
    for (const [index, [, , message]] of expected.entries()) expect(found[index]?.[2]).toMatch(message)
  })

  test('a text with mistakes can still be previewed', () => {
    const { template } = parseTemplate('a } {b|c', columns)
    expect(expandTemplate(template, cells, { limit: 10 })).toEqual(['a } b', 'a } c'])
  })
})

describe('template bombs', () => {
  test('10^12 prompts are counted at once, and the first few can be had', () => {
    const { template, mistakes } = parseTemplate('{0|1|2|3|4|5|6|7|8|9}'.repeat(12), [])
    expect(mistakes).toEqual([])
    expect(countPrompts(template)).toBe(10n ** 12n)
    expect(expandTemplate(template, {}, { limit: 11 }).at(-1)).toBe('000000000010')
    expect(new Set(sampleTemplate(template, {}, 7, 500)).size).toBe(500)
  })

  test('a count that would fill the memory stops at 10^100', () => {
    const { template } = parseTemplate('{a|b|c}'.repeat(1000), [])
    expect(countPrompts(template)).toBe(10n ** 100n)
    expect(expandTemplate(template, {}, { limit: 2 })[1]).toBe(`${'a'.repeat(999)}b`)
  })

  test('wildcards that multiply each other are refused', () => {
    const lookup: WildcardLookup = (name) => [Array(50).fill(`__${name}x__`).join('')]
    expect(parseTemplate('__a__', [], lookup).mistakes).not.toEqual([])
    const chain: WildcardLookup = (name) => [`__${name}x__`, 'end']
    expect(parseTemplate('__a__', [], chain).mistakes[0]?.message).toMatch(/more than 20 deep/)
  })

  test('braces a thousand deep, and texts too long, are mistakes and no overflow', () => {
    expect(mistakesOf(`${'{'.repeat(1000)}a${'}'.repeat(1000)}`)[0]?.[2]).toMatch(/more than 40 deep/)
    expect(mistakesOf('{a|b}'.repeat(5000))[0]?.[2]).toMatch(/longer than 20,000/)
    expect(mistakesOf(`{32$$${'a|'.repeat(5000)}b}`)[0]?.[2]).toMatch(/too large/)
  })

  test('a long cell used many times is refused before it fills the memory', () => {
    const { template } = parseTemplate('{{c}}'.repeat(3000), ['c'])
    const huge = { c: 'x'.repeat(1_000_000) }
    expect(() => expandTemplate(template, huge, { limit: 1 })).toThrow(AppError)
    expect(() => templateParts(template, huge)).toThrow(/32,000 characters/)
  })
})

describe('samples', () => {
  const { template } = parseTemplate('{a|b|c|d}{1|2|3|4}{x|y|z}', [])

  test('the same seed gives the same prompts, another seed others; none twice', () => {
    const one = sampleTemplate(template, {}, 1, 20)
    expect(sampleTemplate(template, {}, 1, 20)).toEqual(one)
    expect(sampleTemplate(template, {}, 2, 20)).not.toEqual(one)
    expect(new Set(one).size).toBe(20)
    expect(expandTemplate(template, {}, { limit: 48 })).toEqual(expect.arrayContaining(one))
  })

  test('as many as there are, where more are asked for', () => {
    expect(sampleTemplate(template, {}, 1, 48)).toEqual(expandTemplate(template, {}, { limit: 48 }))
  })

  test('weights decide how often an option comes, 0 never', () => {
    const weighted = parseTemplate('{9::a|1::b|0::c}', []).template
    const drawn = Array.from({ length: 1000 }, (_, seed) => sampleTemplate(weighted, {}, seed, 1)[0])
    const share = drawn.filter((prompt) => prompt === 'a').length / 1000
    expect(share).toBeGreaterThan(0.86)
    expect(share).toBeLessThan(0.94)
    expect(drawn).not.toContain('c')
  })

  test('several taken options are different ones', () => {
    const taking = parseTemplate('{3$$-$$a|b|c|d|e}', []).template
    for (const prompt of sampleTemplate(taking, {}, 5, 30)) expect(new Set(prompt.split('-')).size).toBe(3)
  })
})

test('the parts of a preview join to the first prompt and say where each came from', () => {
  const { template } = parseTemplate('A {{product}} in {2$$ or $$red|{{Colour}}}.', columns)
  const parts = templateParts(template, cells)
  expect(parts).toEqual([
    { text: 'A ', kind: 'text' },
    { text: 'shoe', kind: 'column' },
    { text: ' in ', kind: 'text' },
    { text: 'red or ', kind: 'choice' },
    { text: 'RED {x|y}', kind: 'column' },
    { text: '.', kind: 'text' },
  ])
  expect(parts.map((part) => part.text).join('')).toBe(expandTemplate(template, cells, { limit: 1 })[0])
})

/** A template as a tree, with a printer and an expansion that share nothing with the code under test. */
type Tree =
  | { text: string }
  | { column: string }
  | { options: Tree[][]; weight: number | null; quantity: [number, number, string] | null }

const printed = (trees: Tree[]): string =>
  trees
    .map((tree) => {
      if ('text' in tree) return literalTemplate(tree.text)
      if ('column' in tree) return `{{${tree.column}}}`
      const { options, quantity, weight } = tree
      const head = quantity === null ? '' : `${quantity[0]}-${quantity[1]}$$${literalTemplate(quantity[2])}$$`
      return `{${head}${options.map((option) => (weight === null ? '' : `${weight}::`) + printed(option)).join('|')}}`
    })
    .join('')

const product = (lists: string[][]): string[] =>
  lists.reduce<string[]>((all, list) => all.flatMap((start) => list.map((next) => start + next)), [''])

/** Every ordered selection: the first place changes slowest, first by option and then by that option's own prompts. */
const selections = (options: string[][], quantity: number): string[][] =>
  quantity === 0
    ? [[]]
    : options.flatMap((option, index) => {
        const rests = selections(options.toSpliced(index, 1), quantity - 1)
        return option.flatMap((text) => rests.map((rest) => [text, ...rest]))
      })

const everyPrompt = (trees: Tree[]): string[] =>
  product(
    trees.map((tree) => {
      if ('text' in tree) return [tree.text]
      if ('column' in tree) return [`<${tree.column}>`]
      const options = tree.options.map(everyPrompt)
      if (tree.quantity === null) return options.flat()
      const [least, most, separator] = tree.quantity
      const quantities = Array.from({ length: most - least + 1 }, (_, more) => least + more)
      return quantities.flatMap((quantity) => selections(options, quantity).map((taken) => taken.join(separator)))
    }),
  )

const ascending = ([one, other, separator]: [number, number, string]): [number, number, string] => [
  Math.min(one, other),
  Math.max(one, other),
  separator,
]

const word = fc.string({
  unit: fc.constantFrom('x', 'é', '2', ' ', '{', '}', '|', '$', '_', ':', '\\', '(', '👟'),
  maxLength: 5,
})
const tree = fc.letrec<{ trees: Tree[]; tree: Tree }>((tie) => ({
  trees: fc.array(tie('tree'), { maxLength: 3 }),
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    word.map((text) => ({ text })),
    fc.constantFrom('P', 'Q r').map((column) => ({ column })),
    fc
      .record({
        options: fc.array(tie('trees'), { minLength: 2, maxLength: 3 }),
        weight: fc.constantFrom(null, 1, 0.5),
        quantity: fc.option(fc.tuple(fc.nat(2), fc.nat(2), word), { nil: null }),
      })
      .map(({ options, weight, quantity }): Tree => ({ options, weight, quantity: quantity && ascending(quantity) })),
  ),
})).trees

test('every printed template is read back, counted and expanded exactly as its tree says', () => {
  const row = { P: '<P>', 'Q r': '<Q r>' }
  fc.assert(
    fc.property(tree, (trees) => {
      const { template, mistakes } = parseTemplate(printed(trees), ['P', 'Q r'])
      fc.pre(countPrompts(template) <= 3000n)
      expect(mistakes).toEqual([])
      const prompts = everyPrompt(trees)
      expect(countPrompts(template)).toBe(BigInt(prompts.length))
      expect(expandTemplate(template, row, { limit: 3000 })).toEqual(prompts)
      expect(prompts).toEqual(expect.arrayContaining(sampleTemplate(template, row, 3, 5)))
    }),
    { numRuns: 500 },
  )
})

test('no text whatever makes the parser fail, and text written literally reads as itself', () => {
  const noise = fc.string({
    unit: fc.constantFrom('{', '}', '|', '$', '_', ':', '\\', '-', '1', '2', 'a', '\n', ' ', 'P'),
  })
  fc.assert(
    fc.property(noise, (text) => {
      const { template } = parseTemplate(text, ['P'], () => ['v {a|b}', '__w__'])
      expect(expandTemplate(template, { P: 'cell' }, { limit: 20 }).length).toBe(
        Number(countPrompts(template) < 20n ? countPrompts(template) : 20n),
      )
      const literal = parseTemplate(literalTemplate(text), ['P'])
      expect(literal.mistakes).toEqual([])
      expect(expandTemplate(literal.template, { P: 'cell' }, { limit: 2 })).toEqual([text])
    }),
    { numRuns: 2000 },
  )
})
