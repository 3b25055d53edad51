import { AppError } from '#shared/errors.ts'

/** A part of a selector, as SQL over `image` (aliased image), `job` and `prompt`, with its parameters. */
export interface Condition {
  readonly sql: string
  readonly parameters: readonly (string | number)[]
}

const words: Readonly<Record<string, string>> = {
  all: '1 = 1',
  undecided: `image.decision = 'undecided'`,
  approved: `image.decision = 'approved'`,
  rejected: `image.decision = 'rejected'`,
  marked: 'image.hires = 1',
  're-roll': 'image.reroll = 1',
}

/**
 * `all`, `undecided`, `approved`, `rejected`, `marked`, `re-roll`, `rows:1-20,35` or `ids:A,B#2` (ids as in the sheet, `#2` for variant 2 alone).
 * Throws AppError `invalid-input` that says how to write it.
 */
export function parseSelector(text: string): Condition {
  const trimmed = text.trim()
  const word = words[trimmed.toLowerCase()]
  if (word) return { sql: word, parameters: [] }
  if (/^rows:/i.test(trimmed)) return rowsCondition(trimmed.slice(5))
  if (/^ids:/i.test(trimmed)) {
    const ids = trimmed
      .slice(4)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
    if (ids.length > 0)
      return {
        sql: `(prompt.client_id IN (SELECT value FROM json_each(?)) OR prompt.client_id || '#' || job.variant IN (SELECT value FROM json_each(?)))`,
        parameters: [JSON.stringify(ids), JSON.stringify(ids)],
      }
  }
  throw new AppError(
    'invalid-input',
    `"${text}" selects nothing. Write all, undecided, approved, rejected, marked, re-roll, rows:1-20,35 or ids:SKU-1,SKU-2#3.`,
  )
}

function rowsCondition(list: string): Condition {
  const ranges = list.split(',').map((part) => /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part))
  const sql: string[] = []
  const parameters: number[] = []
  for (const range of ranges) {
    const from = Number(range?.[1])
    const to = Number(range?.[2] ?? range?.[1])
    if (!range || from < 1 || to < from)
      throw new AppError('invalid-input', `"rows:${list}" is not a list of rows. Write it like rows:1-20,35.`)
    sql.push('prompt.row BETWEEN ? AND ?')
    parameters.push(from, to)
  }
  return { sql: `(${sql.join(' OR ')})`, parameters }
}
