import type { Filter } from './filters.ts'

/** Counts stop here: a larger count only says "at least this many", and no hostile template can make a huge number. */
export const countCeiling = 10n ** 100n

/** At most this many options are taken from one choice, `{32$$a|b|...}`. */
export const mostTaken = 32

export interface TextNode {
  readonly kind: 'text'
  readonly text: string
}

export interface ColumnNode {
  readonly kind: 'column'
  readonly column: string
  readonly filters: readonly Filter[]
}

export interface SequenceNode {
  readonly kind: 'sequence'
  readonly nodes: readonly TemplateNode[]
  readonly count: bigint
  readonly steps: number
}

export interface Option {
  readonly weight: number
  readonly body: SequenceNode
}

/** Takes `atLeast` to `atMost` different options, in every order, with the separator between them. */
export interface ChoiceNode {
  readonly kind: 'choice'
  readonly options: readonly Option[]
  readonly atLeast: number
  readonly atMost: number
  readonly separator: string
  /** Running sums of the weights, for a draw by binary search. */
  readonly weightSums: readonly number[]
  readonly count: bigint
  /** The most nodes that one expansion visits (looking an option over counts an eighth): bounds the work of a prompt. */
  readonly steps: number
  readonly fromWildcard: boolean
}

export type TemplateNode = TextNode | ColumnNode | SequenceNode | ChoiceNode

const capped = (count: bigint): bigint => (count > countCeiling ? countCeiling : count)

export const countOf = (node: TemplateNode): bigint =>
  node.kind === 'text' || node.kind === 'column' ? 1n : node.count

const stepsOf = (node: TemplateNode): number => (node.kind === 'text' || node.kind === 'column' ? 1 : node.steps)

export const sequenceOf = (nodes: readonly TemplateNode[]): SequenceNode => ({
  kind: 'sequence',
  nodes,
  count: nodes.reduce((product, node) => capped(product * countOf(node)), 1n),
  steps: nodes.reduce((sum, node) => sum + stepsOf(node), 1),
})

/**
 * How many ordered selections of exactly `taken` different options there are: taken! times the elementary
 * symmetric polynomial of the options' own counts, built up one option at a time.
 */
const selections = (counts: readonly bigint[], mostWanted: number): bigint[] => {
  const sums: bigint[] = [1n, ...Array<bigint>(mostWanted).fill(0n)]
  for (const count of counts) {
    for (let taken = mostWanted; taken > 0; taken--) {
      sums[taken] = capped((sums[taken] ?? 0n) + count * (sums[taken - 1] ?? 0n))
    }
  }
  const ways: bigint[] = []
  let orders = 1n
  for (const [taken, sum] of sums.entries()) {
    orders *= BigInt(Math.max(1, taken))
    ways.push(capped(sum * orders))
  }
  return ways
}

interface Quantity {
  readonly atLeast: number
  readonly atMost: number
  readonly separator: string
}

export function choiceOf(given: readonly Option[], quantity: Quantity | null, fromWildcard: boolean): ChoiceNode {
  const options = quantity === null ? given : spliced(given)
  const atMost = Math.min(quantity?.atMost ?? 1, options.length)
  const atLeast = Math.min(quantity?.atLeast ?? 1, atMost)
  let sum = 0
  const weightSums = options.map((option) => {
    sum += option.weight
    return sum
  })
  const longest = options.reduce((most, option) => Math.max(most, option.body.steps), 0)
  const single = atLeast === 1 && atMost === 1
  return {
    kind: 'choice',
    options,
    atLeast,
    atMost,
    separator: quantity?.separator ?? '',
    weightSums,
    count: single
      ? options.reduce((total, option) => capped(total + option.body.count), 0n)
      : selections(
          options.map((option) => option.body.count),
          atMost,
        )
          .slice(atLeast)
          .reduce((total, ways) => capped(total + ways), 0n),
    steps: 1 + (single ? longest : atMost * (longest + Math.ceil(options.length / 8))),
    fromWildcard,
  }
}

/** `{2$$__colours__}` takes two different colours: a wildcard that is a whole option gives its own options. */
const spliced = (options: readonly Option[]): readonly Option[] =>
  options.flatMap((option) => {
    const [only, ...more] = option.body.nodes
    return only?.kind === 'choice' && only.fromWildcard && more.length === 0 ? only.options : [option]
  })
