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

/** What every node that holds others knows of itself without being expanded. */
interface Sized {
  /** How many expansions an enumeration sees. */
  readonly count: bigint
  /** The most nodes that one expansion visits (looking an option over counts an eighth): bounds the work of a prompt. */
  readonly steps: number
  /** The longest choice in it that is taken in step, `{@a|b|c}`; 1 where there is none. */
  readonly cycle: bigint
}

export interface SequenceNode extends Sized {
  readonly kind: 'sequence'
  readonly nodes: readonly TemplateNode[]
}

export interface Option {
  readonly weight: number
  readonly body: SequenceNode
}

/** `every`: each option makes prompts of its own. `step`: the k-th prompt takes the k-th. `draw`: by chance. */
export type Taking = 'every' | 'step' | 'draw'

/** Takes `atLeast` to `atMost` different options, in every order, with the separator between them. */
export interface ChoiceNode extends Sized {
  readonly kind: 'choice'
  readonly taking: Taking
  readonly options: readonly Option[]
  readonly atLeast: number
  readonly atMost: number
  readonly separator: string
  /** Running sums of the weights, for a draw by binary search. */
  readonly weightSums: readonly number[]
  /** How many selections there are; `count` too, unless they are taken in step or drawn. */
  readonly ways: bigint
  readonly fromWildcard: boolean
}

/** `${x=!value}`: emits nothing, and keeps one expansion of its value for the accesses to its slot. */
export interface BindNode extends Sized {
  readonly kind: 'bind'
  readonly slot: number
  readonly body: SequenceNode
}

/** `${x}`: the kept expansion of a slot or, without one, the value expanded anew. */
export interface AccessNode extends Sized {
  readonly kind: 'access'
  readonly slot: number | null
  readonly body: SequenceNode
}

export type TemplateNode = TextNode | ColumnNode | SequenceNode | ChoiceNode | BindNode | AccessNode

const capped = (count: bigint): bigint => (count > countCeiling ? countCeiling : count)

const plain: Sized = { count: 1n, steps: 1, cycle: 1n }

const sizeOf = (node: TemplateNode): Sized => (node.kind === 'text' || node.kind === 'column' ? plain : node)

export const countOf = (node: TemplateNode): bigint => sizeOf(node).count

const longer = (one: bigint, other: bigint): bigint => (one > other ? one : other)

export function sequenceOf(nodes: readonly TemplateNode[]): SequenceNode {
  const sizes = nodes.map(sizeOf)
  return {
    kind: 'sequence',
    nodes,
    count: sizes.reduce((product, { count }) => capped(product * count), 1n),
    steps: sizes.reduce((sum, { steps }) => sum + steps, 1),
    cycle: sizes.reduce((most, { cycle }) => longer(most, cycle), 1n),
  }
}

export const bindOf = (slot: number, body: SequenceNode): BindNode => ({
  kind: 'bind',
  slot,
  body,
  count: body.count,
  steps: body.steps + 1,
  cycle: body.cycle,
})

export const accessOf = (slot: number | null, body: SequenceNode): AccessNode => ({
  kind: 'access',
  slot,
  body,
  count: slot === null ? body.count : 1n,
  steps: body.steps + 1,
  cycle: slot === null ? body.cycle : 1n,
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

export interface Quantity {
  readonly atLeast: number
  readonly atMost: number
  readonly separator: string
}

export function choiceOf(
  given: readonly Option[],
  {
    quantity = null,
    taking = 'every',
    fromWildcard = false,
  }: {
    quantity?: Quantity | null
    taking?: Taking
    fromWildcard?: boolean
  } = {},
): ChoiceNode {
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
  const ways = single
    ? options.reduce((total, option) => capped(total + option.body.count), 0n)
    : selections(
        options.map((option) => option.body.count),
        atMost,
      )
        .slice(atLeast)
        .reduce((total, some) => capped(total + some), 0n)
  const inner = options.reduce((most, option) => longer(most, option.body.cycle), 1n)
  return {
    kind: 'choice',
    taking,
    options,
    atLeast,
    atMost,
    separator: quantity?.separator ?? '',
    weightSums,
    ways,
    count: taking === 'every' ? ways : 1n,
    steps: 1 + (single ? longest : atMost * (longest + Math.ceil(options.length / 8))),
    cycle: taking === 'step' ? longer(ways, inner) : inner,
    fromWildcard,
  }
}

/** `{2$$__colours__}` takes two different colours: a wildcard that is a whole option gives its own options. */
const spliced = (options: readonly Option[]): readonly Option[] =>
  options.flatMap((option) => {
    const [only, ...more] = option.body.nodes
    return only?.kind === 'choice' && only.fromWildcard && more.length === 0 ? only.options : [option]
  })
