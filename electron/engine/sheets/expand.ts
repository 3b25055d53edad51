import type { Problem } from '#shared/contract/common.ts'
import type { ColumnRole } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import { type Combination, someCombinations } from '#shared/template/axes.ts'
import { longestPrompt, type MadePrompt, promptsOf } from '#shared/template/template.ts'
import { type CellValue, countCellOf, seedOf, sideOf, sizeOf } from './cell-values.ts'
import { type ExpansionOptions, mostPrompts } from './expansion-options.ts'
import { axesProblems, columnsWithAxes } from './prompt-axes.ts'
import { ofSheet, type RowTemplate, readingTemplates } from './prompt-template.ts'
import { referencesIn } from './reference-cells.ts'
import { overridesOf, type RowOverrides } from './row-overrides.ts'
import type { SheetRow } from './rows.ts'
import { styled } from './styles.ts'

export interface ExpandedPrompt {
  readonly row: number
  readonly line: number
  /** The id cell, trimmed; `null` where there is none. Prompts of one row share it. */
  readonly clientId: string | null
  readonly text: string
  readonly negative: string | null
  readonly seed: number | null
  readonly width: number | null
  readonly height: number | null
  readonly model: string | null
  readonly count: number | null
  /** Absent where the row asks for nothing else of its own. */
  readonly overrides?: RowOverrides
  /** Paths and addresses of the pictures that go in with it. */
  readonly references: readonly string[]
  /** Every cell of the row by its column, and every axis by its name; prompts of one row and combination share the object. */
  readonly columns: Readonly<Record<string, string>>
}

export interface Expansion {
  readonly prompts: ExpandedPrompt[]
  readonly problems: Problem[]
}

type ExpandRow = (row: SheetRow) => Expansion

function shortEnough(prompt: string): string {
  if (prompt.length <= longestPrompt) return prompt
  const most = longestPrompt.toLocaleString('en')
  throw new AppError('invalid-input', `The prompt is longer than ${most} characters; shorten it.`)
}

function prepare(options: ExpansionOptions): ExpandRow | Problem[] {
  const { columns, mapping, axes = [], limit = mostPrompts, baseSeed = 0, sample } = options
  const missing = Object.values(mapping).filter((column) => column !== undefined && !columns.includes(column))
  if (missing.length > 0) {
    return missing.map((column) => ofSheet('The sheet has no such column; choose another.', column ?? null))
  }
  const wrong = axesProblems(columns, axes)
  if (wrong.length > 0) return wrong
  const templateOf = readingTemplates({ ...options, columns: columnsWithAxes(columns, axes), limit })
  if (typeof templateOf !== 'function') return templateOf
  const referencesOf = referencesIn(columns, mapping)

  return (row) => {
    const cells: Readonly<Record<string, string>> = Object.fromEntries(
      columns.map((column, index) => [column, row.cells[index] ?? '']),
    )
    const problems: Problem[] = []
    const problem = (column: string | null, message: string): void => {
      problems.push({ row: row.row, line: row.line, column, message })
    }
    const cell = (role: ColumnRole): string => {
      const column = mapping[role]
      return column === undefined ? '' : (cells[column] ?? '')
    }
    const valid = <Value>(role: ColumnRole, read: CellValue<Value>): Value | null => {
      if (read.ok) return read.value
      problem(mapping[role] ?? null, read.message)
      return null
    }
    const overrides = overridesOf(mapping, { cell, valid })
    const size = valid('size', sizeOf(cell('size'), overrides?.ratio))
    const common = {
      row: row.row,
      line: row.line,
      clientId: cell('id').trim() || null,
      seed: valid('seed', seedOf(cell('seed'))),
      width: valid('width', sideOf(cell('width'), 'width')) ?? size?.width ?? null,
      height: valid('height', sideOf(cell('height'), 'height')) ?? size?.height ?? null,
      model: cell('model').trim() || null,
      count: valid('count', countCellOf(cell('count'))),
      ...(overrides && { overrides }),
      references: referencesOf(row.cells),
    }
    const template = templateOf(cells, row)
    if (template.problems.length > 0) return { prompts: [], problems: [...problems, ...template.problems] }
    const promptColumn = template.column
    const prompts: ExpandedPrompt[] = []
    const wanted = { limit: sample?.n ?? limit, sample: sample !== undefined }
    const drawnAs = row.drawnAs ?? row.row
    const seeds = [sample?.seed ?? baseSeed, drawnAs] as const
    try {
      const combinations = axes.length === 0 ? justOne : someCombinations(axes, options.axisSample, drawnAs)
      for (const combination of combinations) {
        const own = axes.length === 0 ? cells : { ...cells, ...combination }
        for (const made of textsOf(template, own, { ...wanted, seeds: [...seeds] })) {
          const { text, negative } = styled(
            { text: made.text, negative: made.negative ?? cell('negative') },
            options.styles,
          )
          prompts.push({
            ...common,
            ...(axes.length > 0 && axisValues(axes, combination)),
            text,
            negative,
            columns: own,
          })
        }
      }
      for (const { text } of prompts) shortEnough(text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      problem(promptColumn, error.message)
    }
    if (prompts.some(({ text }) => text.trim() === '')) problem(promptColumn, 'The prompt is empty.')
    if (problems.length > 0) return { prompts: [], problems }
    return { prompts, problems }
  }
}

/** Of no axes there is one combination, of nothing. */
const justOne: readonly Combination[] = [{}]

const textsOf = (
  { template, plain }: RowTemplate,
  cells: Readonly<Record<string, string>>,
  wanted: Parameters<typeof promptsOf>[2],
): MadePrompt[] =>
  template === null ? [{ text: shortEnough(plain ?? ''), negative: null }] : promptsOf(template, cells, wanted)

/** What axes set beside their columns: a model, a seed. */
function axisValues(axes: ExpansionOptions['axes'], combination: Combination): { model?: string; seed?: number } {
  const set: { model?: string; seed?: number } = {}
  for (const axis of axes ?? []) {
    const value = combination[axis.name] ?? ''
    if (axis.sets === 'model') set.model = value
    else if (axis.sets === 'seed') set.seed = Number(value)
  }
  return set
}

/**
 * The prompts of one row, or none where one of its cells cannot be used: a picture made without what its row asks for
 * would be money for nothing. What is wrong with the template, the axes or the mapping is a problem without a row.
 */
export function expandRow(row: SheetRow, options: ExpansionOptions): Expansion {
  const expand = prepare(options)
  return typeof expand === 'function' ? expand(row) : { prompts: [], problems: expand }
}

/** A chunk ends after so many rows, prompts or characters, whichever comes first. */
const chunkRows = 500
const chunkPrompts = 2000
const chunkLength = 2_000_000

/**
 * The prompts of all rows, in chunks of some milliseconds' work, so that a caller can let others have the event loop.
 * What is wrong with the template, the axes or the mapping comes once, as the only chunk.
 */
export function* expandRows(rows: Iterable<SheetRow>, options: ExpansionOptions): Generator<Expansion, void, void> {
  const expand = prepare(options)
  if (typeof expand !== 'function') {
    yield { prompts: [], problems: expand }
    return
  }
  let chunk: Expansion = { prompts: [], problems: [] }
  let rowsLeft = chunkRows
  let length = 0
  for (const row of rows) {
    const { prompts, problems } = expand(row)
    for (const prompt of prompts) {
      length += prompt.text.length
      chunk.prompts.push(prompt)
    }
    chunk.problems.push(...problems)
    rowsLeft -= 1
    if (rowsLeft === 0 || chunk.prompts.length >= chunkPrompts || length >= chunkLength) {
      yield chunk
      chunk = { prompts: [], problems: [] }
      rowsLeft = chunkRows
      length = 0
    }
  }
  if (chunk.prompts.length + chunk.problems.length > 0) yield chunk
}
