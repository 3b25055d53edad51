import { AppError } from '#shared/errors.ts'
import { type Cells, emitAt, emitDrawn, type PartKind } from './expand.ts'
import { countCeiling, type SequenceNode } from './nodes.ts'
import { type Mistake, parseText, type WildcardLookup } from './parse.ts'
import { randomFrom } from './random.ts'

export type { Cells, PartKind } from './expand.ts'
export type { Mistake, WildcardLookup } from './parse.ts'

/** A template that has been read. It holds no cells; one template serves every row of a sheet. */
export interface Template {
  readonly root: SequenceNode
}

/** Longer prompts are an error: 32,000 characters is the most that any known image model takes (gpt-image, 2026). */
export const longestPrompt = 32_000
const longestTemplate = 20_000

const folded = (name: string): string => name.trim().toLowerCase()

/**
 * Reads a prompt template.
 * - `{{column}}`, `{{column|default: white|lower}}`: a cell, as text that is never expanded; filters default, lower,
 *   upper, title, trim, pick (one item of a list cell). Names match without regard to case. `{{x}}` is a column only
 *   if `x` is one and it closes with `}}`; otherwise it is nested choices.
 * - `{a|b}`, `{3::a|b}`: one of them, with weights for samples; `{2$$a|b|c}`, `{1-2$$ and $$a|b|c}`: several different
 *   ones in every order, joined by `, ` or the given separator.
 * - `__name__`: one value of a wildcard, itself a template.
 * - A backslash before `{ } | $ _ : \` makes it text; before anything else it stays.
 * Choices and wildcards as in sd-dynamic-prompts (docs/SYNTAX.md, read 2026-11), without its variables and comments.
 * A template with mistakes is still usable: what could not be read stands as text.
 */
export function parseTemplate(
  text: string,
  columns: readonly string[],
  wildcards: WildcardLookup = () => null,
): { template: Template; mistakes: Mistake[] } {
  if (text.length > longestTemplate) {
    const message = `The template is longer than ${longestTemplate.toLocaleString('en')} characters.`
    const root: SequenceNode = { kind: 'sequence', nodes: [{ kind: 'text', text }], count: 1n, steps: 2 }
    return { template: { root }, mistakes: [{ at: longestTemplate, length: text.length - longestTemplate, message }] }
  }
  const exact = new Set(columns)
  const byFolded = new Map(columns.map((column) => [folded(column), column]))
  const mistakes: Mistake[] = []
  const column = (written: string): string | null =>
    exact.has(written) ? written : (byFolded.get(folded(written)) ?? null)
  const root = parseText(text, { column, wildcards, known: new Map(), mistakes, inside: 0 })
  return { template: { root }, mistakes }
}

/** How many prompts the template makes for one row, computed without making them; stops counting at 10^100. */
export const countPrompts = (template: Template): bigint => template.root.count

/** A count for people: `1,000,000`, from the ceiling on `more than 10^100`. */
export const countInWords = (count: bigint): string =>
  count >= countCeiling
    ? 'more than 10^100'
    : count > 10n ** 15n
      ? `about 10^${`${count}`.length - 1}`
      : count.toLocaleString('en')

/** Passes pieces on until together they are over `longestPrompt`: then the prompt is refused before it grows further. */
function limited(emit: (text: string, kind: PartKind) => void): (text: string, kind: PartKind) => void {
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

function joined(emitAll: (emit: (text: string, kind: PartKind) => void) => void): string {
  let prompt = ''
  emitAll(
    limited((text) => {
      prompt += text
    }),
  )
  return prompt
}

/**
 * The first `limit` prompts of a row, in a fixed order: the leftmost choice changes slowest. As many as `countPrompts`
 * says; equal prompts are kept. Throws `invalid-input` for a prompt that is too long.
 */
export function expandTemplate(template: Template, cells: Cells, options: { limit: number }): string[] {
  const count = template.root.count
  const wanted = count < BigInt(options.limit) ? Number(count) : options.limit
  return Array.from({ length: wanted }, (_, index) => promptAt(template, cells, index))
}

const promptAt = (template: Template, cells: Cells, index: number): string =>
  joined((emit) => emitAt(template.root, index, cells, 'text', emit))

/**
 * `n` different prompts of a row drawn by the weights, the same for the same seed (a whole number). All prompts in
 * their order where there are no more than `n`; fewer than `n` where chance keeps drawing the same ones.
 */
export function sampleTemplate(template: Template, cells: Cells, seed: number, n: number): string[] {
  if (template.root.count <= BigInt(n)) return expandTemplate(template, cells, { limit: n })
  const random = randomFrom(seed)
  const prompts = new Set<string>()
  for (let draws = 0; prompts.size < n && draws < 20 * n; draws++) {
    prompts.add(joined((emit) => emitDrawn(template.root, random, cells, emit)))
  }
  return [...prompts]
}

/** The first prompt of a row in pieces, for a preview that colours where each came from. Throws as `expandTemplate`. */
export function templateParts(template: Template, cells: Cells): { text: string; kind: PartKind }[] {
  const parts: { text: string; kind: PartKind }[] = []
  const add = (text: string, kind: PartKind): void => {
    const last = parts.at(-1)
    if (last?.kind === kind) last.text += text
    else if (text !== '') parts.push({ text, kind })
  }
  emitAt(template.root, 0, cells, 'text', limited(add))
  return parts
}

/** Text written so that a template reads it as exactly that text. */
export const literalTemplate = (text: string): string => text.replace(/[{}|$_:\\]/g, '\\$&')
