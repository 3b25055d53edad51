import { describe, expect, test } from 'vitest'
import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import { parseTemplate } from '#shared/template/template.ts'
import {
  anotherProfile,
  draftSettingsOf,
  firstProfile,
  firstWish,
  roleOf,
  withRole,
} from '../../renderer/load/draft-wish.ts'
import { pastedName } from '../../renderer/load/pasted-name.ts'
import { planModelLines, planTotals } from '../../renderer/load/plan-model-lines.ts'
import { pagesInView, planPageRows, planRowHeight } from '../../renderer/load/plan-pages.ts'
import { planFigures, whyNothing } from '../../renderer/load/plan-text.ts'
import { problemCauses } from '../../renderer/load/problem-causes.ts'
import { notReadyText, profileChoices } from '../../renderer/load/profile-choices.ts'
import { templatePieces } from '../../renderer/load/template-pieces.ts'
import { atOnce, sendingOf } from '../../renderer/sending/sending.ts'

const sheet: Sheet = {
  id: 1,
  name: 'shoes.csv',
  format: 'csv',
  sha256: '0'.repeat(64),
  columns: ['sku', 'Prompt', 'other'].map((name) => ({ name, samples: [] })),
  rowCount: 3,
  encoding: 'utf-8',
  delimiter: ',',
  parts: [],
  part: null,
  writtenFor: null,
  mappingFrom: 'names',
  mapping: { id: 'sku', prompt: 'Prompt' },
  template: '{{Prompt}}',
  problems: [],
  problemCount: 0,
}
const settings = { draftProfile: null, variants: 2 }

function providerOf(id: string, part: Partial<ProviderInfo> = {}): ProviderInfo {
  return {
    id,
    label: id.toUpperCase(),
    about: '',
    models: [
      {
        id: 'fast',
        label: 'Fast',
        operations: ['generate'],
        sizes: { kind: 'any', multipleOf: 8, min: 64, max: 1024 },
        draftSize: { width: 512, height: 512 },
        finalSize: { width: 1024, height: 1024 },
        takesSeed: true,
        takesNegativePrompt: false,
        qualities: [],
        sameSeedLarger: false,
        maxPromptLength: null,
        price: { perImageMicros: 40_000, currency: 'USD', asOf: null, source: null },
      },
    ],
    anyModel: false,
    settingsSchema: {},
    settings: {},
    key: 'none-needed',
    ready: true,
    concurrency: 2,
    usual: null,
    isLocal: false,
    keyVariable: null,
    canRefresh: false,
    refreshedMs: null,
    ...part,
  }
}

describe('what a sheet’s drafts are made with', () => {
  test('begins with the sheet’s own mapping, and the template of its prompt column is no template', () => {
    const wish = firstWish(sheet, settings, [providerOf('one')])
    expect(draftSettingsOf(wish)).toEqual({
      mapping: { id: 'sku', prompt: 'Prompt' },
      template: null,
      profiles: [{ provider: 'one', model: 'fast', width: null, height: null, quality: null, options: {} }],
      variants: 2,
      baseSeed: 0,
    })
    expect(draftSettingsOf({ ...wish, template: '{{Prompt}}, {a|b}' }).template).toBe('{{Prompt}}, {a|b}')
  })

  test('what is not filled in is not in the settings; a half typed axis is none', () => {
    const wish = firstWish(sheet, settings, [providerOf('one')])
    const plain = draftSettingsOf(wish)
    const half = {
      axes: [{ name: ' ', values: ['a'] }],
      styles: [],
      negativeTemplate: ' ',
      axisSample: { n: 2, seed: 0 },
    }
    expect(Object.keys(draftSettingsOf({ ...wish, ...half }))).toEqual(Object.keys(plain))
    const axes = [{ name: ' angle ', values: ['front', '', 'side'] }]
    expect(draftSettingsOf({ ...wish, axes }).axes).toEqual([{ name: 'angle', values: ['front', 'side'] }])
  })

  test('a role moves to its new column, and a plain template follows the prompt column', () => {
    const wish = withRole(firstWish(sheet, settings, [providerOf('one')]), 'other', 'prompt')
    expect(wish.mapping).toEqual({ id: 'sku', prompt: 'other' })
    expect(wish.template).toBe('{{other}}')
    expect(roleOf(wish.mapping, 'Prompt')).toBeNull()
    expect(draftSettingsOf(wish).template).toBeNull()
  })

  test('a template that somebody wrote stays when columns change', () => {
    const written = { ...firstWish(sheet, settings, [providerOf('one')]), template: 'A {{Prompt}} shoe' }
    expect(withRole(written, 'other', 'prompt').template).toBe('A {{Prompt}} shoe')
    expect(withRole(written, 'Prompt', null).mapping).toEqual({ id: 'sku' })
  })

  test('prefers a provider that is ready to one that comes first', () => {
    const providers = [providerOf('one', { ready: false, key: 'missing' }), providerOf('two')]
    expect(firstProfile(null, providers).provider).toBe('two')
    expect(notReadyText(providers[0] ?? providerOf('x'))).toContain('needs a key')
    expect(profileChoices(providers)[0]).toMatchObject({ label: 'Fast, ONE', note: '$0.04 each, needs a key' })
  })

  test('"another model" is not the one that failed, nor one that needs a key', () => {
    const providers = [providerOf('one'), providerOf('two', { ready: false, key: 'missing' }), providerOf('three')]
    const failed = firstProfile(null, providers)
    expect(failed.provider).toBe('one')
    expect(anotherProfile([failed], providers).provider).toBe('three')
    // Where all that is ready has failed, the usual one stands there, to be chosen otherwise.
    expect(anotherProfile([failed, { ...failed, provider: 'three' }], providers).provider).toBe('one')
  })
})

describe('the coloured template', () => {
  const columns = ['product', 'colour']
  const kindsOf = (text: string) =>
    templatePieces(text, columns, parseTemplate(text, columns).mistakes).map(({ text: piece, kind }) => [piece, kind])

  test('picks out columns and choices', () => {
    expect(kindsOf('A {{product}}, {red|{{colour}}} one')).toEqual([
      ['A ', 'text'],
      ['{{product}}', 'column'],
      [', ', 'text'],
      ['{red|', 'choice'],
      ['{{colour}}', 'column'],
      ['}', 'choice'],
      [' one', 'text'],
    ])
  })

  test.each(['a {b', 'a } b', '{{nope}} x', '\\{a\\} {{product|lower}}', '{{a|b}|c}', '', '{', '\\'])(
    'holds exactly the text of %j',
    (text) => {
      const { mistakes } = parseTemplate(text, columns)
      expect(
        templatePieces(text, columns, mistakes)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    },
  )

  test('picks out wildcards and variables', () => {
    expect(kindsOf('__w__ '.concat('$', '{x=!{a|b}} $', '{x}'))).toEqual([
      ['__w__', 'wildcard'],
      [' ', 'text'],
      ['$'.concat('{x=!'), 'variable'],
      ['{a|b}}', 'choice'],
      [' ', 'text'],
      ['$'.concat('{x}'), 'variable'],
    ])
  })

  test('marks a mistake at its character', () => {
    const text = 'fine {open'
    const { mistakes } = parseTemplate(text, columns)
    const marked = templatePieces(text, columns, mistakes).filter((piece) => piece.isMistaken)
    expect(marked.map((piece) => piece.text)).toEqual(['{'])
  })
})

test.each([
  ['a\tb\n1\t2', 'pasted.tsv'],
  ['{"prompt": "a"}\n{"prompt": "b"}\n', 'pasted.jsonl'],
  ['sku,prompt\n1,a shoe', 'pasted.csv'],
  ['A shoe, red, on linen\nA boot, green', 'pasted.txt'],
  ['one prompt', 'pasted.txt'],
])('pasted text %j is %s', (text, name) => {
  expect(pastedName(text)).toBe(name)
})

test('only the pages around what is in view are drawn', () => {
  const page = planPageRows * planRowHeight
  expect(pagesInView(0, 480, 10_000)).toEqual([0, 0])
  expect(pagesInView(page * 7 - 100, 480, 10_000)).toEqual([6, 7])
  expect(pagesInView(page * 1000, 480, 120)).toEqual([2, 2])
  expect(pagesInView(0, 480, 0)).toEqual([0, 0])
})

describe('the plan at a glance', () => {
  const plan: Plan = {
    planId: 'p',
    kind: 'drafts',
    batchId: null,
    prompts: 1240,
    tiles: 1240,
    requests: 1102,
    cached: 42,
    duplicates: 96,
    blocked: 0,
    estimateMicros: 900_000,
    highestMicros: 900_000,
    currency: 'USD',
    allFinalMicros: 165_520_000,
    durationMs: 720_000,
    parts: [{ provider: 'one', model: 'fast', requests: 1102, estimateMicros: 900_000 }],
    lanes: [{ provider: 'one', requests: 1102, durationMs: 720_000 }],
    problems: [],
    problemCount: 0,
    problemGroups: [],
    redrawn: 0,
  }
  const of = { rows: 310, profiles: 1, providers: [providerOf('one')] }

  test('says it as a person would', () => {
    const { prompts, make, price, time } = planFigures(plan, sendingOf(plan, atOnce), of)
    expect(prompts).toMatchObject({ value: '1,240', note: '310 rows × 4 prompts' })
    expect(make).toMatchObject({ value: '1,102', note: '96 duplicates, 42 cached' })
    expect(price).toMatchObject({ value: '$0.90', note: 'saves $164.62 against all at final quality' })
    expect(time).toMatchObject({ value: '12 min', note: 'ONE, 92 a minute' })
  })

  test('models of one provider share its time, and a model without a price hides nobody’s', () => {
    const part = { provider: 'one', requests: 10, estimateMicros: 400_000, blocked: 0 }
    const two: Plan = {
      ...plan,
      requests: 25,
      cached: 0,
      duplicates: 0,
      blocked: 3,
      estimateMicros: null,
      durationMs: null,
      parts: [
        { ...part, model: 'fast' },
        { ...part, model: 'fine', blocked: 3 },
        { provider: 'two', model: 'own', requests: 5, estimateMicros: null },
      ],
      lanes: [
        { provider: 'one', requests: 20, durationMs: 60_000 },
        { provider: 'two', requests: 5, durationMs: null },
      ],
    }
    const figures = planFigures(two, sendingOf(two, atOnce), of)
    expect(figures.price).toMatchObject({ value: '$0.80 +', note: 'without own: say its price below' })
    expect(figures.time.note).toBe('two is not measured yet')
    const lines = planModelLines(two, [providerOf('one')])
    expect(lines.map(({ key, price, time, blocked }) => [key, price, time, blocked])).toEqual([
      ['one/fast', '$0.40', '1 min, all of ONE', ''],
      ['one/fine', '$0.40', '', '3'],
      ['two/own', 'not known', 'not known', ''],
    ])
    expect(planTotals(two)).toMatchObject({ requests: '25', price: '$0.80 +', time: '', blocked: '3' })
  })

  test('a run that would bring nothing says why', () => {
    const group = { kind: 'references' as const, message: 'Sketch takes no reference pictures', count: 2, blocks: true }
    const left = { ...group, message: 'Sketch takes no seed: it is left out', blocks: false }
    expect(whyNothing(plan)).toBeNull()
    expect(whyNothing({ ...plan, tiles: 2, cached: 1, blocked: 1, problemGroups: [group] })).toBeNull()
    expect(whyNothing({ ...plan, tiles: 0 })).toBe('There is nothing to make yet.')
    expect(whyNothing({ ...plan, tiles: 2, blocked: 2, problemGroups: [left, group] })).toBe(
      'Nothing can be made: Sketch takes no reference pictures.',
    )
  })

  test('a price that nobody knows is never free', () => {
    const parts = plan.parts.map((part) => ({ ...part, estimateMicros: null }))
    const priceOf = (part: Partial<Plan>) => {
      const priced = { ...plan, ...part }
      return planFigures(priced, sendingOf(priced, atOnce), of).price.value
    }
    expect(priceOf({ parts, estimateMicros: null, highestMicros: null })).toBe('Not known')
    expect(priceOf({ estimateMicros: 0 })).toBe('Free')
  })
})

test('problems that only differ in their particulars are one cause', () => {
  const problem = (row: number, message: string, column: string | null = 'size') => ({
    row,
    line: row + 1,
    column,
    message,
  })
  const causes = problemCauses([
    problem(3, '700x700 is not a size.'),
    problem(9, 'The prompt is empty.', 'prompt'),
    problem(17, '710x720 is not a size.'),
  ])
  expect(causes.map((cause) => cause.problems.map(({ row }) => row))).toEqual([[3, 17], [9]])
  expect(causes[0]?.title).toBe('size: 700x700 is not a size')
})
