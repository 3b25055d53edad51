import type { Mistake } from '#shared/template/template.ts'

export interface TemplatePiece {
  readonly text: string
  readonly kind: 'text' | 'column' | 'choice' | 'wildcard' | 'variable'
  readonly isMistaken: boolean
}

const wildcardPattern = /__[~@!]?[^\s{}|$\\()](?:[^{}|$\\()\n]*?[^\s{}|$\\()])??(?:\([^()]*\))?__/y
const variablePattern = /\$\{\s*[A-Za-z_][\w-]*\s*(?:\}|:|\??=!?)/y
const columnPattern = /\{\{((?:\\.|[^{}\\])*)\}\}/y

/** What a character of a template belongs to; deeper than 0 it stands in a choice. */
interface Span {
  readonly from: number
  readonly to: number
  readonly kind: TemplatePiece['kind']
}

/**
 * A template's own text cut for colouring: columns, choices with everything in them, and where the mistakes are.
 * The pieces together are exactly the text.
 */
export function templatePieces(
  text: string,
  columns: readonly string[],
  mistakes: readonly Mistake[],
): TemplatePiece[] {
  const pieces: TemplatePiece[] = []
  const spans = spansOf(text, new Set(columns.map((column) => column.trim().toLowerCase())))
  const edges = new Set(mistakes.flatMap(({ at, length }) => [at, at + Math.max(1, length)]))
  for (const span of spans) {
    const inside = [...edges].filter((edge) => edge > span.from && edge < span.to).sort((one, other) => one - other)
    const cuts = [span.from, ...inside, span.to]
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const to = cuts[index + 1] ?? span.to
      const isMistaken = mistakes.some(({ at, length }) => at < to && at + Math.max(1, length) > from)
      if (to > from) pieces.push({ text: text.slice(from, to), kind: span.kind, isMistaken })
    }
  }
  return pieces
}

function spansOf(text: string, columns: ReadonlySet<string>): Span[] {
  const spans: Span[] = []
  let depth = 0
  let at = 0
  const push = (to: number, kind: TemplatePiece['kind']) => {
    const last = spans.at(-1)
    if (last && last.kind === kind && last.to === at) spans[spans.length - 1] = { ...last, to }
    else spans.push({ from: at, to, kind })
    at = to
  }
  while (at < text.length) {
    const char = text[at]
    wildcardPattern.lastIndex = at
    variablePattern.lastIndex = at
    const wildcard = char === '_' ? wildcardPattern.exec(text) : null
    const variable = char === '$' ? variablePattern.exec(text) : null
    if (wildcard) push(at + wildcard[0].length, 'wildcard')
    else if (variable) {
      if (!variable[0].endsWith('}')) depth += 1
      push(at + variable[0].length, 'variable')
    } else if (char === '\\' && at + 1 < text.length) push(at + 2, depth > 0 ? 'choice' : 'text')
    else if (char === '{') {
      columnPattern.lastIndex = at
      const match = columnPattern.exec(text)
      const name = match?.[1]?.split('|')[0]?.trim().toLowerCase()
      if (match && name !== undefined && columns.has(name)) push(at + match[0].length, 'column')
      else {
        depth += 1
        push(at + 1, 'choice')
      }
    } else if (char === '}' && depth > 0) {
      push(at + 1, 'choice')
      depth -= 1
    } else push(at + 1, depth > 0 ? 'choice' : 'text')
  }
  return spans
}
