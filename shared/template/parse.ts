import { readFilter } from './filters.ts'
import {
  type ChoiceNode,
  choiceOf,
  mostTaken,
  type Option,
  type SequenceNode,
  sequenceOf,
  type TemplateNode,
} from './nodes.ts'

/** What is wrong, and where: `at` and `length` count UTF-16 code units of the template's text. */
export interface Mistake {
  readonly at: number
  readonly length: number
  readonly message: string
}

/** The values of a wildcard by its name (which may hold `/` and `*`), or `null` where there is none. */
export type WildcardLookup = (name: string) => readonly string[] | null

export interface ParseContext {
  /** A column's name as it stands in the sheet, or `null`. */
  readonly column: (written: string) => string | null
  readonly wildcards: WildcardLookup
  /** Wildcards read so far in this parse, so that each is read once; `null` while it is being read. */
  readonly known: Map<string, ChoiceNode | null>
  readonly mistakes: Mistake[]
  /** How many wildcards this text stands inside of. */
  readonly inside: number
}

const deepest = 40
const mostInside = 20
const mostSteps = 5000

/** `{{...}}` without braces inside; a column if the name is one. */
const columnPattern = /\{\{((?:\\.|[^{}\\])*)\}\}/y
const wildcardPattern = /__([^\s{}|$\\]+?)__/y
const variablePattern = /\$\{[A-Za-z_]\w*\s*[=:}]/y
/** `2$$`, `1-2$$`, `-2$$`, `1-$$`, each with an optional separator and another `$$`. */
const quantityPattern = /\s*(?:(\d{1,9})(?:(-)(\d{1,9})?)?|-(\d{1,9}))\$\$(?:((?:\\.|[^{}|$\\])*)\$\$)?/y
const weightPattern = /\s*(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::/y
/** A backslash before any other character stays: prompts escape brackets, `\(film\)`, for the model itself. */
const escapePattern = /\\([{}|$_:\\])/g

const unescaped = (text: string): string => text.replace(escapePattern, '$1')

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** An option laid out over several lines loses the line ends around it; plain spaces stay, so `{red |}car` works. */
const withoutLayout = (nodes: TemplateNode[]): TemplateNode[] =>
  nodes.map((node, index) => {
    if (node.kind !== 'text') return node
    let text = node.text
    if (index === 0) text = text.replace(/^[^\S\n]*\n\s*/, '')
    if (index === nodes.length - 1) text = withoutTail(text)
    return { kind: 'text', text }
  })

const withoutTail = (text: string): string => {
  const kept = text.trimEnd()
  return text.includes('\n', kept.length) ? kept : text
}

/** Reads a whole text; what is wrong goes to `context.mistakes` and is read as well as it can be. */
export function parseText(source: string, context: ParseContext): SequenceNode {
  let at = 0

  const mistake = (from: number, length: number, message: string): void => {
    if (context.mistakes.length < 100) context.mistakes.push({ at: from, length, message })
  }

  function column(inner: string): TemplateNode | null {
    const segments = inner.split(/(?<!\\)\|/)
    for (let taken = segments.length; taken > 0; taken--) {
      const name = context.column(segments.slice(0, taken).join('|'))
      if (name === null) continue
      const read = segments.slice(taken).map((segment) => readFilter(unescaped(segment)))
      for (const wrong of read) if (typeof wrong === 'string') mistake(at, inner.length + 4, wrong)
      return { kind: 'column', column: name, filters: read.filter((filter) => typeof filter !== 'string') }
    }
    // By the rule these braces are nested choices; with one option or a filter that is a misspelt column.
    const looksLikeColumn = segments.slice(1).every((segment) => typeof readFilter(segment) !== 'string')
    if (looksLikeColumn) mistake(at, inner.length + 4, `The sheet has no column "${segments[0]?.trim() ?? ''}".`)
    return null
  }

  function wildcard(name: string): TemplateNode {
    const written = `__${name}__`
    const known = context.known.get(name)
    if (known !== undefined && known !== null) return known
    const tooDeep = context.inside >= mostInside
    const values = known === null || tooDeep || name.includes('(') ? null : context.wildcards(name)
    if (values === null || values.length === 0) {
      let reason = `There is no wildcard "${name}"; write \\_\\_ for two underscores as text.`
      if (known === null) reason = `The wildcard "${name}" refers to itself.`
      else if (tooDeep) reason = `Wildcards stand inside each other more than ${mostInside} deep.`
      else if (name.includes('(')) reason = 'Wildcards with values in brackets are not supported.'
      mistake(at, written.length, reason)
      return { kind: 'text', text: written }
    }
    context.known.set(name, null)
    const mistakes: Mistake[] = []
    const options = values.map((value): Option => {
      const weight = matchAt(weightPattern, value, 0)
      const body = parseText(value.slice(weight?.[0].length ?? 0), { ...context, mistakes, inside: context.inside + 1 })
      return { weight: weight === null ? 1 : Number(weight[1]), body }
    })
    const [first] = mistakes
    if (first !== undefined) mistake(at, written.length, `In the wildcard "${name}": ${first.message}`)
    const node = choiceOf(options, null, true)
    context.known.set(name, node)
    return node
  }

  function quantity(openedAt: number): { atLeast: number; atMost: number; separator: string } | null {
    const match = matchAt(quantityPattern, source, at)
    if (match === null) return null
    at += match[0].length
    const [, lower, dash, upper, only, separator] = match
    const atLeast = lower === undefined ? 1 : Number(lower)
    const atMost = Number(only ?? upper ?? (dash === undefined ? lower : mostTaken))
    if (atLeast > atMost) {
      mistake(openedAt, at - openedAt, 'The lower number comes first, as in {1-2$$a|b|c}.')
    }
    if (Math.max(atLeast, Number(only ?? upper ?? 0)) > mostTaken) {
      mistake(openedAt, at - openedAt, `At most ${mostTaken} options can be taken from one choice.`)
    }
    return {
      atLeast: Math.min(atLeast, atMost, mostTaken),
      atMost: Math.min(Math.max(atLeast, atMost), mostTaken),
      separator: separator === undefined ? ', ' : unescaped(separator),
    }
  }

  function choice(depth: number): TemplateNode {
    const openedAt = at
    at += 1
    const wanted = quantity(openedAt)
    const options: Option[] = []
    do {
      if (options.length > 0) at += 1
      const weight = matchAt(weightPattern, source, at)
      at += weight?.[0].length ?? 0
      const nodes = withoutLayout(nodesUntilEnd(depth))
      options.push({ weight: weight === null ? 1 : Number(weight[1]), body: sequenceOf(nodes) })
    } while (source[at] === '|')
    if (at >= source.length) mistake(openedAt, 1, 'This { is never closed; write \\{ for the character itself.')
    else at += 1
    if (options.length === 1 && options[0]?.body.nodes.length === 0)
      mistake(openedAt, at - openedAt, 'This choice is empty.')
    if (options.every((option) => option.weight === 0))
      mistake(openedAt, at - openedAt, 'Every option has the weight 0.')
    return choiceOf(options, wanted, false)
  }

  /** Reads up to the end of the text or, inside a choice (depth over 0), up to its `|` or `}`. */
  function nodesUntilEnd(depth: number): TemplateNode[] {
    const nodes: TemplateNode[] = []
    let text = ''
    const push = (node: TemplateNode): void => {
      if (text !== '') nodes.push({ kind: 'text', text })
      text = ''
      nodes.push(node)
    }
    while (at < source.length) {
      const char = source.charAt(at)
      if (depth > 0 && (char === '|' || char === '}')) break
      const next = source.charAt(at + 1)
      if (char === '\\' && next !== '' && '{}|$_:\\'.includes(next)) {
        text += next
        at += 2
        continue
      }
      if (char === '{') {
        const inner = next === '{' ? matchAt(columnPattern, source, at)?.[1] : undefined
        const found = inner === undefined ? null : column(inner)
        if (found !== null) {
          push(found)
          at += (inner?.length ?? 0) + 4
          continue
        }
        if (depth < deepest) {
          push(choice(depth + 1))
          continue
        }
        mistake(at, 1, `Choices stand inside each other more than ${deepest} deep.`)
      } else if (char === '}') {
        mistake(at, 1, 'This } closes nothing; write \\} for the character itself.')
      } else if (char === '_' && next === '_') {
        const name = matchAt(wildcardPattern, source, at)?.[1]
        if (name !== undefined) {
          push(wildcard(name))
          at += name.length + 4
          continue
        }
      } else if (char === '$' && next === '{') {
        const variable = matchAt(variablePattern, source, at)
        if (variable !== null)
          mistake(at, variable[0].length, 'Variables are not supported; use a column of the sheet.')
      }
      text += char
      at += 1
    }
    if (text !== '') nodes.push({ kind: 'text', text })
    return nodes
  }

  const whole = sequenceOf(nodesUntilEnd(0))
  if (whole.steps <= mostSteps) return whole
  mistake(0, source.length, 'One prompt of this template would be too large.')
  return sequenceOf([{ kind: 'text', text: source }])
}
