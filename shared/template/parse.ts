import { readFilter } from './filters.ts'
import { withoutEdges, withoutLayout } from './layout.ts'
import {
  accessOf,
  bindOf,
  type ChoiceNode,
  choiceOf,
  mostTaken,
  type Option,
  type Quantity,
  type SequenceNode,
  sequenceOf,
  type Taking,
  type TemplateNode,
} from './nodes.ts'
import type { Mistake, ParseContext, ParsedText } from './parse-context.ts'
import {
  columnPattern,
  commentPattern,
  escaped,
  firstCommentPattern,
  hasSyntax,
  matchAt,
  quantityPattern,
  takingPattern,
  takings,
  unescaped,
  variablePattern,
  weightPattern,
  wildcardPattern,
} from './syntax.ts'
import { findVariable, type Reads, type Scope } from './variables.ts'

const deepest = 40
const mostInside = 20
const mostSteps = 5000
/** What a character costs in a value that has to be parsed, beside one in plain text. */
const syntaxCost = 16
const tooLarge = 'The wildcards of this template are too large together.'

/** Reads a whole text; what is wrong goes to `context.mistakes` and is read as well as it can be. */
export function parseText(source: string, context: ParseContext, outer: Scope | null): ParsedText {
  const { shared } = context
  let at = 0
  let scope = outer
  /** A comment or an assignment was read: white space around them is layout, too. */
  let isLaidOut = false

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

  function wildcard(written: string, name: string, taking: Taking, values: string | undefined): TemplateNode {
    const from = at
    const before = scope
    for (const pair of values?.split(',') ?? []) {
      const [, variable = '', value = ''] = /^\s*([A-Za-z_][\w-]*)\s*=(.*)$/s.exec(pair) ?? []
      if (variable === '') mistake(from, written.length, `Write ${name}(variable=value); "${pair.trim()}" is none.`)
      else {
        const { root } = parseText(value.trim(), context, before)
        scope = { name: variable, binding: { slot: null, body: root }, depth: context.inside.length, outer: scope }
      }
    }
    const node = wildcardNode(name, written)
    scope = before
    if (node === null) return { kind: 'text', text: written }
    return taking === 'every' ? node : choiceOf(node.options, { taking, fromWildcard: true })
  }

  function wildcardNode(name: string, written: string): ChoiceNode | null {
    const wrong = (reason: string): null => {
      mistake(at, written.length, reason)
      return null
    }
    const ring = context.inside.indexOf(name)
    if (ring >= 0) {
      const names = [...context.inside.slice(ring), name].map((each) => `__${each}__`)
      return wrong(`The wildcard "${name}" refers to itself: ${names.join(' → ')}.`)
    }
    if (context.inside.length >= mostInside)
      return wrong(`Wildcards stand inside each other more than ${mostInside} deep.`)
    const lists = context.known.get(name) ?? []
    context.known.set(name, lists)
    const same = lists.find(({ reads }) => [...reads].every(([variable, binding]) => seen(variable) === binding))
    if (same) {
      // Told again: the wildcards around this use read what it reads.
      for (const variable of same.reads.keys()) findVariable(scope, variable, context.reads)
      return same.node
    }
    if (shared.charactersLeft < 0) return wrong(tooLarge)
    const values = context.wildcards(name)
    if (values === null || values.length === 0)
      return wrong(`There is no wildcard "${name}"; write \\_\\_ for two underscores as text.`)
    for (const value of values) shared.charactersLeft -= (value.length + 1) * (hasSyntax.test(value) ? syntaxCost : 1)
    if (shared.charactersLeft < 0) return wrong(tooLarge)
    const mistakes: Mistake[] = []
    const reads: Reads = new Map()
    const within = { ...context, mistakes, inside: [...context.inside, name], reads: [...context.reads, reads] }
    const node = choiceOf(
      values.map((value) => optionOf(value, within)),
      { fromWildcard: true },
    )
    const [first] = mistakes
    if (first !== undefined) mistake(at, written.length, `In the wildcard "${name}": ${first.message}`)
    lists.push({ reads, node })
    return node
  }

  const seen = (variable: string) => findVariable(scope, variable, [])

  function optionOf(value: string, within: ParseContext): Option {
    if (!hasSyntax.test(value)) return { weight: 1, body: sequenceOf([{ kind: 'text', text: value }]) }
    const weight = matchAt(weightPattern, value, 0)
    const { root } = parseText(value.slice(weight?.[0].length ?? 0).trimStart(), within, scope)
    return { weight: weight === null ? 1 : Number(weight[1]), body: root }
  }

  function variable(match: RegExpExecArray, depth: number): TemplateNode | null {
    const from = at
    const [head, name = '', sign = ''] = match
    at += head.length
    const before = scope
    const value = sign === '}' ? null : sequenceOf(withoutEdges(nodesUntilEnd(depth, true)))
    scope = before
    if (sign !== '}' && source[at] !== '}')
      mistake(from, head.length, 'This ${ is never closed; write \\${ for the text.')
    else if (sign !== '}') at += 1
    const set = findVariable(scope, name, context.reads)
    if (value !== null && sign.endsWith('=!')) return sign === '?=!' && set ? null : bind(name, value)
    if (value !== null && sign.endsWith('=')) {
      if (sign === '?=' && set) return null
      scope = { name, binding: { slot: null, body: value }, depth: context.inside.length, outer: scope }
      return null
    }
    if (set) return accessOf(set.slot, set.body)
    if (value !== null) return accessOf(null, value)
    mistake(
      from,
      at - from,
      `The variable "${name}" is not set; write \${${name}=…} before it, or \${${name}:default}.`,
    )
    return { kind: 'text', text: source.slice(from, at) }
  }

  function bind(name: string, value: SequenceNode): TemplateNode {
    const slot = shared.slots++
    scope = { name, binding: { slot, body: value }, depth: context.inside.length, outer: scope }
    return bindOf(slot, value)
  }

  function quantity(openedAt: number): Quantity | null {
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
    const before = scope
    at += 1
    const taking = matchAt(takingPattern, source, at)
    at += taking?.[0].length ?? 0
    const wanted = quantity(openedAt)
    const options: Option[] = []
    do {
      if (options.length > 0) at += 1
      const weight = matchAt(weightPattern, source, at)
      at += weight?.[0].length ?? 0
      const nodes = withoutLayout(nodesUntilEnd(depth, false))
      options.push({ weight: weight === null ? 1 : Number(weight[1]), body: sequenceOf(nodes) })
      scope = before
    } while (source[at] === '|')
    if (at >= source.length) mistake(openedAt, 1, 'This { is never closed; write \\{ for the character itself.')
    else at += 1
    const [only, ...others] = options
    if (only?.body.nodes.length === 0 && others.length === 0) mistake(openedAt, at - openedAt, 'This choice is empty.')
    if (source[openedAt - 1] === '%' && others.length === 0 && source.slice(openedAt, at).includes('$$') && !wanted)
      mistake(
        openedAt - 1,
        at - openedAt + 1,
        'Wraps, %{… $$ …}, are not supported; set a variable and use it in the text.',
      )
    if (options.every((option) => option.weight === 0))
      mistake(openedAt, at - openedAt, 'Every option has the weight 0.')
    return choiceOf(options, { quantity: wanted, taking: takings[taking?.[1] ?? '!'] ?? 'every' })
  }

  /** Reads up to the end of the text or, inside a choice or a variable (depth over 0), up to its `|` or `}`. */
  function nodesUntilEnd(depth: number, isValue: boolean): TemplateNode[] {
    const nodes: TemplateNode[] = []
    let text = ''
    const push = (node: TemplateNode): void => {
      if (text !== '') nodes.push({ kind: 'text', text })
      text = ''
      nodes.push(node)
    }
    while (at < source.length) {
      const char = source.charAt(at)
      if (depth > 0 && char === '}') break
      if (depth > 0 && char === '|') {
        if (!isValue) break
        mistake(at, 1, 'A choice in a variable needs braces of its own, x={a|b}.')
      }
      const next = source.charAt(at + 1)
      const comment =
        char === '\n' ? matchAt(commentPattern, source, at) : at === 0 ? matchAt(firstCommentPattern, source, 0) : null
      if (comment !== null && comment[0] !== '') {
        isLaidOut = true
        at += comment[0].length
        continue
      }
      if (char === '\\' && next !== '' && escaped.includes(next)) {
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
        const match = matchAt(wildcardPattern, source, at)
        // Two names with spaces between them are text, unless there is such a wildcard.
        if (match?.[2] !== undefined && (!/\s/.test(match[2]) || context.wildcards(match[2]) !== null)) {
          push(wildcard(match[0], match[2], takings[match[1] || '!'] ?? 'every', match[3]))
          at += match[0].length
          continue
        }
      } else if (char === '$' && next === '{') {
        const match = matchAt(variablePattern, source, at)
        if (match !== null && depth < deepest) {
          const node = variable(match, depth + 1)
          if (node?.kind === 'access' || node?.kind === 'text') push(node)
          else {
            if (node !== null) push(node)
            // The white space behind an assignment belongs to it.
            isLaidOut = true
            while (/\s/.test(source.charAt(at))) at += 1
          }
          continue
        }
      }
      text += char
      at += 1
    }
    if (text !== '') nodes.push({ kind: 'text', text })
    return nodes
  }

  const nodes = nodesUntilEnd(0, false)
  const root = sequenceOf(isLaidOut || context.inside.length > 0 ? withoutEdges(nodes) : nodes)
  if (root.steps <= mostSteps) return { root, scope }
  mistake(0, source.length, 'One prompt of this template would be too large.')
  return { root: sequenceOf([{ kind: 'text', text: source }]), scope: outer }
}
