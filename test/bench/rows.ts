/** One line of a bench's table: what was measured, and whether it holds. */
export interface Row {
  readonly what: string
  /** Null where it could not be measured; `why` says so. */
  readonly value: number | null
  /** `x` for a ratio, else `ms`, `s`, `MB`, `%` or what is counted. */
  readonly unit: string
  /** The figure to hold, as it is written in the plan: `1.05 at most`. */
  readonly hold: string
  /** Null where a peer that it is measured against is not installed. */
  readonly ok: boolean | null
  readonly why?: string
}

export interface BenchOptions {
  /** Smaller and faster, to see that it works: its figures are not the ones to hold. */
  readonly quick: boolean
  /** Sizes everything else; null for the bench's own. */
  readonly jobs: number | null
  /** Only these parts, by the names that `about` gives; empty for all. */
  readonly only: readonly string[]
  /** How often contenders that are compared take turns. */
  readonly rounds: number
  /** Where it works: a folder on the disk to be measured. */
  readonly folder: string
  /** Where made libraries are kept for the next time; null for none that stays. */
  readonly library: string | null
  /** Where processor profiles of Proofsheet's own processes are written; null for none. */
  readonly profile: string | null
  /** A line about how it goes, for a person who waits. */
  readonly say: (line: string) => void
}

export interface Bench {
  readonly name: string
  readonly about: string
  run(options: BenchOptions): Promise<Row[]>
}

type Measured = readonly [what: string, value: number, unit: string, hold: number]

export const atMost = (...[what, value, unit, hold]: Measured): Row => ({
  what,
  value: rounded(value),
  unit,
  hold: `${hold} at most`,
  ok: value <= hold,
})

export const atLeast = (...[what, value, unit, hold]: Measured): Row => ({
  what,
  value: rounded(value),
  unit,
  hold: `${hold} at least`,
  ok: value >= hold,
})

const rounded = (value: number): number => Number(value.toFixed(3))

/** The rows as a table for people, without colours. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.ok === null ? '-' : row.ok ? 'ok' : 'SHORT',
    row.what,
    row.value === null ? '-' : `${row.value} ${row.unit}`,
    row.hold,
    row.why ?? '',
  ])
  const all = [['', 'what', 'value', 'hold', ''], ...lines]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => (line[column] ?? '').length)))
  return all
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
