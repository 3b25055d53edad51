/** What a filter does to a cell's text; `argument` is what stands after the colon. */
export interface Filter {
  readonly name: FilterName
  readonly argument: string
}

type FilterName = keyof typeof filters

/** The cell's items: split at line ends, else at `|`, else at `;`, else at `,`, whichever it holds first in this order. */
const itemsOf = (cell: string): string[] => {
  const separator = ['\n', '|', ';', ','].find((candidate) => cell.includes(candidate))
  return (separator === undefined ? [cell] : cell.split(separator)).map((item) => item.trim()).filter(Boolean)
}

const filters = {
  /** The argument where the cell is empty. */
  default: (cell: string, argument: string) => (cell.trim() === '' ? argument : cell),
  lower: (cell: string) => cell.toLowerCase(),
  upper: (cell: string) => cell.toUpperCase(),
  /** A capital at the start of each word; the other letters stay, so `iPhone case` gives `IPhone Case`. */
  title: (cell: string) => cell.replace(/(?<![\p{L}\p{M}\p{N}'’])\p{L}/gu, (letter) => letter.toUpperCase()),
  trim: (cell: string) => cell.trim(),
  /** One item of a list cell: `pick: 2` the second, `pick: -1` the last, `pick` the first; nothing where there is none. */
  pick: (cell: string, argument: string) => {
    const wanted = argument === '' ? 1 : Number(argument)
    return itemsOf(cell).at(wanted > 0 ? wanted - 1 : wanted) ?? ''
  },
} as const satisfies Record<string, (cell: string, argument: string) => string>

const filterNames = Object.keys(filters)

const isFilterName = (name: string): name is FilterName => Object.hasOwn(filters, name)

/** The cell after its filters, from left to right. */
export const filtered = (cell: string, applied: readonly Filter[]): string =>
  applied.reduce((text, filter) => filters[filter.name](text, filter.argument), cell)

/** A filter as written between two bars, or the sentence that says what is wrong with it. */
export function readFilter(written: string): Filter | string {
  const [, name = '', argument = null] = /^\s*([^:\s]*)\s*(?::(.*))?$/s.exec(written) ?? []
  if (!isFilterName(name)) {
    return `"${written.trim()}" is not a filter; there are ${filterNames.join(', ')}.`
  }
  const value = (argument ?? '').trim()
  if (name === 'default' && argument === null) return 'The filter default needs a value, as in default: white.'
  if (name === 'pick' && argument !== null && !/^-?[1-9]\d{0,3}$/.test(value)) {
    return 'The filter pick takes the number of an item, as in pick: 2, or pick: -1 for the last.'
  }
  if (name !== 'default' && name !== 'pick' && argument !== null) return `The filter ${name} takes no value.`
  return { name, argument: value }
}
