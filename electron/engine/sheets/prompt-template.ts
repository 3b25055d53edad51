import type { Problem } from '#shared/contract/common.ts'
import { combinationsOf } from '#shared/template/axes.ts'
import {
  type Cells,
  countInWords,
  countPrompts,
  type Mistake,
  parseTemplate,
  type Template,
} from '#shared/template/template.ts'
import type { ExpansionOptions } from './expansion-options.ts'
import type { SheetRow } from './rows.ts'

/** How one row's prompts are made: its template or, for null, a text as it stands; or what is wrong with it. */
export interface RowTemplate {
  readonly template: Template | null
  readonly plain: string | null
  /** The column that a mistake in the text would be in; null where it is the template of all rows. */
  readonly column: string | null
  readonly problems: readonly Problem[]
}

export const ofSheet = (message: string, column: string | null = null): Problem => ({
  row: null,
  line: null,
  column,
  message,
})

/** Templates of cells that were read; sheets repeat a few texts, or none. */
const templatesKept = 1000

type TemplateOptions = ExpansionOptions & { readonly limit: number }

/** The template of each row, or what is wrong with the template of every row alike. */
export function readingTemplates(options: TemplateOptions): ((cells: Cells, row: SheetRow) => RowTemplate) | Problem[] {
  const { mapping, template: text, templateColumn, negativeTemplate } = options
  if (templateColumn !== undefined) {
    if (!options.columns.includes(templateColumn))
      return [ofSheet('The sheet has no such column; choose another for the templates.', templateColumn)]
    return fromCells(options, templateColumn)
  }
  if (text === null && negativeTemplate === undefined) {
    const { prompt } = mapping
    if (prompt === undefined) return [ofSheet('No column holds the prompt; choose one, or write a template.')]
    return (cells) => ({ template: null, plain: cells[prompt] ?? '', column: prompt, problems: [] })
  }
  const own = text ?? plainTemplate(mapping.prompt)
  if (own === null) return [ofSheet('No column holds the prompt; choose one, or write a template.')]
  const { template, problems } = read(own, options)
  if (problems.length > 0) return problems.map((problem) => ({ row: null, line: null, column: null, ...problem }))
  const one: RowTemplate = { template, plain: null, column: null, problems: [] }
  return () => one
}

/** A prompt column as it stands, as a template: its name may hold what a template would read as something else. */
const plainTemplate = (column: string | undefined): string | null => (column === undefined ? null : `{{${column}}}`)

function fromCells(options: TemplateOptions, column: string): (cells: Cells, row: SheetRow) => RowTemplate {
  const kept = new Map<string, ReturnType<typeof read>>()
  return (cells, { row, line }) => {
    const text = cells[column] ?? ''
    const known = kept.get(text) ?? read(text, options)
    if (kept.size >= templatesKept) kept.clear()
    kept.set(text, known)
    const problems = known.problems.map((problem) => ({ row, line, column, ...problem }))
    return { template: known.template, plain: null, column, problems }
  }
}

type TextProblem = Pick<Problem, 'message' | 'at' | 'length'>

function read(text: string, options: TemplateOptions): { template: Template; problems: TextProblem[] } {
  const { columns, wildcards, negativeTemplate = null } = options
  const { template, mistakes, negativeMistakes } = parseTemplate(text, columns, wildcards, negativeTemplate)
  const placed =
    (what: string) =>
    ({ at, length, message }: Mistake): TextProblem => ({
      message: `${what}, character ${at + 1}: ${message}`,
      at,
      length,
    })
  const problems = [...mistakes.map(placed('Template')), ...negativeMistakes.map(placed('Negative template'))]
  return { template, problems: problems.length > 0 ? problems : tooMany(template, options) }
}

function tooMany(template: Template, { axes = [], axisSample, sample, limit }: TemplateOptions): TextProblem[] {
  const { perRow, combinations } = countsOf(template, { axes, axisSample, sample })
  if (perRow <= BigInt(limit)) return []
  const most = limit.toLocaleString('en')
  const of = combinations > 1 ? 'template and its axes make' : 'template makes'
  return [{ message: `The ${of} ${countInWords(perRow)} prompts of each row, and the most is ${most}; take a sample.` }]
}

/** How many prompts a row makes, and of how many combinations of axes: computed, not made. */
export function countsOf(
  template: Template | null,
  { axes = [], axisSample, sample }: Pick<ExpansionOptions, 'axes' | 'axisSample' | 'sample'>,
): { perRow: bigint; combinations: number } {
  const all = combinationsOf(axes).count
  const combinations = axisSample === undefined ? all : Math.min(all, axisSample.n)
  const made = template === null ? 1n : countPrompts(template)
  const each = sample !== undefined && made > BigInt(sample.n) ? BigInt(sample.n) : made
  return { perRow: each * BigInt(combinations), combinations }
}
