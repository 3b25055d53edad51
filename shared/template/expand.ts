import { AppError } from '#shared/errors.ts'
import { filtered } from './filters.ts'
import {
  type AccessNode,
  type BindNode,
  type ChoiceNode,
  type ColumnNode,
  countOf,
  type Option,
  type SequenceNode,
  type TemplateNode,
  type TextNode,
} from './nodes.ts'
import type { Random } from './random.ts'

/** Where a piece of a prompt came from: the template's own words, a cell, or a choice, wildcard or variable. */
export type PartKind = 'text' | 'column' | 'choice'

export interface Part {
  text: string
  readonly kind: PartKind
}

type Emit = (text: string, kind: PartKind) => void
export type Cells = Readonly<Record<string, string>>

/** One prompt being made. */
export interface Pass {
  readonly cells: Cells
  /** The number of the prompt, for choices that are taken in step. */
  readonly step: number
  /** Chance, for choices that are drawn. */
  readonly random: Random
  /** The kept values of variables, by slot. */
  readonly slots: (readonly Part[])[]
}

/** Longer prompts are an error: 32,000 characters is the most that any known image model takes (gpt-image, 2026). */
export const longestPrompt = 32_000

/** Passes pieces on until together they are over `longestPrompt`: then the prompt is refused before it grows further. */
export function limited(emit: Emit): Emit {
  let length = 0
  return (text, kind) => {
    length += text.length
    if (length > longestPrompt) {
      throw new AppError(
        'invalid-input',
        `The prompt is longer than ${longestPrompt.toLocaleString('en')} characters; shorten the cell or the template.`,
      )
    }
    emit(text, kind)
  }
}

/** Collects pieces; those of one kind beside each other are one. */
export function collecting(parts: Part[]): Emit {
  return limited((text, kind) => {
    const last = parts.at(-1)
    if (last?.kind === kind) last.text += text
    else if (text !== '') parts.push({ text, kind })
  })
}

const mostIndex = BigInt(Number.MAX_SAFE_INTEGER)

/** A count as a number: exact where an index could ever reach it, else merely larger than every index. */
export const reach = (count: bigint): number => Number(count > mostIndex ? mostIndex : count)

const emitLeaf = (node: TextNode | ColumnNode, cells: Cells, kind: PartKind, emit: Emit): void => {
  if (node.kind === 'text') emit(node.text, kind)
  else {
    const cell = Object.hasOwn(cells, node.column) ? (cells[node.column] ?? '') : ''
    emit(filtered(cell, node.filters), 'column')
  }
}

/** How a node's own expansion is chosen, once it is not a leaf. */
type EmitNode = (node: TemplateNode, kind: PartKind, emit: Emit) => void

/** Variables are the same for an enumeration and a draw: a value is kept once, and every access repeats it. */
function emitVariable(node: BindNode | AccessNode, pass: Pass, emit: Emit, emitBody: EmitNode): void {
  if (node.kind === 'bind') {
    const parts: Part[] = []
    emitBody(node.body, 'choice', collecting(parts))
    pass.slots[node.slot] = parts
  } else if (node.slot === null) emitBody(node.body, 'choice', emit)
  else for (const part of pass.slots[node.slot] ?? []) emit(part.text, part.kind)
}

/**
 * Emits the expansion with this index, 0 <= index < the node's count. The leftmost choice changes slowest, options
 * come in their written order, fewer taken options before more; of several taken ones the first changes slowest.
 */
export function emitAt(node: TemplateNode, index: number, pass: Pass, kind: PartKind, emit: Emit): void {
  if (node.kind === 'text' || node.kind === 'column') emitLeaf(node, pass.cells, kind, emit)
  else if (node.kind === 'sequence') {
    const indexes: number[] = []
    let left = index
    for (let place = node.nodes.length - 1; place >= 0; place--) {
      const child = node.nodes[place]
      const size = child === undefined ? 1 : reach(countOf(child))
      indexes[place] = left % size
      left = Math.floor(left / size)
    }
    for (const [place, child] of node.nodes.entries()) emitAt(child, indexes[place] ?? 0, pass, kind, emit)
  } else if (node.kind === 'choice') {
    if (node.taking === 'draw') emitDrawn(node, pass, kind, emit)
    else {
      const taken = takenAt(node, node.taking === 'step' ? pass.step % reach(node.ways) : index)
      for (const [place, one] of taken.entries()) {
        if (place > 0) emit(node.separator, 'choice')
        emitAt(one.body, one.index, pass, 'choice', emit)
      }
    }
  } else emitVariable(node, pass, emit, (body, of, to) => emitAt(body, index, pass, of, to))
}

interface Taken {
  readonly body: SequenceNode
  readonly index: number
}

function takenAt(choice: ChoiceNode, index: number): Taken[] {
  if (choice.atLeast === 1 && choice.atMost === 1) return ordered(choice.options, 1, index)
  let left = index
  for (let quantity = choice.atLeast; quantity <= choice.atMost; quantity++) {
    const ways = orderedWays(choice.options, quantity, left)
    if (left < ways) return ordered(choice.options, quantity, left)
    left -= ways
  }
  return []
}

/** Which options, in which order, the selection of `quantity` options with this index takes. */
function ordered(options: readonly Option[], quantity: number, index: number): Taken[] {
  const taken: Taken[] = []
  let remaining = options
  let left = index
  while (taken.length < quantity) {
    for (const option of remaining) {
      const rest = quantity - taken.length === 1 ? [] : remaining.filter((other) => other !== option)
      const restWays = orderedWays(rest, quantity - taken.length - 1, left)
      const ways = reach(option.body.count) * restWays
      if (left < ways) {
        taken.push({ body: option.body, index: Math.floor(left / restWays) })
        left %= restWays
        remaining = rest
        break
      }
      left -= ways
    }
  }
  return taken
}

/** How many ordered selections of `quantity` options there are: exact up to `enough`, beyond it any larger number. */
function orderedWays(options: readonly Option[], quantity: number, enough: number): number {
  if (quantity === 0) return 1
  let fewest = 1
  for (let taken = 0; taken < quantity; taken++) fewest *= options.length - taken
  if (quantity > 1 && fewest > enough) return fewest
  const sums = [1, ...Array<number>(quantity).fill(0)]
  for (const option of options) {
    const size = reach(option.body.count)
    for (let taken = quantity; taken > 0; taken--) sums[taken] = (sums[taken] ?? 0) + size * (sums[taken - 1] ?? 0)
  }
  let orders = 1
  for (let taken = 2; taken <= quantity; taken++) orders *= taken
  return (sums[quantity] ?? 0) * orders
}

/** Emits one expansion drawn by the options' weights; what is taken in step stays in step. */
export function emitDrawn(node: TemplateNode, pass: Pass, kind: PartKind, emit: Emit): void {
  if (node.kind === 'text' || node.kind === 'column') emitLeaf(node, pass.cells, kind, emit)
  else if (node.kind === 'sequence') for (const child of node.nodes) emitDrawn(child, pass, kind, emit)
  else if (node.kind === 'choice') {
    if (node.taking === 'step') emitAt(node, 0, pass, kind, emit)
    else
      for (const [place, option] of drawnOptions(node, pass.random).entries()) {
        if (place > 0) emit(node.separator, 'choice')
        emitDrawn(option.body, pass, 'choice', emit)
      }
  } else emitVariable(node, pass, emit, (body, of, to) => emitDrawn(body, pass, of, to))
}

function drawnOptions(choice: ChoiceNode, random: Random): Option[] {
  if (choice.atMost === 1 && choice.atLeast === 1) {
    const option = choice.options[drawnPlace(choice.weightSums, random)]
    return option === undefined ? [] : [option]
  }
  const quantity = choice.atLeast + Math.floor(random() * (choice.atMost - choice.atLeast + 1))
  const remaining = [...choice.options]
  const drawn: Option[] = []
  while (drawn.length < quantity) {
    let sum = 0
    const sums = remaining.map((option) => {
      sum += option.weight
      return sum
    })
    drawn.push(...remaining.splice(drawnPlace(sums, random), 1))
  }
  return drawn
}

/** The place whose share of the running sums holds the drawn number; equal shares where every weight is 0. */
function drawnPlace(sums: readonly number[], random: Random): number {
  const total = sums.at(-1) ?? 0
  const drawn = random()
  if (total === 0) return Math.floor(drawn * sums.length)
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? 0) > drawn * total) high = middle
    else low = middle + 1
  }
  return low
}
