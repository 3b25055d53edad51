import {
  type Cells,
  collecting,
  emitAt,
  emitDrawn,
  limited,
  type Part,
  type PartKind,
  type Pass,
  reach,
} from './expand.ts'
import { countCeiling, type SequenceNode } from './nodes.ts'
import { parseText } from './parse.ts'
import { type Mistake, mostRead, type ParseContext, type WildcardLookup } from './parse-context.ts'
import { randomFrom } from './random.ts'

export { type Cells, longestPrompt, type Part } from './expand.ts'
export type { Mistake, WildcardLookup } from './parse-context.ts'

/** A template that has been read. It holds no cells; one template serves every row of a sheet. */
export interface Template {
  readonly root: SequenceNode
  /** Of the negative prompt, with the variables of the prompt; `null` where there is none. */
  readonly negative: SequenceNode | null
}

const longestTemplate = 20_000

const folded = (name: string): string => name.trim().toLowerCase()

/**
 * Reads a prompt template, and with `negative` the one of the negative prompt, which knows the prompt's variables.
 * - `{{column}}`, `{{column|default: white|lower}}`: a cell, as text that is never expanded; filters default, lower,
 *   upper, title, trim, pick (one item of a list cell). Names match without regard to case. `{{x}}` is a column only
 *   if `x` is one and it closes with `}}`; otherwise it is nested choices.
 * - `{a|b}`, `{3::a|b}`: one of them, with weights for samples; `{2$$a|b|c}`, `{1-2$$ and $$a|b|c}`: several different
 *   ones in every order, joined by `, ` or the given separator. `{@a|b}` in step with the others of its kind, `{~a|b}` by
 *   chance: both make no prompts of their own.
 * - `__name__`, `__folder/*__`: one value of a wildcard, itself a template; `__name(x=red)__` with a variable set in it.
 * - `${x=value}` sets a variable, `${x=!value}` one that keeps its choice, `${x?=value}` only where none is; `${x}` and
 *   `${x:default}` use it. Set up to the end of the option, wildcard value or text that it stands in.
 * - A line that begins with `# ` is a comment. A backslash before `{ } | $ _ : \ # ~ @ !` makes it text; before anything
 *   else it stays.
 * As in sd-dynamic-prompts (dynamicprompts' docs/SYNTAX.md, read 2026-11); docs/templates.md says where it differs.
 * A template with mistakes is still usable: what could not be read stands as text.
 */
export function parseTemplate(
  text: string,
  columns: readonly string[],
  wildcards: WildcardLookup = () => null,
  negative: string | null = null,
): { template: Template; mistakes: Mistake[]; negativeMistakes: Mistake[] } {
  const mistakes = tooLong(text)
  const negativeMistakes = tooLong(negative ?? '')
  if (mistakes.length + negativeMistakes.length > 0) {
    const root: SequenceNode = { kind: 'sequence', nodes: [{ kind: 'text', text }], count: 1n, steps: 2, cycle: 1n }
    return { template: { root, negative: null }, mistakes, negativeMistakes }
  }
  const exact = new Set(columns)
  const byFolded = new Map(columns.map((column) => [folded(column), column]))
  const context: ParseContext = {
    column: (written) => (exact.has(written) ? written : (byFolded.get(folded(written)) ?? null)),
    wildcards,
    known: new Map(),
    mistakes,
    inside: [],
    reads: [],
    shared: { charactersLeft: mostRead, slots: 0 },
  }
  const { root, scope } = parseText(text, context, null)
  const second = negative === null ? null : parseText(negative, { ...context, mistakes: negativeMistakes }, scope).root
  return { template: { root, negative: second }, mistakes, negativeMistakes }
}

function tooLong(text: string): Mistake[] {
  if (text.length <= longestTemplate) return []
  const message = `The template is longer than ${longestTemplate.toLocaleString('en')} characters.`
  return [{ at: longestTemplate, length: text.length - longestTemplate, message }]
}

/**
 * How many prompts the template makes for one row, computed without making them; stops counting at 10^100. One whose
 * choices are all taken in step makes as many as the longest of them.
 */
export const countPrompts = ({ root }: Template): bigint => (root.count > 1n ? root.count : root.cycle)

/** A count for people: `1,000,000`, from the ceiling on `more than 10^100`. */
export const countInWords = (count: bigint): string =>
  count >= countCeiling
    ? 'more than 10^100'
    : count > 10n ** 15n
      ? `about 10^${`${count}`.length - 1}`
      : count.toLocaleString('en')

/** Which prompts of a row are wanted: the first `limit`, or so many drawn by the weights where there are more. */
export interface Wanted {
  readonly limit: number
  readonly sample?: boolean
  /** For everything that chance decides: the same seeds give the same prompts. */
  readonly seeds?: readonly [number, ...number[]]
}

/** One prompt of a row: an index of the enumeration, or the number of a draw. */
export interface Place {
  readonly index: number
  readonly isDrawn: boolean
}

/** One prompt with its negative prompt, `null` where the template has none. */
export interface MadePrompt {
  readonly text: string
  readonly negative: string | null
}

type Emit = (text: string, kind: PartKind) => void

/** Emits a prompt, and then its negative one: in the same pass, so that kept variables are the same. */
function emitPrompt(
  { root, negative }: Template,
  cells: Cells,
  { index, isDrawn }: Place,
  seeds: readonly [number, ...number[]],
  emit: Emit,
  emitNegative: Emit,
): void {
  const pass: Pass = { cells, step: index, random: randomFrom(...seeds, index), slots: [] }
  if (isDrawn) emitDrawn(root, pass, 'text', limited(emit))
  else emitAt(root, index % reach(root.count), pass, 'text', limited(emit))
  if (negative === null) return
  if (isDrawn) emitDrawn(negative, pass, 'text', limited(emitNegative))
  else emitAt(negative, index % reach(negative.count), pass, 'text', limited(emitNegative))
}

/** The prompt at a place. Throws `invalid-input` where it is too long. */
export function promptAt(
  template: Template,
  cells: Cells,
  place: Place,
  seeds: readonly [number, ...number[]] = [0],
): MadePrompt {
  let text = ''
  let negative = ''
  const addText: Emit = (piece) => {
    text += piece
  }
  const addNegative: Emit = (piece) => {
    negative += piece
  }
  emitPrompt(template, cells, place, seeds, addText, addNegative)
  return { text, negative: template.negative === null ? null : negative }
}

/** The prompt at a place in pieces, for a preview that shows where each came from. Throws as `promptAt`. */
export function partsAt(
  template: Template,
  cells: Cells,
  place: Place,
  seeds: readonly [number, ...number[]] = [0],
): { text: Part[]; negative: Part[] | null } {
  const text: Part[] = []
  const negative: Part[] = []
  emitPrompt(template, cells, place, seeds, collecting(text), collecting(negative))
  return { text, negative: template.negative === null ? null : negative }
}

/**
 * The places of a row's prompts. In order: the leftmost choice changes slowest, equal prompts are kept. Of a sample:
 * different prompts, drawn by the weights; fewer than wanted where chance keeps drawing the same ones.
 */
export function placesOf(template: Template, cells: Cells, wanted: Wanted): Place[] {
  const count = countPrompts(template)
  if (count <= BigInt(wanted.limit) || wanted.sample !== true) {
    const most = count < BigInt(wanted.limit) ? Number(count) : wanted.limit
    return Array.from({ length: most }, (_, index) => ({ index, isDrawn: false }))
  }
  const places: Place[] = []
  const prompts = new Set<string>()
  for (let index = 0; places.length < wanted.limit && index < 20 * wanted.limit; index++) {
    const place = { index, isDrawn: true }
    const { text } = promptAt(template, cells, place, wanted.seeds)
    if (prompts.has(text)) continue
    prompts.add(text)
    places.push(place)
  }
  return places
}

/** The wanted prompts of a row. Throws `invalid-input` for a prompt that is too long. */
export const promptsOf = (template: Template, cells: Cells, wanted: Wanted): MadePrompt[] =>
  placesOf(template, cells, wanted).map((place) => promptAt(template, cells, place, wanted.seeds))

/** Text written so that a template reads it as exactly that text. */
export const literalTemplate = (text: string): string => text.replace(/[{}|$_:\\#~@!]/g, '\\$&')
