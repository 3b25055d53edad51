import type { TemplateNode } from './nodes.ts'

/** An option laid out over several lines loses the line ends around it; plain spaces stay, so `{red |}car` works. */
export const withoutLayout = (nodes: TemplateNode[]): TemplateNode[] =>
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

/** Without white space at the start and the end, also around assignments that stand there and emit nothing. */
export function withoutEdges(nodes: readonly TemplateNode[]): TemplateNode[] {
  const trimmed = [...nodes]
  trim(trimmed, [...trimmed.keys()], (text) => text.trimStart())
  trim(trimmed, [...trimmed.keys()].reverse(), (text) => text.trimEnd())
  return trimmed
}

function trim(nodes: TemplateNode[], places: readonly number[], cut: (text: string) => string): void {
  for (const place of places) {
    const node = nodes[place]
    if (node?.kind === 'bind') continue
    if (node?.kind !== 'text') return
    const text = cut(node.text)
    nodes[place] = { kind: 'text', text }
    if (text !== '') return
  }
}
