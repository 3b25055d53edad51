import type { Batch } from '#engine/batches/batches.ts'
import type { Deliverable } from '#engine/tiles/tiles.ts'
import { ownPlaceholders } from '#shared/filename-template.ts'
import { withoutSecrets } from '../addresses/signed-address.ts'

type OwnPlaceholder = (typeof ownPlaceholders)[number]

/** Longest share of a name that the prompt takes, in characters. */
const promptLength = 60

const folded = (name: string): string => name.trim().toLowerCase()

/**
 * The name under which each of the sheet's columns stands beside names of ours: its own, or `sheet NAME` where ours
 * has it already (letter case does not tell names apart). Every result is different.
 */
export function besideOurs(columns: readonly string[], ours: readonly string[]): Map<string, string> {
  const taken = new Set(ours.map(folded))
  for (const column of columns) if (!ours.some((name) => folded(name) === folded(column))) taken.add(folded(column))
  const used = new Set(ours.map(folded))
  return new Map(
    columns.map((column) => {
      let name = column
      while (used.has(folded(name)) || (name !== column && taken.has(folded(name)))) name = `sheet ${name}`
      used.add(folded(name))
      return [column, name]
    }),
  )
}

/** What was asked for: a prompt that was edited later does not belong to the pictures made before. */
export const promptOf = (image: Deliverable): string => image.request.prompt || image.prompt

/** The id of the client's own; `row-17` where the sheet has none. */
export const idOf = (of: { clientId: string | null; row: number }): string => of.clientId ?? `row-${of.row}`

/** `number` counts the pictures of the delivery; `output` is the name of the one of several that the file is. */
interface NameNumbers {
  readonly number: string
  readonly output: string
}

/** The placeholders of a batch, and their values for one picture. */
export function namePlaceholders(batch: Batch, columns: readonly string[], more: readonly string[] = []) {
  const ours = [...ownPlaceholders, ...more]
  const columnNames = besideOurs(columns, ours)
  const rowDigits = String(batch.rows).length
  const date = new Date(batch.createdMs).toISOString().slice(0, 10)
  const valuesOf = (
    image: Deliverable,
    { number, output }: NameNumbers,
    cellOf: (cell: string) => string,
  ): Record<string, string | number | null> => {
    const cells = Object.entries(image.columns).map(([column, cell]) => [
      columnNames.get(column) ?? column,
      cellOf(cell),
    ])
    const own: Record<OwnPlaceholder, string | number | null> = {
      id: idOf(image),
      row: String(image.row).padStart(rowDigits, '0'),
      number,
      variant: image.variant,
      stage: image.stage,
      decision: image.decision,
      rating: image.rating,
      label: image.label,
      output,
      provider: image.provider,
      model: image.model,
      seed: image.seed,
      width: image.width,
      height: image.height,
      prompt: Array.from(promptOf(image)).slice(0, promptLength).join('').trim(),
      batch: batch.name,
      date,
    }
    return { ...Object.fromEntries(cells), ...own }
  }
  return {
    known: [...ours, ...columnNames.values()],
    /** Of a file's name; what is secret in a cell is left out. */
    valuesOf: (image: Deliverable, numbers: NameNumbers) => valuesOf(image, numbers, withoutSecrets),
    /** Of the address that a file is sent to: every cell as it stands. */
    addressValuesOf: (image: Deliverable, numbers: NameNumbers, path: string) => ({
      ...valuesOf(image, numbers, (cell) => cell),
      file: path.slice(path.lastIndexOf('/') + 1),
      path,
    }),
  }
}
