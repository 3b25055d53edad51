import type { Problem } from '#shared/contract/common.ts'
import type { ColumnMapping, ColumnRole } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import {
  countInWords,
  countPrompts,
  expandTemplate,
  longestPrompt,
  parseTemplate,
  sampleTemplate,
  type Template,
  type WildcardLookup,
} from '#shared/template/template.ts'
import { type CellValue, countCellOf, seedOf, sideOf, sizeOf } from './cell-values.ts'
import type { SheetRow } from './rows.ts'

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
  /** Every cell of the row by its column; prompts of one row share the object. */
  readonly columns: Readonly<Record<string, string>>
}

export interface Expansion {
  readonly prompts: ExpandedPrompt[]
  readonly problems: Problem[]
}

export interface ExpansionOptions {
  readonly columns: readonly string[]
  readonly mapping: ColumnMapping
  /** `null` takes the prompt column as it stands, braces and all. */
  readonly template: string | null
  /** The most prompts of one row; 1,000 where absent. */
  readonly limit?: number
  /** So many prompts of each row, drawn with the seed and the row's number, where the template makes more. */
  readonly sample?: { readonly count: number; readonly seed: number }
  readonly wildcards?: WildcardLookup
}

type Cells = Readonly<Record<string, string>>
type ExpandRow = (row: SheetRow) => Expansion

const ofSheet = (message: string, column: string | null = null): Problem => ({ row: null, line: null, column, message })

/** How one row's texts are made, or what is wrong with the template for every row alike. */
function promptMaker(options: ExpansionOptions): ((cells: Cells, row: number) => string[]) | Problem[] {
  const { mapping, limit = 1000, sample } = options
  if (options.template === null) {
    const { prompt } = mapping
    if (prompt === undefined) return [ofSheet('No column holds the prompt; choose one, or write a template.')]
    return (cells) => [shortEnough(cells[prompt] ?? '')]
  }
  const { template, mistakes } = parseTemplate(options.template, options.columns, options.wildcards)
  if (mistakes.length > 0) {
    return mistakes.map(({ at, message }) => ofSheet(`Template, character ${at + 1}: ${message}`))
  }
  if (sample !== undefined) {
    const wanted = Math.min(sample.count, limit)
    return (cells, row) => sampleTemplate(template, cells, sample.seed + row, wanted)
  }
  return withinLimit(template, limit) ?? ((cells) => expandTemplate(template, cells, { limit }))
}

function withinLimit(template: Template, limit: number): Problem[] | null {
  const count = countPrompts(template)
  if (count <= BigInt(limit)) return null
  const most = limit.toLocaleString('en')
  return [
    ofSheet(`The template makes ${countInWords(count)} prompts of each row, and the most is ${most}; take a sample.`),
  ]
}

function shortEnough(prompt: string): string {
  if (prompt.length <= longestPrompt) return prompt
  const most = longestPrompt.toLocaleString('en')
  throw new AppError('invalid-input', `The prompt is longer than ${most} characters; shorten it.`)
}

function prepare(options: ExpansionOptions): ExpandRow | Problem[] {
  const { columns, mapping } = options
  const missing = Object.values(mapping).filter((column) => column !== undefined && !columns.includes(column))
  if (missing.length > 0) {
    return missing.map((column) => ofSheet('The sheet has no such column; choose another.', column ?? null))
  }
  const textsOf = promptMaker(options)
  if (typeof textsOf !== 'function') return textsOf

  return (row) => {
    const cells: Cells = Object.fromEntries(columns.map((column, index) => [column, row.cells[index] ?? '']))
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
    const size = valid('size', sizeOf(cell('size')))
    const common = {
      row: row.row,
      line: row.line,
      clientId: cell('id').trim() || null,
      negative: cell('negative').trim() === '' ? null : cell('negative'),
      seed: valid('seed', seedOf(cell('seed'))),
      width: valid('width', sideOf(cell('width'), 'width')) ?? size?.width ?? null,
      height: valid('height', sideOf(cell('height'), 'height')) ?? size?.height ?? null,
      model: cell('model').trim() || null,
      count: valid('count', countCellOf(cell('count'))),
      columns: cells,
    }
    const promptColumn = options.template === null ? (mapping.prompt ?? null) : null
    let texts: string[] = []
    try {
      texts = textsOf(cells, row.row)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      problem(promptColumn, error.message)
    }
    if (texts.some((text) => text.trim() === '')) problem(promptColumn, 'The prompt is empty.')
    if (problems.length > 0) return { prompts: [], problems }
    return { prompts: texts.map((text) => ({ ...common, text })), problems }
  }
}

/**
 * The prompts of one row, or none where one of its cells cannot be used: a picture made without what its row asks for
 * would be money for nothing. What is wrong with the template or the mapping is a problem without a row.
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
 * What is wrong with the template or the mapping comes once, as the only chunk.
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
