import { readSheet } from '#engine/sheets/sheets.ts'
import { unguardCell } from '#shared/csv.ts'
import { AppError } from '#shared/errors.ts'

export interface DecisionLine {
  /** An id of the sheet, `SKU-1` or `SKU-1#2` for variant 2 alone, or rows: `17`, `1-20`. */
  readonly which: { readonly kind: 'ids'; readonly id: string } | { readonly kind: 'rows'; readonly rows: string }
  readonly verb: 'approve' | 'reject' | 'undecide'
  readonly line: number
}

const verbs: Readonly<Record<string, DecisionLine['verb']>> = {
  approve: 'approve',
  approved: 'approve',
  yes: 'approve',
  reject: 'reject',
  rejected: 'reject',
  no: 'reject',
  undecide: 'undecide',
  undecided: 'undecide',
}

const find = (columns: readonly string[], names: readonly string[]): number =>
  columns.findIndex((column) => names.includes(column.trim().toLowerCase()))

/**
 * Reads a list of decisions: a column `decision` with approve, reject or undecide, and one that names the picture: `id`
 * (with `variant`, where only one is meant), `row`, or `file` as the default name template writes it. Lines that say
 * nothing usable are problems. Throws AppError `invalid-input` where a column is missing.
 */
export function decisionsFrom(csv: string): { decisions: DecisionLine[]; problems: string[] } {
  const sheet = readSheet({ name: 'decisions.csv', bytes: new TextEncoder().encode(csv) })
  const decision = find(sheet.columns, ['decision', 'verdict', 'status'])
  const id = find(sheet.columns, ['id', 'sku', 'custom_id'])
  const row = find(sheet.columns, ['row'])
  const file = find(sheet.columns, ['file', 'filename', 'file name'])
  const variant = find(sheet.columns, ['variant'])
  if (decision === -1 || (id === -1 && row === -1 && file === -1))
    throw new AppError('invalid-input', 'The list needs a column "decision" and one of "id", "row" or "file".')
  const decisions: DecisionLine[] = []
  const problems: string[] = []
  for (const { cells, line } of sheet.rows) {
    const cell = (at: number): string => (at === -1 ? '' : unguardCell(cells[at] ?? '').trim())
    const verb = verbs[cell(decision).toLowerCase()]
    const picture = pictureIn({ id: cell(id), variant: cell(variant), row: cell(row), file: cell(file) })
    if (!verb) problems.push(`line ${line}: "${cell(decision)}" is not approve, reject or undecide`)
    else if (!picture) problems.push(`line ${line}: it names no picture`)
    else decisions.push({ which: picture, verb, line })
  }
  return { decisions, problems }
}

function pictureIn(cells: { id: string; variant: string; row: string; file: string }): DecisionLine['which'] | null {
  if (cells.id !== '') return { kind: 'ids', id: cells.variant === '' ? cells.id : `${cells.id}#${cells.variant}` }
  if (cells.row !== '') return { kind: 'rows', rows: cells.row }
  return cells.file === '' ? null : { kind: 'ids', id: idInFile(cells.file) }
}

/** `approved/SKU-1-2.png` -> variant 2 of SKU-1: the default name template, read backwards. */
function idInFile(path: string): string {
  const stem = path.replace(/^.*[\\/]/, '').replace(/\.[a-z0-9]+$/i, '')
  const parts = /^(.*)-(\d+)$/.exec(stem)
  return parts ? `${parts[1]}#${Number(parts[2])}` : stem
}
