import type { Problem } from '#shared/contract/common.ts'
import type { PromptPreview, TemplateMistake } from '#shared/contract/templates.ts'
import { AppError } from '#shared/errors.ts'
import { type Combination, firstCombinations, someCombinations } from '#shared/template/axes.ts'
import {
  type Cells,
  countInWords,
  type Mistake,
  type Part,
  parseTemplate,
  partsAt,
  placesOf,
} from '#shared/template/template.ts'
import { type ExpansionOptions, mostPrompts } from './expansion-options.ts'
import { axesProblems, columnsWithAxes } from './prompt-axes.ts'
import { countsOf, ofSheet, readingTemplates } from './prompt-template.ts'
import type { SheetRow } from './rows.ts'
import { styled } from './styles.ts'

type Piece = PromptPreview['prompts'][number]['parts'][number]

/** Which prompts of the row: those from `offset` on. */
interface Page {
  readonly offset: number
  readonly limit: number
}

/**
 * What a row's prompts will be, each piece with where it came from, and how many there are: only those of the page are
 * made, and of a template of 10^12 prompts the first 1,000 can be seen. `rows` is the whole sheet's count.
 */
export function previewPrompts(
  row: SheetRow | null,
  rows: number,
  options: ExpansionOptions,
  page: Page,
): PromptPreview {
  const { columns, axes = [], axisSample, sample, baseSeed = 0 } = options
  const mistakes = mistakesOf(options)
  const nothing = { mistakes, perRow: null, inAll: null, needsSample: false, total: 0, prompts: [] }
  const wrong = axesProblems(columns, axes)
  if (wrong.length > 0 || row === null) return { ...nothing, problems: wrong }
  const limit = Number.MAX_SAFE_INTEGER
  const templateOf = readingTemplates({ ...options, columns: columnsWithAxes(columns, axes), limit })
  if (typeof templateOf !== 'function') return { ...nothing, problems: mistakes.length > 0 ? [] : templateOf }
  const cells: Cells = Object.fromEntries(columns.map((column, index) => [column, row.cells[index] ?? '']))
  const own = templateOf(cells, row)
  if (own.problems.length > 0) return { ...nothing, problems: [...own.problems] }

  const { perRow } = countsOf(own.template, { axes, axisSample, sample })
  const isSame = options.templateColumn === undefined
  const counts = {
    mistakes,
    perRow: isSame ? countInWords(perRow) : null,
    inAll: isSame ? countInWords(perRow * BigInt(rows)) : null,
    needsSample: perRow > BigInt(mostPrompts),
  }
  const seeds: [number, number] = [sample?.seed ?? baseSeed, row.row]
  const each = sample === undefined ? mostPrompts : Math.min(sample.n, mostPrompts)
  try {
    const found: { combination: Combination; cells: Cells; place: { index: number; isDrawn: boolean } }[] = []
    // Only as many as can be asked for: combinations behind them are not looked at.
    for (const combination of fewCombinations(axes, axisSample, row.row)) {
      const withAxes = { ...cells, ...combination }
      const places =
        own.template === null
          ? [{ index: 0, isDrawn: false }]
          : placesOf(own.template, withAxes, { limit: each, sample: sample !== undefined, seeds })
      for (const place of places) found.push({ combination, cells: withAxes, place })
      if (found.length >= mostPrompts) break
    }
    const shown = found.slice(0, mostPrompts)
    const prompts = shown.slice(page.offset, page.offset + page.limit).map((one) => {
      const made =
        own.template === null
          ? { text: piecesOf(own.plain ?? '', 'column'), negative: null }
          : partsAt(own.template, one.cells, one.place, seeds)
      const negativeCell = cells[options.mapping.negative ?? ''] ?? ''
      return {
        parts: withStyles(made.text, options, 'text') ?? [],
        negative: withStyles(made.negative ?? piecesOf(negativeCell, 'column'), options, 'negative'),
        axes: one.combination,
      }
    })
    return { ...counts, problems: [], total: shown.length, prompts }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problem: Problem = { ...ofSheet(error.message, own.column), row: row.row, line: row.line }
    return { ...counts, problems: [problem], total: 0, prompts: [] }
  }
}

const piecesOf = (text: string, kind: Part['kind']): Piece[] => (text === '' ? [] : [{ text, kind }])

/** The pieces of a prompt with what the styles add; null for a negative prompt that is empty. */
function withStyles(pieces: readonly Piece[], { styles }: ExpansionOptions, of: 'text' | 'negative'): Piece[] | null {
  const text = pieces.map((piece) => piece.text).join('')
  const whole =
    of === 'text' ? styled({ text, negative: '' }, styles).text : styled({ text: '', negative: text }, styles).negative
  if (whole === null) return null
  const added = whole.startsWith(text) ? whole.slice(text.length) : ''
  return added === '' ? [...pieces] : [...pieces, { text: added, kind: 'style' }]
}

/** The first combinations, or the sample of them. */
function fewCombinations(
  axes: NonNullable<ExpansionOptions['axes']>,
  axisSample: ExpansionOptions['axisSample'],
  row: number,
): Combination[] {
  if (axisSample !== undefined) return someCombinations(axes, axisSample, row)
  return firstCombinations(axes, mostPrompts)
}

/** Every mistake of the templates with its place, for the editor to mark. */
function mistakesOf(options: ExpansionOptions): TemplateMistake[] {
  const { template, negativeTemplate = null, axes = [], columns, wildcards } = options
  const known = columnsWithAxes(columns, axes)
  const read = parseTemplate(
    options.templateColumn === undefined ? (template ?? '') : '',
    known,
    wildcards,
    negativeTemplate,
  )
  const of = (which: TemplateMistake['of']) => (mistake: Mistake) => ({ of: which, ...mistake })
  return [...read.mistakes.map(of('template')), ...read.negativeMistakes.map(of('negative'))]
}
