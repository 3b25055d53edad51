/** A piece of two texts laid over each other. */
export interface DiffPiece {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Longer texts are shown whole, before and after: the table of their words would not fit. */
const mostWords = 600

/** What changed between two texts, word by word. */
export function wordDiff(before: string, after: string): DiffPiece[] {
  const [old, next] = [wordsOf(before), wordsOf(after)]
  if (old.length > mostWords || next.length > mostWords)
    return [
      { kind: 'removed' as const, text: before },
      { kind: 'added' as const, text: after },
    ].filter(({ text }) => text !== '')
  const width = next.length + 1
  // The length of the longest common run of words from (at, to) to both ends.
  const longest = new Uint16Array((old.length + 1) * width)
  for (let at = old.length - 1; at >= 0; at--)
    for (let to = next.length - 1; to >= 0; to--)
      longest[at * width + to] =
        old[at] === next[to]
          ? (longest[(at + 1) * width + to + 1] ?? 0) + 1
          : Math.max(longest[(at + 1) * width + to] ?? 0, longest[at * width + to + 1] ?? 0)
  const pieces: { kind: DiffPiece['kind']; text: string }[] = []
  const add = (kind: DiffPiece['kind'], text: string): void => {
    const last = pieces.at(-1)
    if (last?.kind === kind) last.text += text
    else pieces.push({ kind, text })
  }
  let [at, to] = [0, 0]
  while (at < old.length || to < next.length) {
    if (at < old.length && to < next.length && old[at] === next[to]) {
      add('same', old[at] ?? '')
      at++
      to++
    } else if (
      at < old.length &&
      (to === next.length || (longest[(at + 1) * width + to] ?? 0) >= (longest[at * width + to + 1] ?? 0))
    )
      add('removed', old[at++] ?? '')
    else add('added', next[to++] ?? '')
  }
  return pieces
}

/** Words, and the blanks and signs between them, each by itself. */
const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
